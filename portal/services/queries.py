"""Reads of services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import selectinload

from portal.classification.queries import category_subtree, region_subtree
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.moderation.queries import not_hidden
from portal.parties.models import Organization
from portal.parties.queries import kept_id
from portal.procurement.models import Contract
from portal.procurement.queries import visible_contracts
from portal.ring.rules import Described, Kind
from portal.services.models import Service, ServiceArea, ServiceContract, ServicePlace, ServiceReport, ServiceVersion
from portal.services.rules import Delivery, ServiceStatus, oldest_trusted
from portal.storage.database import db
from portal.web.filters import choose

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from portal.web.filters import Filters

ANSWERS_SHOWN = 3
SORTS = ("-updated", "name")
NOT_RUNNING = (Delivery.AHEAD.value, Delivery.OVER.value)


def visible_services() -> Select[Service]:
    """Select every service that may be seen."""
    return select(Service).where(not_hidden(Kind.SERVICE, Service.id))


def with_details(query: Select[Service]) -> Select[Service]:
    """Read places, hours, prices and areas along: one statement each, whatever the number of services."""
    return query.options(
        selectinload(Service.places).selectinload(ServicePlace.hours),
        selectinload(Service.prices),
        selectinload(Service.areas),
    )


def has_status(status: ServiceStatus) -> ColumnElement[bool]:
    """Give the condition that a service is in a state today: `rules.status_of` for the database."""
    if status is ServiceStatus.ACTIVE:
        return and_(Service.said_status == status, Service.delivery.not_in(NOT_RUNNING))
    if status is ServiceStatus.INACTIVE:
        ran_out = and_(Service.said_status == ServiceStatus.ACTIVE, Service.delivery.in_(NOT_RUNNING))
        return or_(Service.said_status == status, ran_out)
    return Service.said_status == status


def serves(region: str) -> ColumnElement[bool]:
    """Give the condition that a service is for residents of a region, of one in it or of one around it."""
    codes = [*region_subtree(region), region[:4] + "00", region[:2] + "0000"]
    named = select(ServiceArea.service_id).where(ServiceArea.region_code.in_(codes))
    within = region_subtree(region)
    return or_(Service.region_code.in_(within), Service.id.in_(named))


def services(filters: Filters, *, among: Select[Service] | None = None) -> Select[Service]:
    """Select services under filters; without `stage` only what can be used or will return.

    A search for words also finds closed ones, so that nobody looks for them in vain. What can be used now
    and was checked lately comes first.

    Args:
        filters: what they are narrowed by.
        among: which of them; those that may be seen unless said otherwise.
    """
    query = (visible_services() if among is None else among).where(*_narrowed(filters))
    stage = choose(filters.stage, list(ServiceStatus), name="stage")
    if stage:
        query = query.where(has_status(ServiceStatus(stage)))
    elif not filters.q:
        query = query.where(or_(has_status(ServiceStatus.ACTIVE), has_status(ServiceStatus.TEMPORARILY_CLOSED)))
    if choose(filters.sort, SORTS, name="sort") == "name":
        return query.order_by(Service.name, Service.id)
    trusted = func.coalesce(Service.assured_on >= oldest_trusted(clock.today()), False)
    usable = case((and_(has_status(ServiceStatus.ACTIVE), trusted), 0), (has_status(ServiceStatus.ACTIVE), 1), else_=2)
    order = () if filters.sort else (usable,)
    return query.order_by(*order, Service.changed_at.desc(), Service.id.desc())


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.q:
        conditions += [says(term) for term in filters.q.split()]
    if filters.region:
        conditions.append(serves(filters.region))
    if filters.category:
        conditions.append(Service.category_code.in_(category_subtree(filters.category)))
    if filters.supplier:
        conditions.append(Service.provider_id == kept_id(filters.supplier))
    if filters.buyer:
        conditions.append(Service.buyer_id == kept_id(filters.buyer))
    return conditions


def service(service_id: int) -> Service:
    """Read one service.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    found = db.session.scalar(with_details(visible_services().where(Service.id == service_id)))
    if found is None:
        raise NotFoundError
    return found


def services_of_organization(organization_id: int) -> Sequence[Service]:
    """Read what an organisation provides or pays for."""
    theirs = or_(Service.provider_id == organization_id, Service.buyer_id == organization_id)
    return db.session.scalars(visible_services().where(theirs).order_by(Service.name)).all()


def service_count() -> int:
    """Count the services that can be used now."""
    usable = visible_services().where(has_status(ServiceStatus.ACTIVE))
    return db.session.scalar(select(func.count()).select_from(usable.subquery())) or 0


def contracts_of(service_id: int) -> Sequence[Contract]:
    """Read the contracts under which a service is or was delivered, the newest first; hidden ones are left out."""
    keys = select(ServiceContract.ocid, ServiceContract.contract_id).where(ServiceContract.service_id == service_id)
    query = visible_contracts().where(tuple_(Contract.ocid, Contract.contract_id).in_(keys))
    order = func.coalesce(Contract.starts_on, Contract.signed_on).desc().nulls_last()
    return db.session.scalars(query.order_by(order, Contract.id.desc())).all()


def contract_keys_of(service_id: int) -> list[tuple[str, str]]:
    """List ocid and number of the contracts of a service, whether or not they may be seen."""
    query = select(ServiceContract.ocid, ServiceContract.contract_id).where(ServiceContract.service_id == service_id)
    rows = db.session.execute(query.order_by(ServiceContract.ocid, ServiceContract.contract_id))
    return [(ocid, contract_id) for ocid, contract_id in rows]


def contracts_of_many(service_ids: Collection[int]) -> Mapping[int, Sequence[Contract]]:
    """Read the visible contracts of many services at once, the newest first: one statement."""
    visible = visible_contracts().with_only_columns(Contract.id)
    joined = (Contract.ocid == ServiceContract.ocid) & (Contract.contract_id == ServiceContract.contract_id)
    rows = db.session.execute(
        select(ServiceContract.service_id, Contract)
        .join(Contract, joined)
        .where(ServiceContract.service_id.in_(service_ids), Contract.id.in_(visible))
        .order_by(func.coalesce(Contract.starts_on, Contract.signed_on).desc().nulls_last(), Contract.id.desc())
    )
    found: dict[int, list[Contract]] = {}
    for service_id, contract in rows:
        found.setdefault(service_id, []).append(contract)
    return found


def services_in_office(government_ids: Collection[int]) -> Select[Service]:
    """Select the services that some governments pay for, in every state, hidden or not; the oldest check first."""
    buyers = select(Organization.id).where(Organization.government_id.in_(government_ids))
    query = select(Service).where(Service.buyer_id.in_(buyers))
    return query.order_by(Service.assured_on.asc().nulls_first(), Service.id)


def service_in_office(service_id: int, government_ids: Collection[int]) -> Service:
    """Read one service that some governments pay for.

    Raises:
        NotFoundError: there is none, or it is another government's.
    """
    found = db.session.scalar(with_details(services_in_office(government_ids).where(Service.id == service_id)))
    if found is None:
        raise NotFoundError
    return found


def buyers_of_governments(government_ids: Collection[int]) -> Sequence[Organization]:
    """Read the offices of some governments."""
    query = select(Organization).where(Organization.government_id.in_(government_ids), Organization.is_buyer)
    return db.session.scalars(query.order_by(Organization.name)).all()


def reports_in_office(government_ids: Collection[int]) -> Sequence[ServiceReport]:
    """Read what residents found wrong in the listings of some governments and nobody has answered, oldest first."""
    theirs = services_in_office(government_ids).order_by(None).with_only_columns(Service.id)
    query = select(ServiceReport).where(ServiceReport.service_id.in_(theirs), ServiceReport.answer.is_(None))
    return db.session.scalars(query.order_by(ServiceReport.id).options(selectinload(ServiceReport.service))).all()


def report_in_office(report_id: int, government_ids: Collection[int]) -> ServiceReport:
    """Read one report on a listing of some governments.

    Raises:
        NotFoundError: there is none, or it is another government's.
    """
    theirs = services_in_office(government_ids).order_by(None).with_only_columns(Service.id)
    query = select(ServiceReport).where(ServiceReport.id == report_id, ServiceReport.service_id.in_(theirs))
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def answers_of(service_id: int) -> Sequence[ServiceReport]:
    """Read the newest answers of the office to what residents found wrong."""
    query = select(ServiceReport).where(ServiceReport.service_id == service_id, ServiceReport.answer.is_not(None))
    return db.session.scalars(query.order_by(ServiceReport.answered_at.desc()).limit(ANSWERS_SHOWN)).all()


def newest_version(service_id: int) -> int:
    """Tell the number of what was published last of a service; 0 before anything was."""
    last = select(func.max(ServiceVersion.number)).where(ServiceVersion.service_id == service_id)
    return db.session.scalar(last) or 0


def versions_of(service_id: int) -> Sequence[ServiceVersion]:
    """Read what was published of a service, the newest first."""
    query = select(ServiceVersion).where(ServiceVersion.service_id == service_id)
    return db.session.scalars(query.order_by(ServiceVersion.number.desc())).all()


def describe_services(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name services for the ring."""
    numbers = [int(number) for number in ids]
    return {
        str(item.id): Described(item.name, item.name_en, "pages.service", {"service_id": item.id})
        for item in db.session.scalars(visible_services().where(Service.id.in_(numbers)))
    }


def says(term: str) -> ColumnElement[bool]:
    """Give the condition that a listing contains a term."""
    columns = (Service.name, Service.name_en, Service.description, Service.description_en, Service.eligibility)
    return or_(*(column.icontains(term, autoescape=True) for column in columns))
