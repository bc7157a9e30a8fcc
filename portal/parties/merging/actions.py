"""Keeping two organisations as one, telling two apart, and undoing both: each act is one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.kernel.errors import NotFoundError
from portal.ledger.actions import append_entry
from portal.outbox.actions import append_event
from portal.parties import rules
from portal.parties.models import (
    MergedOrganization,
    Organization,
    OrganizationDistinction,
    OrganizationMerge,
)
from portal.parties.queries import (
    KIND,
    distinction,
    distinctions,
    is_standing,
    standing_merge,
    visible_organizations,
)
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


LEDGER_TYPE = "organization-merge"


LONGEST_BY = 100


def check_merge(merged_id: int, kept_id: int) -> tuple[Organization, Organization]:
    """Read the two organisations of a merge, locked, after checking that they may be one.

    Raises:
        SameOrganizationError: it is one already.
        UnknownOrganizationError: one of them is not there, is hidden or is merged already.
        DifferentCodesError: both have valid credit codes, and different ones.
    """
    if merged_id == kept_id:
        raise rules.SameOrganizationError(field="kept_id")
    query = visible_organizations().where(Organization.id.in_([merged_id, kept_id]))
    found = {one.id: one for one in db.session.scalars(query.order_by(Organization.id).with_for_update())}
    if len(found) != len({merged_id, kept_id}):
        raise rules.UnknownOrganizationError(field="kept_id")
    codes = {code for one in found.values() if (code := _valid_code(one)) is not None}
    if len(codes) > 1:
        raise rules.DifferentCodesError(field="kept_id")
    return found[merged_id], found[kept_id]


def merge_organization(
    merged_id: int, kept_id: int, *, by: str, reason: str, moved: Mapping[str, Sequence[int]]
) -> OrganizationMerge:
    """Keep one organisation under the number of another one.

    What rests on it elsewhere is moved by the caller, in the same transaction.

    Args:
        merged_id: the organisation that is no longer shown by itself.
        kept_id: the one that its record counts for.
        by: who says so; kept in the office, never published.
        reason: why, in words that are published.
        moved: the things outside the releases that were moved, by name; needed to undo it.
    """
    with transaction():
        merged, kept = check_merge(merged_id, kept_id)
        kept.is_buyer, kept.is_supplier = kept.is_buyer or merged.is_buyer, kept.is_supplier or merged.is_supplier
        kept.changed_at = merged.changed_at = clock.now()
        db.session.add(MergedOrganization(organization_id=merged_id, kept_id=kept_id))
        return _remember(merged_id, kept_id, rules.MergeChange.MERGED, by=by, reason=reason, moved=moved)


def undo_merge(merge_id: int, *, by: str, reason: str) -> OrganizationMerge | None:
    """Show a merged organisation by itself again; None where that was done already.

    Raises:
        NotFoundError: there is no such merge.
    """
    with transaction():
        found = db.session.get(OrganizationMerge, merge_id)
        if found is None or found.change is not rules.MergeChange.MERGED:
            raise NotFoundError
        if standing_merge(found.merged_id) != merge_id:
            return None
        db.session.execute(delete(MergedOrganization).where(MergedOrganization.organization_id == found.merged_id))
        for number in (found.merged_id, found.kept_id):
            db.session.get_one(Organization, number).changed_at = clock.now()
        return _remember(found.merged_id, found.kept_id, rules.MergeChange.UNDONE, by=by, reason=reason, moved={})


def _valid_code(organization: Organization) -> str | None:
    code = organization.identifier if organization.scheme == rules.CREDIT_CODE_SCHEME else None
    return code if code is not None and rules.check_code(code).state is rules.CodeState.RIGHT else None


def _remember(
    merged_id: int, kept_id: int, change: rules.MergeChange, *, by: str, reason: str, moved: Mapping[str, Sequence[int]]
) -> OrganizationMerge:
    now = clock.now()
    public = canonical_json(
        {
            "merged": merged_id,
            "kept": kept_id,
            "change": change.value,
            "reason": reason,
            "at": now.isoformat(timespec="seconds"),
        }
    )
    action = "publish" if change is rules.MergeChange.MERGED else "withdraw"
    step = OrganizationMerge(
        merged_id=merged_id, kept_id=kept_id, change=change, reason=reason, at=now, by=by[:LONGEST_BY],
        moved={name: list(numbers) for name, numbers in moved.items()},
        ledger_position=append_entry(LEDGER_TYPE, merged_id, action=action, public=public, at=now),
    )  # fmt: skip
    db.session.add(step)
    db.session.flush()
    for number in (merged_id, kept_id):
        append_event(KIND, number)
    return step


def tell_apart(one_id: int, other_id: int, *, by: str, reason: str) -> OrganizationDistinction | None:
    """Say that two organisations are two: they are no longer listed as one; None where that was said already.

    Raises:
        SameOrganizationError: it is one already.
        UnknownOrganizationError: one of them is not there, is hidden or is merged.
    """
    if one_id == other_id:
        raise rules.SameOrganizationError
    first, second = sorted((one_id, other_id))
    with transaction():
        seen = visible_organizations().where(Organization.id.in_([first, second]))
        if len(db.session.scalars(seen.order_by(Organization.id).with_for_update()).all()) != len({first, second}):
            raise rules.UnknownOrganizationError
        pair = (OrganizationDistinction.first_id == first, OrganizationDistinction.second_id == second)
        if db.session.scalar(distinctions().where(*pair)) is not None:
            return None
        return _distinguish(first, second, rules.DistinctionChange.APART, by=by, reason=reason)


def undo_telling_apart(distinction_id: int, *, by: str, reason: str) -> OrganizationDistinction | None:
    """Let two organisations be listed as one again; None where that was done already.

    Raises:
        NotFoundError: nobody told them apart by this step.
    """
    with transaction():
        found = distinction(distinction_id)
        pair = select(Organization.id).where(Organization.id.in_([found.first_id, found.second_id]))
        db.session.execute(pair.order_by(Organization.id).with_for_update())
        if not is_standing(distinction_id):
            return None
        return _distinguish(found.first_id, found.second_id, rules.DistinctionChange.UNDONE, by=by, reason=reason)


def _distinguish(
    first: int, second: int, change: rules.DistinctionChange, *, by: str, reason: str
) -> OrganizationDistinction:
    step = OrganizationDistinction(
        first_id=first, second_id=second, change=change, reason=reason, at=clock.now(), by=by
    )
    db.session.add(step)
    db.session.flush()
    return step
