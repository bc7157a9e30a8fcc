"""Reads for the office: suggestions, both sides of one, and the history of joins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from portal.accounts.models import Person
from portal.kernel.errors import NotFoundError
from portal.moderation.models import HiddenMark
from portal.procurement import joins, linking
from portal.procurement.joining_rules import JoinChange, SuggestionState, name_of, pair_of
from portal.procurement.link_models import LinkSuggestion, ProcessJoin, PurchaseMember
from portal.procurement.linking_rules import Contrast, Reason, Verdict, differences
from portal.procurement.models import Process
from portal.ring.rules import Kind
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

    from portal.procurement.joining_rules import Pair
    from portal.procurement.linking import Known

MOST_FURTHER, MOST_STEPS = 30, 200
PERSON = "person:"


@dataclass(frozen=True)
class Side:
    """One of two processes that are compared: what it says, its title in parts, what it is joined with."""

    known: Known
    title: Sequence[tuple[str, bool]]
    joined: Sequence[Process]


@dataclass(frozen=True)
class Further:
    """A notice that probably belongs to the same purchase too."""

    process: Process
    pair: Pair
    verdict: Verdict


@dataclass(frozen=True)
class Contrasted:
    """Two processes that look like different purchases: their name in forms, both sides, and how they differ."""

    name: str
    sides: tuple[Side, Side]
    contrasts: Sequence[Contrast]


def suggestions(state: SuggestionState) -> Select[LinkSuggestion]:
    """Select suggestions in a state, likeliest first: of two purchases the best one, of one purchase none."""
    mine, theirs = aliased(PurchaseMember), aliased(PurchaseMember)
    one = func.coalesce(mine.purchase, LinkSuggestion.first_ocid)
    other = func.coalesce(theirs.purchase, LinkSuggestion.second_ocid)
    between = (case((one < other, one), else_=other), case((one < other, other), else_=one))
    rank = func.row_number().over(partition_by=between, order_by=(LinkSuggestion.score.desc(), LinkSuggestion.id))
    ranked = (
        select(LinkSuggestion.id, rank.label("rank"))
        .outerjoin(mine, mine.ocid == LinkSuggestion.first_ocid)
        .outerjoin(theirs, theirs.ocid == LinkSuggestion.second_ocid)
        .where(LinkSuggestion.state == state, one != other)
        .where(_is_visible(LinkSuggestion.first_ocid), _is_visible(LinkSuggestion.second_ocid))
        .subquery()
    )
    best = select(ranked.c.id).where(ranked.c.rank == 1)
    return (
        select(LinkSuggestion)
        .where(LinkSuggestion.id.in_(best))
        .order_by(LinkSuggestion.score.desc(), LinkSuggestion.id)
    )


def counts() -> Mapping[SuggestionState, int]:
    """Count the suggestions in each state."""
    return {
        state: db.session.scalar(select(func.count()).select_from(suggestions(state).order_by(None).subquery())) or 0
        for state in SuggestionState
    }


def suggestion(suggestion_id: int) -> LinkSuggestion:
    """Read one suggestion.

    Raises:
        NotFoundError: there is none, or one of its processes may not be seen.
    """
    query = select(LinkSuggestion).where(
        LinkSuggestion.id == suggestion_id,
        _is_visible(LinkSuggestion.first_ocid),
        _is_visible(LinkSuggestion.second_ocid),
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def sides(pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[Side, Side]]:
    """Read both sides of some pairs, where their titles differ marked."""
    wanted = list(pairs)
    ocids = {ocid for pair in wanted for ocid in pair}
    known, purchases = linking.known_processes(ocids), joins.purchases_of(ocids)

    def side(ocid: str, parts: Sequence[tuple[str, bool]]) -> Side:
        joined = purchases[ocid].members if ocid in purchases else ()
        return Side(known[ocid], parts, [one for one in joined if one.ocid != ocid])

    found = {}
    for first, second in wanted:
        if first in known and second in known:
            one, other = differences(known[first].clues.title, known[second].clues.title)
            found[first, second] = (side(first, one), side(second, other))
    return found


def contrasted(pairs: Iterable[Pair]) -> list[Contrasted]:
    """Read those of some pairs that look like different purchases."""
    against = linking.contrasts_between(pair_of(*pair) for pair in pairs if pair[0] != pair[1])
    both = sides(against)
    return [Contrasted(name_of(pair), both[pair], found) for pair, found in against.items() if pair in both]


def further(suggested: LinkSuggestion) -> list[Further]:
    """Read what is suggested to either side of a suggestion, or to what they are joined with, likeliest first."""
    ours = set(joins.with_companions([suggested.first_ocid, suggested.second_ocid]))
    query = suggestions(SuggestionState.OPEN).where(
        or_(LinkSuggestion.first_ocid.in_(ours), LinkSuggestion.second_ocid.in_(ours))
    )
    best: dict[str, LinkSuggestion] = {}
    for one in db.session.scalars(query.limit(10 * MOST_FURTHER)):
        for ocid in {one.first_ocid, one.second_ocid} - ours:
            best.setdefault(ocid, one)
    rows = db.session.scalars(select(Process).where(Process.ocid.in_(list(best)[:MOST_FURTHER])))
    found = [Further(row, suggested_pair(best[row.ocid]), verdict_of(best[row.ocid])) for row in rows]
    return sorted(found, key=lambda one: (-one.verdict.score, one.process.first_release_at, one.process.ocid))


def suggestions_to(ocid: str) -> Sequence[LinkSuggestion]:
    """Read what is suggested to a process or to what it is joined with."""
    ours = joins.with_companions([ocid])
    about = or_(LinkSuggestion.first_ocid.in_(ours), LinkSuggestion.second_ocid.in_(ours))
    return db.session.scalars(suggestions(SuggestionState.OPEN).where(about).limit(MOST_FURTHER)).all()


def history(ocids: Sequence[str] | None = None) -> Select[ProcessJoin]:
    """Select the steps of the history, newest first; of all, or of some processes."""
    query = select(ProcessJoin).order_by(ProcessJoin.id.desc())
    if ocids is None:
        return query
    return query.where(or_(ProcessJoin.first_ocid.in_(ocids), ProcessJoin.second_ocid.in_(ocids)))


def visible_history() -> Select[ProcessJoin]:
    """Select the steps whose processes may both be seen, oldest first."""
    visible = and_(_is_visible(ProcessJoin.first_ocid), _is_visible(ProcessJoin.second_ocid))
    return select(ProcessJoin).where(visible).order_by(ProcessJoin.id)


def steps_of_processes(ocids: Sequence[str]) -> list[str]:
    """List the steps that some processes are in, whether or not they may be seen."""
    query = history(ocids).order_by(None).with_only_columns(ProcessJoin.id)
    return [str(number) for number in db.session.scalars(query)]


def steps_on_same_pairs(join_ids: Sequence[str]) -> list[str]:
    """List the steps on the pairs of some steps: what one says of a pair decides whether the others still hold."""
    pairs = select(ProcessJoin.first_ocid, ProcessJoin.second_ocid)
    pairs = pairs.where(ProcessJoin.id.in_([int(number) for number in join_ids]))
    query = select(ProcessJoin.id).where(tuple_(ProcessJoin.first_ocid, ProcessJoin.second_ocid).in_(pairs))
    return [str(number) for number in db.session.scalars(query)]


def step(join_id: int) -> ProcessJoin:
    """Read one join.

    Raises:
        NotFoundError: there is none, or it is an undoing.
    """
    found = db.session.get(ProcessJoin, join_id)
    if found is None or found.change is not JoinChange.JOINED:
        raise NotFoundError
    return found


def standing_ids(steps: Sequence[ProcessJoin]) -> frozenset[int]:
    """Tell which steps are joins that still stand: the last word on their pair, and not an undoing."""
    pairs = {(one.first_ocid, one.second_ocid) for one in steps}
    firsts = {first for first, _ in pairs}
    last = (
        select(func.max(ProcessJoin.id))
        .where(ProcessJoin.first_ocid.in_(firsts))
        .group_by(ProcessJoin.first_ocid, ProcessJoin.second_ocid)
    )
    newest = set(db.session.scalars(last))
    return frozenset(one.id for one in steps if one.id in newest and one.change is JoinChange.JOINED)


def titles_of(steps: Sequence[ProcessJoin]) -> Mapping[str, tuple[str, str | None]]:
    """Read the titles (Chinese, English) of the processes that steps are about, visible ones only."""
    ocids = {ocid for one in steps for ocid in (one.first_ocid, one.second_ocid)}
    query = select(Process.ocid, Process.title, Process.title_en).where(
        Process.ocid.in_(ocids), joins.may_be_seen(Process)
    )
    return {ocid: (title, title_en) for ocid, title, title_en in db.session.execute(query)}


def names_of(steps: Sequence[ProcessJoin]) -> Mapping[str, str]:
    """Read the names of the officials who took some steps, for the office only."""
    numbers = {int(one.by.removeprefix(PERSON)) for one in steps if one.by.removeprefix(PERSON).isdecimal()}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(numbers)))
    return {f"{PERSON}{number}": name for number, name in rows if name}


def steps_of(ocids: Sequence[str]) -> Sequence[ProcessJoin]:
    """Read the steps that some processes were joined and parted in, newest first."""
    return db.session.scalars(history(ocids).limit(MOST_STEPS)).all()


def suggested_pair(suggested: LinkSuggestion) -> Pair:
    """Give the two processes of a suggestion."""
    return suggested.first_ocid, suggested.second_ocid


def verdict_of(suggested: LinkSuggestion) -> Verdict:
    """Give what the machine said."""
    return Verdict(suggested.score, told(suggested.reasons))


def hidden_at(positions: Sequence[int]) -> Mapping[int, str]:
    """Tell which ledger entries about joins are hidden with one of their processes, and by which mark."""
    query = (
        select(ProcessJoin.ledger_position, HiddenMark.object_id)
        .join(HiddenMark, HiddenMark.object_id.in_([ProcessJoin.first_ocid, ProcessJoin.second_ocid]))
        .where(HiddenMark.kind == str(Kind.PROCESS), ProcessJoin.ledger_position.in_(positions))
    )
    return {position: f"{Kind.PROCESS}:{ocid}" for position, ocid in db.session.execute(query)}


def told_contrasts(codes: Iterable[str]) -> list[Contrast]:
    """Read what spoke against a join, as it is stored."""
    return [Contrast(code) for code in codes]


def told(codes: Iterable[str]) -> list[Reason]:
    """Read reasons as they are stored."""
    return [Reason(code) for code in codes]


def _is_visible(column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    process = aliased(Process)
    return select(process.ocid).where(process.ocid == column, joins.may_be_seen(process)).exists()
