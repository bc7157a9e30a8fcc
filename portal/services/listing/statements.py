"""What an office states of a service: facts, places, contracts; kept as JSON while it waits. Plain Python."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from portal.services.listing.hours import Span
from portal.services.rules import Mode, ServiceStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]  # what JSON can hold, as it was written by `written`
Key = tuple[str, str]


@dataclass(frozen=True)
class Price:
    """What residents pay for something; free is 0."""

    amount_fen: int
    option: str = ""
    option_en: str | None = None


@dataclass(frozen=True)
class Place:
    """One way to use a service, with the openings of a week."""

    mode: Mode = Mode.VISIT
    name: str = ""
    name_en: str | None = None
    address: str = ""
    address_en: str | None = None
    postal_code: str | None = None
    region_code: str | None = None
    transportation: str = ""
    transportation_en: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    url: str | None = None
    phone: str | None = None
    accessibility: str = ""
    accessibility_en: str | None = None
    notes: str = ""
    notes_en: str | None = None
    hours: tuple[Span, ...] = ()


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
    ineligibility: str = ""
    ineligibility_en: str | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    application_process: str = ""
    application_process_en: str | None = None
    documents: tuple[str, ...] = ()
    fees: str = ""
    fees_en: str | None = None
    prices: tuple[Price, ...] = ()
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    schedule: str = ""
    schedule_en: str | None = None
    languages: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    capacity_unit: str | None = None
    available: int | None = None
    maximum: int | None = None
    provider_id: int | None = None
    buyer_id: int | None = None
    status: ServiceStatus = ServiceStatus.ACTIVE
    assured_on: date | None = None


@dataclass(frozen=True)
class Statement:
    """Everything that an office states of a service: its public listing follows from it.

    Args:
        listing: the facts.
        places: the ways to use it, by their numbers.
        alert: what residents should know first, such as why it is closed.
        contracts: ocid and number of the contracts under which it is or was delivered.
    """

    listing: Listing
    places: Mapping[int, Place] = field(default_factory=dict)
    alert: str = ""
    alert_en: str | None = None
    contracts: tuple[Key, ...] = ()


def statement(listing: Listing, *places: Place, contracts: tuple[Key, ...] = ()) -> Statement:
    """State a service whose places are numbered as they come."""
    return Statement(listing, dict(enumerate(places, start=1)), contracts=contracts)


def act_of(old: Statement, new: Statement) -> str:
    """Name what a publication does to a listing, as its history and the ledger call it."""
    checked = replace(old, listing=replace(old.listing, assured_on=new.listing.assured_on))
    moved = replace(
        old, listing=replace(old.listing, status=new.listing.status), alert=new.alert, alert_en=new.alert_en
    )
    if new == checked:
        return "check"
    if new == moved:
        return "reopen" if new.listing.status is ServiceStatus.ACTIVE else "close"
    return "contract" if new == replace(old, contracts=new.contracts) else "amend"


def written(said: Statement) -> Json:
    """Write a statement as JSON."""
    told: Json = asdict(said)
    day = said.listing.assured_on
    told["listing"]["assured_on"] = day.isoformat() if day else None
    told["places"] = {str(number): place for number, place in told["places"].items()}
    return told


def read(raw: Json) -> Statement:
    """Read what `written` wrote; a fact that is not known any more is left out."""
    facts = _known(Listing, raw["listing"])
    day = facts.get("assured_on")
    facts |= {name: tuple(facts.get(name, ())) for name in ("documents", "languages", "areas")}
    facts |= {"status": ServiceStatus(facts["status"]), "assured_on": date.fromisoformat(day) if day else None}
    facts["prices"] = tuple(Price(**price) for price in facts.get("prices", ()))
    return Statement(
        Listing(**facts), {int(number): _place(place) for number, place in raw["places"].items()},
        alert=raw["alert"], alert_en=raw["alert_en"], contracts=tuple((one[0], one[1]) for one in raw["contracts"]),
    )  # fmt: skip


def _place(raw: Json) -> Place:
    said = _known(Place, raw)
    return Place(**(said | {"mode": Mode(said["mode"]), "hours": tuple(Span(**span) for span in said["hours"])}))


def _known(kind: type[Listing | Place], raw: Json) -> Json:
    return {one.name: raw[one.name] for one in fields(kind) if one.name in raw}
