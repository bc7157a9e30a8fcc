"""Reads of releases and processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from portal.classification.queries import category_subtree, region_subtree
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.moderation.queries import mark, not_hidden
from portal.parties.models import Organization
from portal.parties.queries import kept_id, visible_organizations
from portal.procurement import joins
from portal.procurement.models import Contract, Process, ProcessSupplier, Release
from portal.procurement.rules import Stage, Tag, WithdrawnError
from portal.procurement.withdrawals import check_not_withdrawn
from portal.ring.rules import Described, Kind
from portal.storage.database import db
from portal.web.filters import choose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

    from portal.web.filters import Filters

NOTICE = joins.NOTICE
SORTS = ("-updated", "-amount", "updated")


def visible_releases() -> Select[Release]:
    """Select every release that may be seen: neither it nor its process is hidden."""
    return select(Release).where(not_hidden(NOTICE, Release.id), not_hidden(Kind.PROCESS, Release.ocid))


def with_bodies(query: Select[Release]) -> Select[Release]:
    """Read what releases say in the same statement; without it, each body that is asked for is a query."""
    return query.options(joinedload(Release.payload))


def visible_processes() -> Select[Process]:
    """Select every process that may be seen: not hidden, and with a release that is not."""
    return select(Process).where(joins.may_be_seen(Process))


def listed_processes() -> Select[Process]:
    """Select every purchase once: of processes that people joined, the one that leads."""
    return visible_processes().where(Process.ocid.not_in(joins.followers()))


def visible_contracts() -> Select[Contract]:
    """Select every contract that may be seen: those of visible processes."""
    return select(Contract).where(Contract.ocid.in_(visible_processes().with_only_columns(Process.ocid)))


def processes(filters: Filters, *, among: Select[Process] | None = None) -> Select[Process]:
    """Select processes under filters; `from` and `to` are days of the newest release.

    Args:
        filters: what they are narrowed by.
        among: which of them; each purchase that may be seen, once, unless said otherwise.
    """
    query = (listed_processes() if among is None else among).where(
        *_common(filters), *_between(Process.last_release_at, filters)
    )
    if filters.q:
        query = query.where(*_says(filters.q, (Process.title, Process.title_en, Process.description)))
    stage = choose(filters.stage, list(Stage), name="stage")
    if stage:
        query = query.where(Process.stage == Stage(stage))
    if filters.year:
        query = query.where(*_in_year(Process.first_release_at, filters.year))
    sort = choose(filters.sort, SORTS, name="sort")
    if sort == "-amount":
        return query.order_by(Process.amount_fen.desc().nulls_last(), Process.ocid)
    if sort == "updated":
        return query.order_by(Process.last_release_at, Process.ocid)
    return query.order_by(Process.last_release_at.desc(), Process.ocid)


def notices(filters: Filters, *, among: Select[Release] | None = None) -> Select[Release]:
    """Select publications under filters, newest first; `kind` is a release tag.

    Args:
        filters: what they are narrowed by.
        among: which of them; those that may be seen unless said otherwise.
    """
    query = (visible_releases() if among is None else among).where(*_between(Release.date_at, filters))
    if filters.q:
        query = query.where(*_says(filters.q, (Release.title, Release.title_en)))
    kind = choose(filters.kind, list(Tag), name="kind")
    if kind:
        query = query.where(Release.tag == kind)
    if filters.year:
        query = query.where(*_in_year(Release.date_at, filters.year))
    stage = choose(filters.stage, list(Stage), name="stage")
    common = [*_common(filters), *([Process.stage == Stage(stage)] if stage else [])]
    if common:
        query = query.join(Process, Process.ocid == Release.ocid).where(*common)
    if choose(filters.sort, SORTS, name="sort") == "updated":
        return query.order_by(Release.date_at, Release.id)
    return query.order_by(Release.date_at.desc(), Release.id.desc())


def ocids_under(filters: Filters) -> Select[str]:
    """Select the ocids of processes in a region, of a category, of a buyer or of a supplier."""
    return select(Process.ocid).where(*_common(filters))


def process(ocid: str) -> Process:
    """Read one process.

    Raises:
        NotFoundError: there is none, or it may not be seen.
        WithdrawnError: its publisher withdrew all that was published of it.
    """
    found = db.session.scalar(visible_processes().where(Process.ocid == ocid))
    if found is None:
        check_not_withdrawn(ocid)
        raise NotFoundError
    return found


def shown_with(ocid: str) -> Mapping[str, tuple[str, str | None]]:
    """Name the processes whose notices are shown with a process: all of a purchase with the one that leads it."""
    query = visible_processes().where(Process.ocid.in_(joins.ocids_of_purchase(ocid)))
    members = db.session.scalars(query.order_by(Process.first_release_at, Process.ocid))
    return {one.ocid: (one.title, one.title_en) for one in members}


def release(release_id: int, *, ocid: str | None = None) -> Release:
    """Read one release by its number (and, where given, of that process only).

    Raises:
        NotFoundError: there is none, or it may not be seen.
        WithdrawnError: its publisher withdrew it.
    """
    query = with_bodies(visible_releases()).where(Release.id == release_id)
    found = db.session.scalar(query if ocid is None else query.where(Release.ocid == ocid))
    if found is None:
        withdrawn = mark(NOTICE, str(release_id))
        if withdrawn is not None and withdrawn.is_withdrawal:
            raise WithdrawnError(on=clock.day_of(withdrawn.at), reason=withdrawn.reason)
        raise NotFoundError
    return found


def releases_of(*ocids: str) -> Sequence[Release]:
    """Read the visible releases of a process (or of all of a purchase) with their bodies, oldest first."""
    query = with_bodies(visible_releases()).where(Release.ocid.in_(ocids))
    return db.session.scalars(query.order_by(Release.date_at, Release.id)).all()


@dataclass(frozen=True)
class Near:
    """The releases before and after one, in the order of their time, as far as they may be seen."""

    before: Release | None
    after: Release | None


def near(item: Release) -> Near:
    """Read what the process published just before and just after a release: two statements, without bodies."""
    here, there = tuple_(Release.date_at, Release.id), tuple_(item.date_at, item.id)
    same = visible_releases().where(Release.ocid == item.ocid).limit(1)
    before = same.where(here < there).order_by(Release.date_at.desc(), Release.id.desc())
    after = same.where(here > there).order_by(Release.date_at, Release.id)
    return Near(db.session.scalar(before), db.session.scalar(after))


def contracts_of(*ocids: str) -> Sequence[Contract]:
    """Read the contracts of a process (or of all of a purchase) in the order of their signing."""
    query = visible_contracts().where(Contract.ocid.in_(ocids))
    return db.session.scalars(query.order_by(Contract.signed_on.nulls_last(), Contract.id)).all()


def contract(ocid: str, contract_id: str) -> Contract | None:
    """Find one contract of a process that may be seen."""
    return db.session.scalar(visible_contracts().where(Contract.ocid == ocid, Contract.contract_id == contract_id))


def processes_of_organization(organization_id: int, *, as_buyer: bool) -> Select[Process]:
    """Select what an organisation bought, or won."""
    won = select(ProcessSupplier.ocid).where(ProcessSupplier.organization_id == organization_id)
    theirs = Process.buyer_id == organization_id if as_buyer else Process.ocid.in_(won)
    return listed_processes().where(theirs).order_by(Process.last_release_at.desc(), Process.ocid)


@dataclass(frozen=True)
class Parties:
    """Who buys and who won, by number: their names; and where and in which field of service the purchase is."""

    buyer: Mapping[int, str] = field(default_factory=dict)
    suppliers: Mapping[int, str] = field(default_factory=dict)
    region_code: str | None = None
    category_code: str | None = None


NO_PARTIES = Parties()


def parties_of(ocids: Sequence[str]) -> Mapping[str, Parties]:
    """Read who buys and who won in processes (visible organisations only), and where and what that is."""
    known = visible_organizations().subquery()
    buyers = select(Process.ocid, known.c.id, known.c.name).join(known, known.c.id == Process.buyer_id)
    winners = select(ProcessSupplier.ocid, known.c.id, known.c.name).join(
        known, known.c.id == ProcessSupplier.organization_id
    )
    bought = {
        ocid: {number: name} for ocid, number, name in db.session.execute(buyers.where(Process.ocid.in_(set(ocids))))
    }
    won: dict[str, dict[int, str]] = {}
    for ocid, number, name in db.session.execute(
        winners.where(ProcessSupplier.ocid.in_(set(ocids))).order_by(known.c.id)
    ):
        won.setdefault(ocid, {})[number] = name
    placed = select(Process.ocid, Process.region_code, Process.category_code).where(Process.ocid.in_(set(ocids)))
    return {
        ocid: Parties(bought.get(ocid, {}), won.get(ocid, {}), region, category)
        for ocid, region, category in db.session.execute(placed)
    }


def supplier_ids_of(ocid: str) -> list[int]:
    """List the organisations that won something in a process and may be seen."""
    visible = visible_organizations().with_only_columns(Organization.id)
    query = select(ProcessSupplier.organization_id).where(
        ProcessSupplier.ocid == ocid, ProcessSupplier.organization_id.in_(visible)
    )
    return list(db.session.scalars(query.order_by(ProcessSupplier.organization_id)))


def release_ids_of(ocids: Sequence[str]) -> list[str]:
    """List the numbers of all publications of processes, whether or not they may be seen."""
    return [str(number) for number in db.session.scalars(select(Release.id).where(Release.ocid.in_(set(ocids))))]


def contract_keys_of(ocids: Sequence[str]) -> list[str]:
    """List the contracts of processes as they are named in data, whether or not they may be seen."""
    query = select(Contract.ocid, Contract.contract_id).where(Contract.ocid.in_(set(ocids)))
    return [f"{ocid}#{contract_id}" for ocid, contract_id in db.session.execute(query)]


def ocids_of(release_ids: Sequence[str]) -> list[str]:
    """List the processes that some publications belong to, whether or not they may be seen."""
    numbers = [int(number) for number in release_ids if number.isdecimal()]
    return list(db.session.scalars(select(Release.ocid).where(Release.id.in_(numbers)).distinct()))


def buyers_of(ocids: Sequence[str]) -> Mapping[str, tuple[str, str | None]]:
    """Read the names (Chinese, English) of the buyers of processes."""
    query = select(Process.ocid, Organization.name, Organization.name_en).where(Process.ocid.in_(set(ocids)))
    rows = db.session.execute(query.join(Organization, Organization.id == Process.buyer_id))
    return {ocid: (name, name_en) for ocid, name, name_en in rows}


def stage_counts() -> Mapping[Stage, int]:
    """Count the visible purchases in each stage."""
    visible = listed_processes().subquery()
    rows = db.session.execute(select(visible.c.stage, func.count()).group_by(visible.c.stage))
    return dict(rows.all())


def describe_processes(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name processes for the ring."""
    return {
        item.ocid: Described(item.title, item.title_en, "procurement.process", {"ocid": item.ocid})
        for item in db.session.scalars(visible_processes().where(Process.ocid.in_(ids)))
    }


def describe_contracts(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name contracts (`ocid#contract id`) for the ring; their place is on the page of their process."""
    keys = [tuple(key.split("#", 1)) for key in ids if "#" in key]
    query = visible_contracts().where(tuple_(Contract.ocid, Contract.contract_id).in_(keys))
    return {
        f"{item.ocid}#{item.contract_id}": Described(
            item.title, None, "procurement.process", {"ocid": item.ocid}, anchor=item.anchor
        )
        for item in db.session.scalars(query)
    }


def _common(filters: Filters) -> list[ColumnElement[bool]]:
    """Give the conditions that processes and notices share."""
    conditions: list[ColumnElement[bool]] = []
    if filters.region:
        conditions.append(Process.region_code.in_(region_subtree(filters.region)))
    if filters.category:
        conditions.append(Process.category_code.in_(category_subtree(filters.category)))
    if filters.buyer:
        conditions.append(Process.buyer_id == kept_id(filters.buyer))
    if filters.supplier:
        won = select(ProcessSupplier.ocid).where(ProcessSupplier.organization_id == kept_id(filters.supplier))
        conditions.append(Process.ocid.in_(won))
    return conditions


def _between(column: InstrumentedAttribute[Any], filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.from_:
        conditions.append(column >= clock.start_of(filters.from_))
    if filters.to:
        conditions.append(column < clock.start_of(clock.day_after(filters.to)))
    return conditions


def _in_year(column: InstrumentedAttribute[Any], year: int) -> list[ColumnElement[bool]]:
    return [column >= clock.start_of_year(year), column < clock.start_of_year(year + 1)]


def _says(text: str, columns: Sequence[InstrumentedAttribute[Any]]) -> list[ColumnElement[bool]]:
    return [or_(*(column.icontains(term, autoescape=True) for column in columns)) for term in text.split()]
