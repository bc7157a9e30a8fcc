"""Merging organisations with everything that rests on them: it counts for the one that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, union

from portal.accounts.actions import move_roles
from portal.outbox.actions import append_event
from portal.parties.merging import actions as parties
from portal.parties.models import Organization, OrganizationMerge
from portal.parties.queries import kept_id as kept_number
from portal.procurement.compiling import compile_processes
from portal.procurement.models import Contract, Process, ProcessSupplier
from portal.ring.rules import Kind
from portal.services.models import Service
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROVIDER, BUYER, ROLE = "service.provider", "service.buyer", "account.role"


def merge_organizations(merged_id: int, kept_id: int, *, by: str, reason: str) -> int:
    """Say that two organisations are one: history, ledger, purchases, contracts, services and roles change together.

    Returns:
        The number of the new step of the history.

    Raises:
        SameOrganizationError, UnknownOrganizationError, DifferentCodesError: they cannot be merged.
    """
    with transaction():
        parties.check_merge(merged_id, kept_id)
        moved = _move_services(merged_id, kept_id) | {ROLE: move_roles(merged_id, kept_id)}
        step = parties.merge_organization(merged_id, kept_id, by=by, reason=reason, moved=moved)
        compile_processes(_ocids_naming(merged_id))
        return step.id


def undo_merge(merge_id: int, *, by: str, reason: str) -> int | None:
    """Undo a merge; everything is again as the publications say it.

    Returns:
        The number of the new step of the history; None where it was undone already.

    Raises:
        NotFoundError: there is no such merge.
    """
    with transaction():
        step = parties.undo_merge(merge_id, by=by, reason=reason)
        if step is None:
            return None
        moved = db.session.get_one(OrganizationMerge, merge_id).moved
        there = kept_number(step.kept_id)  # where it was merged in its turn, all of it is there
        _move_back(moved, merged_id=step.merged_id, kept_id=there)
        ocids = _ocids_naming(there)
        for kept in db.session.scalars(select(Organization).where(Organization.id.in_({step.kept_id, there}))):
            kept.is_buyer = kept.is_supplier = False  # what it does is told anew by every purchase that names it
        compile_processes(ocids)
        return step.id


def _ocids_naming(organization_id: int) -> list[str]:
    """List the processes in which an organisation buys or supplies."""
    named = union(
        select(Process.ocid).where(Process.buyer_id == organization_id),
        select(ProcessSupplier.ocid).where(ProcessSupplier.organization_id == organization_id),
        select(Contract.ocid).where(Contract.supplier_id == organization_id),
    ).subquery()
    return list(db.session.scalars(select(named.c.ocid).order_by(named.c.ocid)))


def _move_services(merged_id: int, kept_id: int) -> dict[str, list[int]]:
    moved: dict[str, list[int]] = {PROVIDER: [], BUYER: []}
    for service in db.session.scalars(select(Service).where(Service.provider_id == merged_id).order_by(Service.id)):
        service.provider_id = kept_id
        moved[PROVIDER].append(service.id)
    for service in db.session.scalars(select(Service).where(Service.buyer_id == merged_id).order_by(Service.id)):
        service.buyer_id = kept_id
        moved[BUYER].append(service.id)
    _tell(moved)
    return moved


def _move_back(moved: Mapping[str, Sequence[int]], *, merged_id: int, kept_id: int) -> None:
    """Give services and roles back, except those that somebody gave to another organisation meanwhile."""
    move_roles(kept_id, merged_id, only=moved.get(ROLE, []))
    for service in db.session.scalars(select(Service).where(Service.id.in_(moved.get(PROVIDER, [])))):
        service.provider_id = merged_id if service.provider_id == kept_id else service.provider_id
    for service in db.session.scalars(select(Service).where(Service.id.in_(moved.get(BUYER, [])))):
        service.buyer_id = merged_id if service.buyer_id == kept_id else service.buyer_id
    _tell(moved)


def _tell(moved: Mapping[str, Sequence[int]]) -> None:
    for number in sorted({*moved.get(PROVIDER, []), *moved.get(BUYER, [])}):
        append_event(Kind.SERVICE, number)
