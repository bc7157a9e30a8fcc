"""A listing as it is published: the bytes that the ledger commits to. No persons are in it."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from portal.services import queries
from portal.services.listing.statements import Place
from portal.services.publication.rows import PLAIN

if TYPE_CHECKING:
    from portal.services.models import Service, ServicePlace


def public_form(service: Service) -> dict[str, object]:
    """Write a listing as it is published."""
    plain: dict[str, object] = {
        name: getattr(service, name) for name in (*PLAIN, "documents", "languages", "alert", "alert_en")
    }
    return plain | {
        "service": service.id, "hsds_id": service.hsds_id, "status": service.said_status.value,
        "assured_on": service.assured_on.isoformat() if service.assured_on else None,
        "areas": sorted(area.region_code for area in service.areas),
        "prices": [[price.amount_fen, price.option, price.option_en] for price in service.prices],
        "places": [_public_place(place) for place in sorted(service.places, key=lambda one: one.number)],
        "contracts": [f"{ocid}#{contract_id}" for ocid, contract_id in queries.contract_keys_of(service.id)],
    }  # fmt: skip


def _public_place(place: ServicePlace) -> dict[str, object]:
    told = {item.name: getattr(place, item.name) for item in fields(Place) if item.name not in {"hours", "mode"}}
    hours = sorted([hour.weekday, hour.opens_at, hour.closes_at] for hour in place.hours)
    return told | {"number": place.number, "mode": place.mode.value, "hours": hours}
