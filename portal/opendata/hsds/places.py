"""Writing where and when a service is given: locations, addresses, schedules, areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.opendata.hsds import rules, taxonomies
from portal.opendata.hsds.rules import Json, child_id, without_unknown
from portal.services.rules import MODE_NAMES, Mode

if TYPE_CHECKING:
    from portal.services.models import Service, ServicePlace


def located(service: Service) -> list[ServicePlace]:
    """List the places that are somewhere: not home visits, not a telephone."""
    return [place for place in service.places if place.mode in {Mode.VISIT, Mode.ONLINE}]


def service_at_location(service: Service, place: ServicePlace) -> Json:
    """Write where a service is given, with its hours there."""
    parent = child_id(place.hsds_id, "service", service.hsds_id)
    return without_unknown({
        "id": parent,
        "service_id": service.hsds_id,
        "location_id": place.hsds_id,
        "description": gettext(MODE_NAMES[place.mode]),
        "phones": phones(parent, place.phone, service_at_location_id=parent),
        "schedules": _schedules(parent, place, service_at_location_id=parent),
        "location": _location(place),
    })  # fmt: skip


def phones(parent: str, number: str | None, **owner: str) -> list[Json]:
    """Write the telephone that somebody or something has, if any."""
    return [{"id": child_id(parent, "phone", number), "number": number, "type": "voice", **owner}] if number else []


def _location(place: ServicePlace) -> Json:
    return without_unknown({
        "id": place.hsds_id,
        "location_type": "virtual" if place.mode is Mode.ONLINE else "physical",
        "url": place.url if rules.is_uri(place.url) else None,
        "name": place.name,
        "alternate_name": place.name_en,
        "description": place.address,
        "transportation": place.transportation,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "addresses": _addresses(place),
        "accessibility": [
            {"id": child_id(place.hsds_id, "accessibility", line), "location_id": place.hsds_id, "description": line}
            for line in place.accessibility.split("\n")
            if line
        ],
    })  # fmt: skip


def _addresses(place: ServicePlace) -> list[Json]:
    """Write an address only where all of it is known: HSDS wants a postal code or no address at all."""
    names = taxonomies.line_of_region(place.region_code)
    province, city, district = (*names, None, None, None)[:3]
    if not (place.postal_code and place.address and names and place.mode is Mode.VISIT):
        return []
    return [without_unknown({
        "id": child_id(place.hsds_id, "address", place.postal_code),
        "location_id": place.hsds_id,
        "address_1": place.address,
        "state_province": province,
        "city": city or province,
        "region": district,
        "postal_code": place.postal_code,
        "country": "CN",
        "address_type": "physical",
    })]  # fmt: skip


def own_schedules(service: Service) -> list[Json]:
    """Write the hours of home visits and telephones, and what is told in words only."""
    found = [
        one | {"attending_type": gettext(MODE_NAMES[place.mode])}
        for place in service.places
        if place.mode in {Mode.HOME, Mode.PHONE}
        for one in _schedules(place.hsds_id, place, service_id=service.hsds_id)
    ]
    if service.schedule:
        told = {"id": child_id(service.hsds_id, "schedule", "told"), "service_id": service.hsds_id}
        found.append({**told, "description": service.schedule})
    return found


def _schedules(parent: str, place: ServicePlace, **owner: str) -> list[Json]:
    """Write a week: days with the same opening become one schedule, a day with two openings is in two."""
    days: dict[tuple[str, str], list[int]] = {}
    for span in place.spans:
        days.setdefault((span.opens_at, span.closes_at), []).append(span.weekday)
    return [
        without_unknown({
            "id": child_id(parent, "schedule", f"{opens}-{closes}"),
            **owner,
            "freq": "WEEKLY",
            "wkst": "MO",
            "byday": ",".join(rules.DAYS[day - 1] for day in sorted(weekdays)),
            "opens_at": f"{opens}:00+08:00",
            "closes_at": f"{closes}:00+08:00",
            "timezone": rules.TIMEZONE,
            "notes": place.notes,
        })
        for (opens, closes), weekdays in sorted(days.items())
    ]  # fmt: skip


def service_area(service: Service, code: str) -> Json:
    """Write one region that a service is for."""
    parent = child_id(service.hsds_id, "area", code)
    attribute = taxonomies.attribute(parent, "service_area", f"{taxonomies.REGIONS}:{code}", "area")
    name = "".join(taxonomies.line_of_region(code)) or code
    return {"id": parent, "service_id": service.hsds_id, "name": name} | (
        {"attributes": [attribute]} if attribute else {}
    )
