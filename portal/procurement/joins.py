"""Which processes belong to one purchase, which of them leads, and what the leading one tells of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from portal.moderation.queries import not_hidden
from portal.procurement import joining_rules as rules
from portal.procurement.link_models import ProcessJoin, PurchaseMember
from portal.procurement.models import Process, ProcessSupplier, Release
from portal.ring.rules import Kind
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

    from portal.procurement.rules import Json

NOTICE, JOIN = "notice", "join"
BATCH = 500
FIRST_KNOWN = ("title_en", "description", "buyer_id", "region_code", "category_code", "method", "method_details")
LAST_KNOWN = ("tender_ends_at", "number_of_tenderers")


@dataclass(frozen=True)
class Purchase:
    """The processes of one purchase, the leading one first."""

    members: Sequence[Process]

    @property
    def lead(self) -> Process:
        """Give the process under whose address the purchase is shown."""
        return self.members[0]

    @property
    def ocids(self) -> list[str]:
        """List the ocids, the leading one first."""
        return [member.ocid for member in self.members]


def may_be_seen(process: type[Process]) -> ColumnElement[bool]:
    """Give the condition that a process may be seen: not hidden, and with a release that is not."""
    told = exists().where(Release.ocid == process.ocid, not_hidden(NOTICE, Release.id))
    return and_(not_hidden(Kind.PROCESS, process.ocid), told)


def followers() -> Select[str]:
    """Select the processes that belong to a purchase which another one leads: the oldest that may be seen."""
    mine, other = aliased(PurchaseMember), aliased(PurchaseMember)
    process, older = aliased(Process), aliased(Process)
    before = or_(
        older.first_release_at < process.first_release_at,
        and_(older.first_release_at == process.first_release_at, older.ocid < process.ocid),
    )
    return (
        select(mine.ocid)
        .join(process, process.ocid == mine.ocid)
        .join(other, other.purchase == mine.purchase)
        .join(older, older.ocid == other.ocid)
        .where(before, may_be_seen(older))
        .distinct()
    )


def purchases_of(ocids: Iterable[str]) -> Mapping[str, Purchase]:
    """Read the purchases that processes belong to, where they are joined to another one that may be seen."""
    mine, other = aliased(PurchaseMember), aliased(PurchaseMember)
    query = (
        select(mine.ocid, Process)
        .join(other, other.purchase == mine.purchase)
        .join(Process, Process.ocid == other.ocid)
        .where(mine.ocid.in_(set(ocids)), may_be_seen(Process))
        .order_by(Process.first_release_at, Process.ocid)
    )
    found: dict[str, list[Process]] = {}
    for ocid, member in db.session.execute(query):
        found.setdefault(ocid, []).append(member)
    return {ocid: Purchase(members) for ocid, members in found.items() if len(members) > 1}


def purchase_of(ocid: str) -> Purchase | None:
    """Read the purchase that one process belongs to; None where it stands alone."""
    return purchases_of([ocid]).get(ocid)


def ocids_of_purchase(ocid: str) -> list[str]:
    """List the processes whose notices the page of a process shows: all of a purchase on the leading one's page."""
    found = purchase_of(ocid)
    return found.ocids if found and found.lead.ocid == ocid else [ocid]


def with_companions(ocids: Sequence[str]) -> list[str]:
    """Add to some processes those that are joined to them, whether or not they may be seen."""
    return list(dict.fromkeys([*ocids, *joined_with(ocids)]))


def joined_with(ocids: Sequence[str]) -> list[str]:
    """List the processes of all purchases of several that some processes belong to; none for what stands alone."""
    found: dict[str, None] = {}
    for start in range(0, len(ocids), BATCH):
        purchases = select(PurchaseMember.purchase).where(PurchaseMember.ocid.in_(ocids[start : start + BATCH]))
        companions = select(PurchaseMember.ocid).where(PurchaseMember.purchase.in_(purchases))
        found |= dict.fromkeys(db.session.scalars(companions.order_by(PurchaseMember.ocid)))
    return list(found)


def joins_among(ocids: Iterable[str]) -> set[rules.Pair]:
    """Read which pairs of some processes are joined now."""
    among = set(ocids)
    query = select(ProcessJoin.first_ocid, ProcessJoin.second_ocid, ProcessJoin.change).where(
        ProcessJoin.first_ocid.in_(among), ProcessJoin.second_ocid.in_(among)
    )
    rows = db.session.execute(query.order_by(ProcessJoin.id))
    return rules.standing((first, second, change) for first, second, change in rows)


def after_undoing(one: str, other: str) -> tuple[list[str], list[str]]:
    """Tell which processes each of two joined ones will be one purchase with when their join is undone."""
    members = with_companions([one, other])
    grouped = rules.groups(joins_among(members) - {rules.pair_of(one, other)})
    mine, theirs = grouped.get(one, one), grouped.get(other, other)
    return (
        [ocid for ocid in members if grouped.get(ocid, ocid) == mine],
        [ocid for ocid in members if grouped.get(ocid, ocid) == theirs],
    )


def tell_of_all(ocids: Sequence[str]) -> None:
    """Let the leading process of every purchase among some processes tell lists and filters of all of it.

    Called when they have just been compiled, each for itself. What OCDS publishes of each stays its own.
    """
    done: set[str] = set()
    for start in range(0, len(ocids), BATCH):
        for purchase in purchases_of(ocids[start : start + BATCH]).values():
            if purchase.lead.ocid not in done:
                done.add(purchase.lead.ocid)
                _tell_of_all(purchase)
    db.session.flush()


def _tell_of_all(purchase: Purchase) -> None:
    lead, members = purchase.lead, purchase.members
    by_news = sorted(members, key=lambda one: (one.last_release_at, one.ocid))
    for name in FIRST_KNOWN:
        setattr(lead, name, next(filter(None, (getattr(one, name) for one in members)), getattr(lead, name)))
    for name in LAST_KNOWN:
        setattr(lead, name, next(filter(None, (getattr(one, name) for one in reversed(by_news))), None))
    days = [one.awarded_on for one in members if one.awarded_on]
    compiled: list[Json] = [one.compiled for one in members]
    worth = rules.worth_of_all(compiled)
    lead.stage = rules.stage_of_all(one.stage for one in by_news)
    lead.awarded_on = min(days) if days else None
    lead.amount_fen, lead.currency = (worth.minor, worth.currency[:10]) if worth else (None, None)
    lead.last_release_at = by_news[-1].last_release_at
    _add_suppliers(lead.ocid, purchase.ocids)


def _add_suppliers(lead: str, ocids: Sequence[str]) -> None:
    winners = select(ProcessSupplier.ocid, ProcessSupplier.organization_id).where(ProcessSupplier.ocid.in_(ocids))
    rows = db.session.execute(winners).all()
    known = {number for ocid, number in rows if ocid == lead}
    new = sorted({number for _, number in rows} - known)
    db.session.add_all(ProcessSupplier(ocid=lead, organization_id=number) for number in new)


def belongs_to(column: InstrumentedAttribute[str], purchases: Select[str]) -> ColumnElement[bool]:
    """Give the condition that an ocid is one of some purchases or of a process joined to one, and may be seen."""
    mine, lead = aliased(PurchaseMember), aliased(PurchaseMember)
    joined = select(mine.ocid).join(lead, lead.purchase == mine.purchase).where(lead.ocid.in_(purchases))
    visible = select(Process.ocid).where(may_be_seen(Process))
    return or_(column.in_(purchases), and_(column.in_(joined), column.in_(visible)))
