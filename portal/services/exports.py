"""Services as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.classification.exports import CATEGORY, REGION, REGIONS
from portal.exporting import meanings
from portal.exporting.codelists import LANGUAGES, Codelist, of_names
from portal.exporting.dataset import NUMBER, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.following import Follows
from portal.exporting.table import Table
from portal.kernel.text import N_
from portal.ring.rules import Kind
from portal.services import queries
from portal.services.models import Service
from portal.services.rules import MODE_NAMES, STATUS_NAMES, ServiceStatus
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portal.services.models import ServicePlace

_TEXTS = (
    "hsds_id", "name", "name_en", "description", "description_en", "eligibility", "eligibility_en",
    "ineligibility", "application_process", "fees", "schedule", "ocid", "contract_id", "alert",
)  # fmt: skip


def _rows(items: Sequence[Service]) -> Iterator[Mapping[str, object]]:
    for item in items:
        yield {
            "id": item.id,
            "url": links.absolute("pages.service", service_id=item.id),
            "updated_at": item.changed_at,
            **{name: getattr(item, name) for name in _TEXTS},
            "phone": item.voice,
            "address": "\n".join(place.address for place in item.places if place.address) or item.address,
            "modes": " ".join(sorted({place.mode.value for place in item.places})),
            "hours": "\n".join(_week(place) for place in item.places if place.hours),
            "prices": "\n".join(f"{price.amount_fen / 100:.2f} {price.option}".strip() for price in item.prices),
            "documents": "\n".join(item.documents),
            "areas": " ".join(item.area_codes),
            "languages": " ".join(item.languages),
            "minimum_age": item.minimum_age,
            "maximum_age": item.maximum_age,
            "category": item.category_code,
            "region": item.region_code,
            "provider": item.provider_id,
            "buyer": item.buyer_id,
            "status": item.status.value,
            "assured_on": item.assured_on,
        }


def _week(place: ServicePlace) -> str:
    """Write the openings of a place on one line: `MO 09:00-12:00; TU …`."""
    days = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    return "; ".join(f"{days[hour.weekday - 1]} {hour.opens_at}-{hour.closes_at}" for hour in place.hours)


def _said(name: str, title: str, description: str, *, codelist: Codelist | None = None) -> Column:
    return Column(name, title, description=description, codelist=codelist, source=meanings.OFFICE)


HSDS = "https://docs.openreferral.org/en/latest/hsds/schema_reference.html"
MODES = Codelist("service-modes", N_("How services are used"), codes=of_names(MODE_NAMES))
STATUSES = Codelist("service-statuses", N_("States of services"), codes=of_names(STATUS_NAMES), url=HSDS)
SERVICES = Dataset(
    name="services",
    title=N_("Services"),
    description=N_("Every service that residents can use, with the facts of its listing."),
    columns=(
        NUMBER, URL, UPDATED_AT,
        Column(
            "hsds_id", N_("HSDS identifier"), description=N_("UUID of the service in Open Referral HSDS."),
            source="HSDS service.id",
        ),
        _said("name", N_("Name"), meanings.IN_CHINESE),
        _said("name_en", N_("English name"), meanings.IN_ENGLISH),
        _said("description", N_("Description"), meanings.IN_CHINESE),
        _said("description_en", N_("English description"), meanings.IN_ENGLISH),
        _said("eligibility", N_("Who may use it"), meanings.IN_CHINESE),
        _said("eligibility_en", N_("Who may use it, in English"), meanings.IN_ENGLISH),
        _said("ineligibility", N_("Who may not"), meanings.IN_CHINESE),
        _said("application_process", N_("How to apply"), meanings.IN_CHINESE),
        _said("documents", N_("Papers to bring"), N_("One on each line.")),
        _said("prices", N_("Prices"), N_("In yuan, each with what it is for; free is 0.00.")),
        _said("fees", N_("Price for residents"), N_("In words.")),
        _said("phone", N_("Phone"), N_("Of the office.")),
        _said("address", N_("Place"), N_("Where the service is given; a line for each place.")),
        _said("schedule", N_("Hours"), N_("In words.")),
        _said("hours", N_("Opening hours"), N_("A line for each place, by days of RFC 5545.")),
        _said("modes", N_("How it is used"), N_("visit, home, phone or online."), codelist=MODES),
        _said("areas", N_("For residents of"), N_("Codes of GB/T 2260."), codelist=REGIONS),
        _said("languages", N_("Languages"), N_("Codes of ISO 639."), codelist=LANGUAGES),
        _said("alert", N_("Alert"), N_("Why and until when a service is closed.")),
        Column(
            "ocid", N_("Contracting process"), description=N_("OCDS identifier of the purchase behind it."),
            source="OCDS ocid",
        ),
        Column(
            "contract_id", N_("Contract"), description=N_("Identifier of the contract within the process."),
            source="OCDS contracts/id",
        ),
        Column(
            "minimum_age", N_("Least age"), ColumnType.INTEGER, unit="a", description=N_("Of those who may use it."),
            source=meanings.OFFICE,
        ),
        Column(
            "maximum_age", N_("Greatest age"), ColumnType.INTEGER, unit="a",
            description=N_("Of those who may use it."), source=meanings.OFFICE,
        ),
        CATEGORY, REGION,
        Column(
            "provider", N_("Provider"), ColumnType.INTEGER, description=meanings.ORGANIZATION, source=meanings.OFFICE,
        ),
        Column("buyer", N_("Buyer"), ColumnType.INTEGER, description=meanings.ORGANIZATION, source=meanings.OFFICE),
        _said(
            "status", N_("Status"), N_("active, temporarily closed, inactive or defunct (HSDS)."), codelist=STATUSES,
        ),
        Column(
            "assured_on", N_("Checked on"), ColumnType.DATE,
            description=N_("Day on which the office checked the listing."), source=meanings.OFFICE,
        ),
    ),
    rows=Table(
        lambda filters: queries.with_details(queries.services(filters)), _rows, key=(Service.id,),
        visible=lambda: queries.with_details(queries.visible_services()),
    ),
    filters=("q", "region", "category", "buyer", "supplier", "stage"),
    choices={"stage": list(ServiceStatus)},
    follows=Follows(Kind.SERVICE),
)  # fmt: skip
