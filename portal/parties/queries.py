"""Reads of governments and organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, exists, func, select

from portal.classification.queries import region_subtree
from portal.kernel.errors import NotFoundError
from portal.kernel.text import nfkc_fold
from portal.moderation.queries import not_hidden
from portal.parties.models import (
    Government,
    MergedOrganization,
    Organization,
    OrganizationDistinction,
    OrganizationGrade,
    OrganizationMerge,
)
from portal.parties.rules import (
    DistinctionChange,
    Duplicate,
    MergeChange,
    Named,
    name_key,
    possible_duplicates,
    read_party,
)
from portal.storage.batches import batches
from portal.storage.database import db
from portal.web.filters import choose

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from portal.web.filters import Filters

KIND = "organization"
KINDS = ("buyer", "supplier")
SORTS = ("name", "-updated")


def visible_organizations() -> Select[Organization]:
    """Select every organisation that may be seen: neither hidden nor kept under another one's number."""
    merged = exists().where(MergedOrganization.organization_id == Organization.id)
    return select(Organization).where(not_hidden(KIND, Organization.id), ~merged)


def kept_ids(ids: Collection[int]) -> dict[int, int]:
    """Tell under which number each of some organisations is kept: its own where it was not merged."""
    found = {number: number for number in ids}
    while wanted := set(found.values()):
        query = select(MergedOrganization.organization_id, MergedOrganization.kept_id)
        onwards = dict(db.session.execute(query.where(MergedOrganization.organization_id.in_(wanted))).all())
        if not onwards:
            break
        found = {number: onwards.get(kept, kept) for number, kept in found.items()}
    return found


def kept_id(number: int) -> int:
    """Tell under which number an organisation is kept."""
    return kept_ids([number])[number]


def merged_into(number: int) -> Sequence[Organization]:
    """Read the organisations that are kept under the number of one."""
    query = select(Organization).join(MergedOrganization, MergedOrganization.organization_id == Organization.id)
    return db.session.scalars(query.where(MergedOrganization.kept_id == number).order_by(Organization.id)).all()


def duplicates() -> list[Duplicate]:
    """List the organisations that may be one, except what a person told apart: compared in memory."""
    seen = visible_organizations().with_only_columns(Organization.id, Organization.name, Organization.identifier)
    pairs = possible_duplicates(Named(*row) for row in db.session.execute(seen.order_by(Organization.id)))
    apart = {(one.first_id, one.second_id) for one in db.session.scalars(distinctions())}
    return [pair for pair in pairs if (pair.first, pair.second) not in apart]


def distinctions() -> Select[OrganizationDistinction]:
    """Select what tells organisations apart now, newest first: the last step on each pair, unless it undid that."""
    pair = (OrganizationDistinction.first_id, OrganizationDistinction.second_id)
    last = select(func.max(OrganizationDistinction.id)).group_by(*pair)
    apart = OrganizationDistinction.change == DistinctionChange.APART
    query = select(OrganizationDistinction).where(OrganizationDistinction.id.in_(last), apart)
    return query.order_by(OrganizationDistinction.id.desc())


def distinction(distinction_id: int) -> OrganizationDistinction:
    """Read one step by which organisations were told apart.

    Raises:
        NotFoundError: there is none.
    """
    found = db.session.get(OrganizationDistinction, distinction_id)
    if found is None or found.change is not DistinctionChange.APART:
        raise NotFoundError
    return found


def is_standing(distinction_id: int) -> bool:
    """Tell whether a step tells two organisations apart now."""
    query = distinctions().where(OrganizationDistinction.id == distinction_id)
    return db.session.scalar(query) is not None


def merges() -> Select[OrganizationMerge]:
    """Select every step of the history of merges, newest first."""
    return select(OrganizationMerge).order_by(OrganizationMerge.id.desc())


def standing_merge(merged_id: int) -> int | None:
    """Tell the number of the merge by which an organisation is kept under another one now."""
    newest = select(OrganizationMerge).where(OrganizationMerge.merged_id == merged_id)
    found = db.session.scalar(newest.order_by(OrganizationMerge.id.desc()).limit(1))
    return found.id if found is not None and found.change is MergeChange.MERGED else None


def merge(merge_id: int) -> OrganizationMerge:
    """Read one step of the history of merges.

    Raises:
        NotFoundError: there is none.
    """
    found = db.session.get(OrganizationMerge, merge_id)
    if found is None:
        raise NotFoundError
    return found


def organizations(filters: Filters, *, among: Select[Organization] | None = None) -> Select[Organization]:
    """Select organisations under filters: `q` in the name, `kind` buyer or supplier, `region`.

    Args:
        filters: what they are narrowed by.
        among: which of them; those that may be seen unless said otherwise.
    """
    query = visible_organizations() if among is None else among
    if filters.q:
        query = query.where(
            Organization.name_key.contains(name_key(filters.q) or nfkc_fold(filters.q), autoescape=True)
        )
    kind = choose(filters.kind, KINDS, name="kind")
    if kind:
        query = query.where(Organization.is_buyer if kind == "buyer" else Organization.is_supplier)
    if filters.region:
        query = query.where(Organization.region_code.in_(region_subtree(filters.region)))
    if choose(filters.sort, SORTS, name="sort") == "-updated":
        return query.order_by(Organization.changed_at.desc(), Organization.id.desc())
    return query.order_by(Organization.name, Organization.id)


def organization(organization_id: int) -> Organization:
    """Read one organisation.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    found = db.session.scalar(visible_organizations().where(Organization.id == organization_id))
    if found is None:
        raise NotFoundError
    return found


def organization_names(ids: Collection[int | None]) -> Mapping[int, tuple[str, str | None]]:
    """Read the names (Chinese, English) of many organisations at once."""
    wanted = {number for number in ids if number is not None}
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Organization.id, Organization.name, Organization.name_en).where(Organization.id.in_(wanted))
    )
    return {number: (name, name_en) for number, name, name_en in rows}


def grades_of(codes: Collection[str]) -> Sequence[OrganizationGrade]:
    """Read the grades of credit codes, newest first."""
    query = select(OrganizationGrade).where(OrganizationGrade.credit_code.in_(codes))
    return db.session.scalars(query.order_by(OrganizationGrade.awarded_on.desc())).all()


def governments() -> Sequence[Government]:
    """Read all governments in the order of their regions."""
    return db.session.scalars(select(Government).order_by(Government.region_code)).all()


def government(government_id: int) -> Government:
    """Read one government."""
    found = db.session.get(Government, government_id)
    if found is None:
        raise NotFoundError
    return found


def government_of_region(region_code: str) -> Government | None:
    """Find the government that is nearest above a region, itself included."""
    by_region = {item.region_code: item for item in governments()}
    for prefix, zeros in ((6, ""), (4, "00"), (2, "0000")):
        found = by_region.get(region_code[:prefix] + zeros)
        if found is not None:
            return found
    return None


def resting_on_nothing(raws: Iterable[Mapping[str, object]]) -> Sequence[Organization]:
    """Find the organisations of some OCDS parties that no row of any table rests on."""
    parties = [read_party(raw) for raw in raws]
    names = {name_key(party.name) for party in parties}
    codes = {party.identifier for party in parties if party.identifier}
    found: dict[int, Organization] = {}
    for column, keys in ((Organization.name_key, names), (Organization.identifier, codes)):
        for batch in batches(sorted(keys)):
            query = select(Organization).where(column.in_(batch))
            found |= {one.id: one for one in db.session.scalars(query)}
    used = _in_use(found)
    return [one for number, one in sorted(found.items()) if number not in used]


def _in_use(numbers: Collection[int]) -> set[int]:
    """Tell which organisations rows of any table rest on, whichever capability it belongs to.

    That somebody told two apart in the office keeps no name from being withheld.
    """
    keys = [
        key.parent
        for name, table in Organization.metadata.tables.items()
        if name != OrganizationDistinction.__tablename__
        for key in table.foreign_keys
        if key.column is Organization.__table__.c.id
    ]
    return {
        number
        for column in keys
        for batch in batches(sorted(numbers))
        for number in db.session.scalars(select(column).where(column.in_(batch)).distinct())
    }
