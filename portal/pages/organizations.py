"""Reads of the public record of one buyer or supplier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from portal.kernel import clock
from portal.parties import rules
from portal.parties.queries import grades_of, merged_into, organization_names
from portal.procurement.models import Contract, Process
from portal.procurement.queries import processes_of_organization, visible_contracts, visible_processes
from portal.procurement.rules import Stage
from portal.ratings.queries import latest_summaries
from portal.services.queries import services_of_organization
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Select

    from portal.parties.models import Organization, OrganizationGrade
    from portal.ratings.models import RatingSummary
    from portal.services.models import Service

SHOWN = 20
DELIVERY_STAGES = (Stage.CONTRACT, Stage.IMPLEMENTATION, Stage.COMPLETE, Stage.TERMINATED)
YUAN = "CNY"
LEAST_CONTRACTS = 2


@dataclass(frozen=True)
class Part:
    """The newest of some things, and how many there are."""

    items: Sequence[Process]
    total: int


@dataclass(frozen=True)
class Concentration:
    """The share of contract value that goes to (or comes from) the largest other side.

    Of `contracts` contracts with a value in yuan, `largest_contracts` and `percent` of the value are with that one.
    """

    name: tuple[str, str | None]
    organization_id: int
    percent: int
    contracts: int
    largest_contracts: int


@dataclass(frozen=True)
class Record:
    """What is public of one organisation."""

    code: rules.CodeReport | None
    grades: Sequence[OrganizationGrade]
    merged: Sequence[Organization]
    open_tenders: Part
    bought: Part
    won: Part
    contracts: Sequence[Contract]
    contract_count: int
    delivery: Mapping[Stage, int]
    delivery_as_buyer: Mapping[Stage, int]
    largest_buyer: Concentration | None
    largest_supplier: Concentration | None
    services: Sequence[Service]
    summaries: Mapping[int, RatingSummary]


def record(organization: Organization) -> Record:
    """Read the record of an organisation."""
    number = organization.id
    merged, services = merged_into(number), services_of_organization(number)
    provided = [service.id for service in services if service.provider_id == number]
    contracts = visible_contracts().where(Contract.supplier_id == number)
    bought, won = (processes_of_organization(number, as_buyer=as_buyer) for as_buyer in (True, False))
    return Record(
        code=code_of(organization), grades=grades_of(_codes([organization, *merged])), merged=merged,
        open_tenders=_part(bought.where(Process.stage == Stage.TENDER, _is_open())),
        bought=_part(bought), won=_part(won), contract_count=_count(contracts),
        contracts=db.session.scalars(
            contracts.order_by(Contract.signed_on.desc().nulls_last(), Contract.id.desc()).limit(SHOWN)
        ).all(),
        delivery=_stages(won), delivery_as_buyer=_stages(bought),
        largest_buyer=_largest(number, of_supplier=True), largest_supplier=_largest(number, of_supplier=False),
        services=services, summaries=latest_summaries(provided) if provided else {},
    )  # fmt: skip


def code_of(organization: Organization) -> rules.CodeReport | None:
    """Check the credit code of an organisation; None where it has none."""
    if organization.scheme != rules.CREDIT_CODE_SCHEME or organization.identifier is None:
        return None
    return rules.check_code(organization.identifier)


def _codes(organizations: Sequence[Organization]) -> list[str]:
    return [one.identifier for one in organizations if one.scheme == rules.CREDIT_CODE_SCHEME and one.identifier]


def _is_open() -> ColumnElement[bool]:
    return or_(Process.tender_ends_at.is_(None), Process.tender_ends_at >= clock.now())


def _part(query: Select[Process]) -> Part:
    total = _count(query)
    return Part(db.session.scalars(query.limit(SHOWN)).all() if total else (), total)


def _count(query: Select[Process] | Select[Contract]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def _stages(query: Select[Process]) -> dict[Stage, int]:
    """Count purchases by how their contracts go, in the order of the stages; what there is none of is left out."""
    some = query.order_by(None).subquery()
    rows = db.session.execute(select(some.c.stage, func.count()).group_by(some.c.stage))
    counts: dict[Stage, int] = {Stage(stage): count for stage, count in rows}
    return {stage: counts[stage] for stage in DELIVERY_STAGES if counts.get(stage)}


def _largest(number: int, *, of_supplier: bool) -> Concentration | None:
    """Find the other side with which most of the contract value is; None with fewer than two known contracts."""
    visible = visible_processes().with_only_columns(Process.ocid)
    theirs = Contract.supplier_id == number if of_supplier else Process.buyer_id == number
    other = Process.buyer_id if of_supplier else Contract.supplier_id
    query = (
        select(other, func.sum(Contract.amount_fen), func.count())
        .join(Process, Process.ocid == Contract.ocid)
        .where(
            theirs, Contract.ocid.in_(visible), Contract.amount_fen > 0, Contract.currency == YUAN, other.is_not(None)
        )
        .group_by(other)
        .order_by(func.sum(Contract.amount_fen).desc(), other)
    )
    found = db.session.execute(query).all()
    rows: list[tuple[int, int, int]] = [(one, int(value or 0), count) for one, value, count in found if one]
    contracts, total = sum(count for _, _, count in rows), sum(value for _, value, _ in rows)
    if contracts < LEAST_CONTRACTS:
        return None
    largest, value, count = rows[0]
    names = organization_names([largest])
    return Concentration(names[largest], largest, round(100 * value / total), contracts, count)
