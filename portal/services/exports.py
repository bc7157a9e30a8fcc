"""Services as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.exporting.dataset import ID, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.following import Follows
from portal.exporting.table import Table
from portal.kernel.text import N_
from portal.ring.rules import Kind
from portal.services import queries
from portal.services.models import Service
from portal.services.rules import ServiceStatus
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


SERVICES = Dataset(
    name="services",
    title=N_("Services"),
    description=N_("Every service that residents can use, with the facts of its listing."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("hsds_id", N_("HSDS identifier"), description=N_("UUID of the service in Open Referral HSDS.")),
        Column("name", N_("Name"), description=N_("In Chinese, or as published.")),
        Column("name_en", N_("English name")),
        Column("description", N_("Description")),
        Column("description_en", N_("English description")),
        Column("eligibility", N_("Who may use it")),
        Column("eligibility_en", N_("Who may use it, in English")),
        Column("ineligibility", N_("Who may not")),
        Column("application_process", N_("How to apply")),
        Column("documents", N_("Papers to bring"), description=N_("One on each line.")),
        Column("prices", N_("Prices"), description=N_("In yuan, each with what it is for; free is 0.00.")),
        Column("fees", N_("Price for residents")),
        Column("phone", N_("Phone"), description=N_("Of the office.")),
        Column("address", N_("Place")),
        Column("schedule", N_("Hours")),
        Column("hours", N_("Opening hours"), description=N_("A line for each place, by days of RFC 5545.")),
        Column("modes", N_("How it is used"), description=N_("visit, home, phone or online.")),
        Column("areas", N_("For residents of"), description=N_("Codes of GB/T 2260.")),
        Column("languages", N_("Languages"), description=N_("Codes of ISO 639.")),
        Column("alert", N_("Alert"), description=N_("Why and until when a service is closed.")),
        Column("ocid", N_("Contracting process"), description=N_("OCDS identifier of the purchase behind it.")),
        Column("contract_id", N_("Contract"), description=N_("Identifier of the contract within the process.")),
        Column("minimum_age", N_("Least age"), ColumnType.INTEGER, unit="a"),
        Column("maximum_age", N_("Greatest age"), ColumnType.INTEGER, unit="a"),
        Column("category", N_("Category"), description=N_("Code of the guiding catalogue.")),
        Column("region", N_("Region"), description=N_("Code of GB/T 2260.")),
        Column("provider", N_("Provider"), ColumnType.INTEGER, description=N_("Number of the organisation.")),
        Column("buyer", N_("Buyer"), ColumnType.INTEGER, description=N_("Number of the organisation.")),
        Column("status", N_("Status"), description=N_("active, temporarily closed, inactive or defunct (HSDS).")),
        Column("assured_on", N_("Checked on"), ColumnType.DATE),
    ),
    rows=Table(
        lambda filters: queries.with_details(queries.services(filters)), _rows, key=(Service.id,),
        visible=lambda: queries.with_details(queries.visible_services()),
    ),
    filters=("q", "region", "category", "buyer", "supplier", "stage"),
    choices={"stage": list(ServiceStatus)},
    follows=Follows(Kind.SERVICE),
)  # fmt: skip
