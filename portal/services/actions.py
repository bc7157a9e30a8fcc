"""Listing services."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.outbox.actions import append_event
from portal.ring.actions import add_link
from portal.ring.rules import Kind, Relation
from portal.services.models import Service
from portal.services.rules import ServiceStatus
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from datetime import date

HSDS_NAMESPACE = uuid.UUID("5d0ab6a7-5f0e-4d0e-9a39-4cf0a4d4b1c1")


@dataclass(frozen=True)
class Listing:
    """The facts of a service, as somebody states them; unknown ones are left out."""

    name: str
    description: str
    name_en: str | None = None
    description_en: str | None = None
    category_code: str | None = None
    region_code: str | None = None
    eligibility: str = ""
    eligibility_en: str | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    application_process: str = ""
    application_process_en: str | None = None
    fees: str = ""
    fees_en: str | None = None
    phone: str | None = None
    address: str | None = None
    schedule: str = ""
    schedule_en: str | None = None
    provider_id: int | None = None
    buyer_id: int | None = None
    ocid: str | None = None
    contract_id: str | None = None
    status: ServiceStatus = ServiceStatus.ACTIVE
    assured_on: date | None = None


def list_service(listing: Listing) -> Service:
    """List a service; the contract it is delivered under is linked to it."""
    with transaction():
        now = clock.now()
        service = Service(**asdict(listing), hsds_id="", created_at=now, changed_at=now)
        db.session.add(service)
        service.hsds_id = str(uuid.uuid5(HSDS_NAMESPACE, f"{listing.ocid}#{listing.contract_id}#{listing.name}#{now}"))
        db.session.flush()
        if listing.ocid and listing.contract_id:
            add_link(Relation.DELIVERS, f"{listing.ocid}#{listing.contract_id}", str(service.id))
        append_event(Kind.SERVICE, service.id)
        return service


def confirm_listing(service_id: int, *, on: date) -> None:
    """Note that somebody checked the facts of a listing on a day."""
    with transaction():
        service = db.session.get_one(Service, service_id)
        service.assured_on, service.changed_at = on, clock.now()
        append_event(Kind.SERVICE, service.id)
