"""What the home page, a service and an organisation are in the words of schema.org."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from portal.classification.queries import category_name, region_name
from portal.web import links, locale, structured
from portal.web.locale import pick

if TYPE_CHECKING:
    from portal.pages.queries import Behind
    from portal.parties.models import Organization
    from portal.services.models import Service, ServicePlace
    from portal.settings import Settings
    from portal.web.structured import Thing


def home() -> list[Thing]:
    """Describe the portal."""
    settings: Settings = current_app.extensions["settings"]
    return [
        structured.website(
            name=pick("三问", "Sanwen"),
            url=links.absolute("pages.home"),
            language=locale.HTML_NAMES[locale.current_locale()],
            publisher=settings.publisher_name,
            search_url=links.absolute("opendata.search") + "?q=",
        )
    ]


def service(item: Service, behind: Behind) -> list[Thing]:
    """Describe a service, with who provides it and who pays."""
    return [
        structured.thing(
            "GovernmentService",
            name=pick(item.name, item.name_en),
            description=pick(item.description, item.description_en),
            url=links.absolute("pages.service", service_id=item.id),
            identifier=item.hsds_id,
            serviceType=category_name(item.category_code) if item.category_code else "",
            provider=_body(behind.provider) if behind.provider else None,
            serviceOperator=_body(behind.buyer) if behind.buyer else None,
            areaServed=[structured.area(region_name(code)) for code in item.area_codes],
            availableChannel=[structured.channel(_place(place), item.languages) for place in item.places],
        )
    ]


def organization(item: Organization) -> list[Thing]:
    """Describe a buyer or supplier."""
    return [_body(item)]


def _body(item: Organization) -> Thing:
    return structured.organization(
        name=pick(item.name, item.name_en),
        other_name=item.name_en if locale.current_locale() == locale.CHINESE else item.name,
        url=links.absolute("pages.organization", organization_id=item.id),
        identifier=(item.scheme, item.identifier),
        region=region_name(item.region_code) if item.region_code else "",
        website=item.website,
        is_government=item.is_buyer,
    )


def _place(place: ServicePlace) -> Thing:
    return structured.place(
        name=pick(place.name, place.name_en),
        address=pick(place.address, place.address_en),
        postal_code=place.postal_code,
        hours=[(span.weekday, span.opens_at, span.closes_at) for span in place.hours],
    )
