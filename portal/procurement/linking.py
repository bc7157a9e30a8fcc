"""What is kept of processes to find the other notices of their purchase by, and who comes into question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import func, select

from portal.kernel import clock
from portal.parties.models import Organization
from portal.procurement import joins, summaries, values
from portal.procurement.link_models import ProcessClue
from portal.procurement.linking_rules import THRESHOLD, Clues, Verdict, compare, contrasts, keys_of
from portal.procurement.models import Process
from portal.procurement.notice_titles import ProjectNumber, labelled_numbers_in, numbers_in
from portal.procurement.values import child, children, first_text
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Select

    from portal.procurement.joining_rules import Pair
    from portal.procurement.linking_rules import Contrast, Key
    from portal.procurement.rules import Json

MOST_SHARING = 60  # what more processes have in common tells nothing
BATCH = 500
NUMBER = "number"
Item = TypeVar("Item")


@dataclass(frozen=True)
class Known:
    """A process with what it says for linking."""

    process: Process
    buyer: str | None
    clues: Clues


@dataclass(frozen=True)
class Candidate:
    """A process that a notice may belong to: the leading one of its purchase, how likely it is, and why."""

    process: Process
    buyer: str | None
    verdict: Verdict

    @property
    def ocid(self) -> str:
        """Give the number to publish the notice under."""
        return self.process.ocid


def clues_of(release: Json) -> Clues:
    """Take from a release, sealed or drafted, what may tell its purchase."""
    tags = release.get("tag")
    summary = summaries.summarise(release, [str(tag) for tag in tags] if isinstance(tags, list) else [])
    on, worth = values.day(release.get("date")), summary.amount
    buyer = first_text((summary.buyer or {}).get("name")) or None
    return Clues(
        title=summary.title, buyer=buyer, numbers=numbers_of(release), stage=summary.stage, since=on, until=on,
        amount_fen=worth.minor if worth else None, currency=worth.currency if worth else None,
    )  # fmt: skip


def numbers_of(release: Json) -> frozenset[ProjectNumber]:
    """Find the project numbers of a release: in its titles, in fields that hold numbers, in texts that name them."""
    tender, budget = child(release, "tender"), child(child(release, "planning"), "budget")
    parts = [tender, *children(release, "awards"), *children(release, "contracts")]
    short = [first_text(part.get(name)) for part in parts for name in ("id", "title")]
    long = [first_text(part.get("description")) for part in (*parts, release)]
    fields = [first_text(budget.get(name)) for name in ("projectID", "project")]
    return numbers_in(*short, *fields, first_text(release.get("title"))) | labelled_numbers_in("\n".join(long))


def likely_processes(clues: Clues, limit: int = 5, *, without: Collection[str] = ()) -> list[Candidate]:
    """Find the processes that a notice may belong to, the likeliest first; an indexed search, whatever their number.

    Args:
        clues: of the notice, from `clues_of`.
        limit: how many at most.
        without: processes that do not come into question.

    Returns:
        Those from the threshold on, each purchase once, under its leading process.
    """
    sharing = processes_sharing(keys_of(clues))
    known = known_processes({ocid for ocids in sharing.values() for ocid in ocids} - set(without))
    scored = [(compare(clues, one.clues), one) for one in known.values()]
    likely = [(verdict, one) for verdict, one in scored if verdict.score >= THRESHOLD]
    likely.sort(key=lambda pair: (-pair[0].score, pair[1].process.ocid))
    purchases = joins.purchases_of(one.process.ocid for _, one in likely)
    found: dict[str, Candidate] = {}
    for verdict, one in likely:
        purchase = purchases.get(one.process.ocid)
        lead = purchase.lead if purchase else one.process
        found.setdefault(lead.ocid, Candidate(lead, one.buyer, verdict))
    return list(found.values())[:limit]


def processes_sharing(keys: Iterable[Key], *, least: int = 1) -> Mapping[Key, list[str]]:
    """Read which processes have each of some clues; clues that very many have, or too few, are left out."""
    found: dict[Key, list[str]] = {}
    by_kind: dict[str, set[str]] = {}
    for kind, value in keys:
        by_kind.setdefault(kind, set()).add(value)
    for kind, values_of_kind in by_kind.items():
        for some in _batches(sorted(values_of_kind), BATCH):
            for value, ocid in db.session.execute(_sharers(kind, some, least)):
                found.setdefault((kind, value), []).append(ocid)
    return found


def _sharers(kind: str, some: Sequence[str], least: int) -> Select[str, str]:
    """Select what has one of some values, of those values that neither too few nor very many have."""
    told = (
        select(ProcessClue.value)
        .where(ProcessClue.kind == kind, ProcessClue.value.in_(some))
        .group_by(ProcessClue.value)
        .having(func.count().between(least, MOST_SHARING))
    )
    return select(ProcessClue.value, ProcessClue.ocid).where(ProcessClue.kind == kind, ProcessClue.value.in_(told))


def known_processes(ocids: Iterable[str]) -> dict[str, Known]:
    """Read processes that may be seen with what they say for linking: two statements for 500 of them."""
    found: dict[str, Known] = {}
    for some in _batches(sorted(set(ocids)), BATCH):
        numbers = _numbers_of(some)
        query = (
            select(Process, Organization.name)
            .outerjoin(Organization, Organization.id == Process.buyer_id)
            .where(Process.ocid.in_(some), joins.may_be_seen(Process))
        )
        for process, buyer in db.session.execute(query):
            found[process.ocid] = Known(process, buyer, _clues(process, buyer, numbers.get(process.ocid, frozenset())))
    return found


def contrasts_between(pairs: Iterable[Pair]) -> dict[Pair, list[Contrast]]:
    """Tell what speaks against pairs of processes being one purchase; pairs without it are left out."""
    wanted = list(pairs)
    known = known_processes({ocid for pair in wanted for ocid in pair})
    found = {
        pair: contrasts(known[pair[0]].clues, known[pair[1]].clues) for pair in wanted if known.keys() >= set(pair)
    }
    return {pair: some for pair, some in found.items() if some}


def fresh_clues(ocids: Sequence[str]) -> list[tuple[str, Clues]]:
    """Take from processes what they are to be found by, numbers read anew from what is compiled."""
    query = (
        select(Process, Organization.name)
        .outerjoin(Organization, Organization.id == Process.buyer_id)
        .where(Process.ocid.in_(ocids), joins.may_be_seen(Process))
    )
    rows = db.session.execute(query).all()
    return [(process.ocid, _clues(process, buyer, numbers_of(process.compiled))) for process, buyer in rows]


def _clues(process: Process, buyer: str | None, numbers: frozenset[ProjectNumber]) -> Clues:
    return Clues(
        title=process.title, buyer=buyer, numbers=numbers, amount_fen=process.amount_fen, currency=process.currency,
        region_code=process.region_code, stage=process.stage, since=clock.day_of(process.first_release_at),
        until=clock.day_of(process.last_release_at),
    )  # fmt: skip


def _numbers_of(ocids: Sequence[str]) -> Mapping[str, frozenset[ProjectNumber]]:
    query = select(ProcessClue.ocid, ProcessClue.value).where(ProcessClue.kind == NUMBER, ProcessClue.ocid.in_(ocids))
    found: dict[str, set[ProjectNumber]] = {}
    for ocid, value in db.session.execute(query):
        found.setdefault(ocid, set()).add(ProjectNumber.read(value))
    return {ocid: frozenset(numbers) for ocid, numbers in found.items()}


def _batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
