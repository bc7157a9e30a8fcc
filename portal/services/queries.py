"""Reads of services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, func, or_, select

from portal.classification.queries import category_subtree, region_subtree
from portal.kernel.errors import NotFoundError
from portal.moderation.queries import not_hidden
from portal.ring.rules import Described, Kind
from portal.services.models import Service
from portal.services.rules import ServiceStatus
from portal.storage.database import db
from portal.web.filters import choose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement

    from portal.web.filters import Filters

SORTS = ("-updated", "name")


def visible_services() -> Select[Service]:
    """Select every service that may be seen."""
    return select(Service).where(not_hidden(Kind.SERVICE, Service.id))


def services(filters: Filters) -> Select[Service]:
    """Select services under filters; without `stage` only what can be used or will return."""
    query = visible_services()
    if filters.q:
        query = query.where(and_(*(_says(term) for term in filters.q.split())))
    if filters.region:
        query = query.where(Service.region_code.in_(region_subtree(filters.region)))
    if filters.category:
        query = query.where(Service.category_code.in_(category_subtree(filters.category)))
    if filters.supplier:
        query = query.where(Service.provider_id == filters.supplier)
    if filters.buyer:
        query = query.where(Service.buyer_id == filters.buyer)
    stage = choose(filters.stage, list(ServiceStatus), name="stage")
    open_ones = (ServiceStatus.ACTIVE, ServiceStatus.TEMPORARILY_CLOSED)
    query = query.where(Service.status.in_([ServiceStatus(stage)] if stage else open_ones))
    if choose(filters.sort, SORTS, name="sort") == "name":
        return query.order_by(Service.name, Service.id)
    return query.order_by(Service.changed_at.desc(), Service.id.desc())


def service(service_id: int) -> Service:
    """Read one service.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    found = db.session.scalar(visible_services().where(Service.id == service_id))
    if found is None:
        raise NotFoundError
    return found


def services_of_organization(organization_id: int) -> Sequence[Service]:
    """Read what an organisation provides or pays for."""
    theirs = or_(Service.provider_id == organization_id, Service.buyer_id == organization_id)
    return db.session.scalars(visible_services().where(theirs).order_by(Service.name)).all()


def service_count() -> int:
    """Count the services that can be used now."""
    usable = visible_services().where(Service.status == ServiceStatus.ACTIVE)
    return db.session.scalar(select(func.count()).select_from(usable.subquery())) or 0


def describe_services(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name services for the ring."""
    numbers = [int(number) for number in ids]
    return {
        str(item.id): Described(item.name, item.name_en, "pages.service", {"service_id": item.id})
        for item in db.session.scalars(visible_services().where(Service.id.in_(numbers)))
    }


def _says(term: str) -> ColumnElement[bool]:
    columns = (Service.name, Service.name_en, Service.description, Service.description_en, Service.eligibility)
    return or_(*(column.icontains(term, autoescape=True) for column in columns))
