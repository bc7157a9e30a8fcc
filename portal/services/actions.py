"""Listing services, keeping their facts true, and recording the contracts under which they are delivered.

Each act is one transaction: the change, a version with the public bytes, a ledger entry, an event.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.kernel.errors import NotFoundError
from portal.ledger.actions import append_entry
from portal.outbox.actions import append_event
from portal.procurement.models import Process
from portal.procurement.queries import contract as visible_contract
from portal.ring.actions import add_link, remove_link
from portal.ring.rules import Kind, Relation
from portal.services import queries, rules
from portal.services.models import (
    Service,
    ServiceArea,
    ServiceContract,
    ServiceHours,
    ServicePlace,
    ServicePrice,
    ServiceReport,
    ServiceVersion,
)
from portal.services.rules import Mode, ServiceStatus, Span
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

HSDS_NAMESPACE = uuid.UUID("5d0ab6a7-5f0e-4d0e-9a39-4cf0a4d4b1c1")


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
    ocid: str | None = None
    contract_id: str | None = None
    status: ServiceStatus = ServiceStatus.ACTIVE
    assured_on: date | None = None


_APART = {"prices", "areas", "documents", "languages", "status", "ocid", "contract_id"}
_PLAIN = tuple(item.name for item in fields(Listing) if item.name not in _APART)
_KEPT = ("assured_on",)  # no edit of a listing is a check of it


def list_service(listing: Listing, *, places: Sequence[Place] = ()) -> Service:
    """List a service; the contract it is delivered under is linked to it.

    Raises:
        WrongAgesError, WrongCapacityError: naming the field.
    """
    with transaction():
        _check(listing)
        now = clock.now()
        service = Service(hsds_id="", created_at=now, changed_at=now, said_status=listing.status)
        _say(service, listing, names=_PLAIN)
        seed = f"{listing.ocid}#{listing.contract_id}#{listing.name}#{now}#{_next_id()}"
        service.hsds_id = str(uuid.uuid5(HSDS_NAMESPACE, seed))
        db.session.add(service)
        db.session.flush()
        for number, place in enumerate(places, start=1):
            _put_place(service, number, place)
        if listing.ocid and listing.contract_id:
            _deliver(service, listing.ocid, listing.contract_id)
            service.ocid, service.contract_id = listing.ocid, listing.contract_id
        _publish(service, "publish")
        return service


def open_service(listing: Listing, *, governments: Collection[int]) -> Service:
    """List a service that an official's own government pays for.

    Raises:
        UnknownBuyerError, WrongAgesError, WrongCapacityError: naming the field.
    """
    with transaction():
        _check_buyer(listing.buyer_id, governments)
        return list_service(listing)


def change_listing(service_id: int, listing: Listing, *, governments: Collection[int]) -> Service:
    """State the facts of a service anew; contracts, places, state and day of the check stay as they are.

    Raises:
        NotFoundError
        UnknownBuyerError, WrongAgesError, WrongCapacityError: naming the field.
    """
    with transaction():
        service = queries.service_in_office(service_id, governments)
        _check(listing)
        _check_buyer(listing.buyer_id, governments)
        _say(service, listing, names=[name for name in _PLAIN if name not in _KEPT])
        _publish(service, "amend")
        return service


def set_place(service_id: int, number: int | None, place: Place, *, governments: Collection[int]) -> int:
    """Add a place to a service (no number), or state one anew; return its number.

    Raises:
        NotFoundError: the service or the place is not there.
    """
    with transaction():
        service = queries.service_in_office(service_id, governments)
        if number is None:
            number = max((known.number for known in service.places), default=0) + 1
        else:
            _place(service, number)
        _put_place(service, number, place)
        _publish(service, "amend")
        return number


def remove_place(service_id: int, number: int, *, governments: Collection[int]) -> None:
    """Take a place off a service.

    Raises:
        NotFoundError: the service or the place is not there.
    """
    with transaction():
        service = queries.service_in_office(service_id, governments)
        service.places.remove(_place(service, number))
        _publish(service, "amend")


def confirm_listing(service_id: int, *, on: date) -> None:
    """Note that somebody checked the facts of a listing on a day.

    Raises:
        FutureCheckError: naming the field.
    """
    with transaction():
        if on > clock.today():
            raise rules.FutureCheckError(field="on")
        service = db.session.get_one(Service, service_id)
        service.assured_on = on
        _publish(service, "check")


def check_listing(service_id: int, *, on: date, governments: Collection[int]) -> None:
    """Note that an official checked a listing of their own government.

    Raises:
        NotFoundError, FutureCheckError
    """
    with transaction():
        queries.service_in_office(service_id, governments)
        confirm_listing(service_id, on=on)


def close_service(
    service_id: int, alert: str, *, for_good: bool, governments: Collection[int], alert_en: str | None = None
) -> None:
    """Close a service for a while or for good; the alert says why, and when it returns.

    Raises:
        NotFoundError
    """
    with transaction():
        service = queries.service_in_office(service_id, governments)
        service.said_status = ServiceStatus.DEFUNCT if for_good else ServiceStatus.TEMPORARILY_CLOSED
        service.alert, service.alert_en = alert, alert_en
        _publish(service, "close")


def reopen_service(service_id: int, *, governments: Collection[int]) -> None:
    """Open a service again.

    Raises:
        NotFoundError, NothingToReopenError
    """
    with transaction():
        service = queries.service_in_office(service_id, governments)
        if service.said_status is ServiceStatus.ACTIVE:
            raise rules.NothingToReopenError
        service.said_status, service.alert, service.alert_en = ServiceStatus.ACTIVE, "", None
        _publish(service, "reopen")


def record_contract(service_id: int, ocid: str, contract_id: str, *, governments: Collection[int]) -> None:
    """Record a contract under which a service is delivered; the service stays itself under every contract.

    Raises:
        NotFoundError
        UnknownContractError, ForeignContractError: naming the field.
    """
    with transaction():
        service = queries.service_in_office(service_id, governments)
        if visible_contract(ocid, contract_id) is None:
            raise rules.UnknownContractError(field="contract")
        buyers = {office.id for office in queries.buyers_of_governments(governments)}
        if db.session.scalar(select(Process.buyer_id).where(Process.ocid == ocid)) not in buyers:
            raise rules.ForeignContractError(field="contract")
        _deliver(service, ocid, contract_id)
        _follow_contract(service)
        _publish(service, "contract")


def forget_contract(service_id: int, ocid: str, contract_id: str, *, governments: Collection[int]) -> None:
    """Undo a contract that was recorded by mistake.

    Raises:
        NotFoundError: the service, or no such contract of it.
    """
    with transaction():
        service = queries.service_in_office(service_id, governments)
        link = db.session.get(ServiceContract, (service.id, ocid, contract_id))
        if link is None:
            raise NotFoundError
        db.session.delete(link)
        remove_link(Relation.DELIVERS, f"{ocid}#{contract_id}", str(service.id))
        _follow_contract(service)
        _publish(service, "contract")


def report_listing(service_id: int, text: str, *, by: int) -> None:
    """Tell the office of a service what is wrong in its listing.

    No event: nothing public changes before the office answers.

    Raises:
        NotFoundError: there is no such service to be seen.
    """
    with transaction():
        service = queries.service(service_id)
        db.session.add(ServiceReport(service_id=service.id, person_id=by, text=text, sent_at=clock.now()))


def answer_report(report_id: int, answer: str, *, governments: Collection[int]) -> int:
    """Answer a report in public; return the number of its service.

    Raises:
        NotFoundError, AlreadyAnsweredError
    """
    with transaction():
        report = queries.report_in_office(report_id, governments)
        if report.answer is not None:
            raise rules.AlreadyAnsweredError
        report.answer, report.answered_at = answer, clock.now()
        append_event(Kind.SERVICE, report.service_id, "answered")
        return report.service_id


def public_form(service: Service) -> dict[str, object]:
    """Write a listing as it is published: what the ledger commits to. No persons are in it."""
    plain: dict[str, object] = {
        name: getattr(service, name) for name in (*_PLAIN, "documents", "languages", "alert", "alert_en")
    }
    contracts = db.session.execute(
        select(ServiceContract.ocid, ServiceContract.contract_id)
        .where(ServiceContract.service_id == service.id)
        .order_by(ServiceContract.ocid, ServiceContract.contract_id)
    )
    return plain | {
        "service": service.id, "hsds_id": service.hsds_id, "status": service.said_status.value,
        "assured_on": service.assured_on.isoformat() if service.assured_on else None,
        "areas": sorted(area.region_code for area in service.areas),
        "prices": [[price.amount_fen, price.option, price.option_en] for price in service.prices],
        "places": [_public_place(place) for place in sorted(service.places, key=lambda one: one.number)],
        "contracts": [f"{ocid}#{contract_id}" for ocid, contract_id in contracts],
    }  # fmt: skip


def _public_place(place: ServicePlace) -> dict[str, object]:
    told = {item.name: getattr(place, item.name) for item in fields(Place) if item.name not in {"hours", "mode"}}
    hours = sorted([hour.weekday, hour.opens_at, hour.closes_at] for hour in place.hours)
    return told | {"number": place.number, "mode": place.mode.value, "hours": hours}


def _check(listing: Listing) -> None:
    rules.check_ages(listing.minimum_age, listing.maximum_age)
    rules.check_capacity(listing.available, listing.maximum)


def _check_buyer(buyer_id: int | None, governments: Collection[int]) -> None:
    if buyer_id not in {office.id for office in queries.buyers_of_governments(governments)}:
        raise rules.UnknownBuyerError(field="buyer")


def _say(service: Service, listing: Listing, *, names: Collection[str]) -> None:
    if listing.available is not None and (listing.available, listing.maximum) != (service.available, service.maximum):
        service.available_at = clock.now()
    for name in names:
        setattr(service, name, getattr(listing, name))
    service.documents, service.languages = list(listing.documents), list(listing.languages)
    known = {area.region_code: area for area in service.areas}
    service.areas = [known.get(code) or ServiceArea(region_code=code) for code in sorted(set(listing.areas))]
    service.prices = [_price(service, number, price) for number, price in enumerate(listing.prices, start=1)]


def _price(service: Service, number: int, said: Price) -> ServicePrice:
    known = next((price for price in service.prices if price.number == number), None)
    price = known or ServicePrice(number=number)
    price.amount_fen, price.option, price.option_en = said.amount_fen, said.option, said.option_en
    return price


def _place(service: Service, number: int) -> ServicePlace:
    found = next((place for place in service.places if place.number == number), None)
    if found is None:
        raise NotFoundError
    return found


def _put_place(service: Service, number: int, said: Place) -> None:
    place = next((known for known in service.places if known.number == number), None)
    if place is None:
        seed = f"place:{number}:{clock.now().isoformat()}"
        place = ServicePlace(number=number, hsds_id=str(uuid.uuid5(uuid.UUID(service.hsds_id), seed)))
        service.places.append(place)
    for name, value in asdict(said).items():
        if name != "hours":
            setattr(place, name, value)
    known = {(hour.weekday, hour.opens_at): hour for hour in place.hours}
    place.hours = [
        _hours(known.get((span.weekday, span.opens_at)), span)
        for span in sorted(set(said.hours), key=lambda span: (span.weekday, span.opens_at))
    ]


def _hours(known: ServiceHours | None, span: Span) -> ServiceHours:
    hours = known or ServiceHours(weekday=span.weekday, opens_at=span.opens_at)
    hours.closes_at = span.closes_at
    return hours


def _deliver(service: Service, ocid: str, contract_id: str) -> None:
    if db.session.get(ServiceContract, (service.id, ocid, contract_id)) is None:
        link = ServiceContract(service_id=service.id, ocid=ocid, contract_id=contract_id, recorded_at=clock.now())
        db.session.add(link)
    add_link(Relation.DELIVERS, f"{ocid}#{contract_id}", str(service.id))


def _follow_contract(service: Service) -> None:
    """Take the newest contract that has begun as the present one: who provides follows from it."""
    db.session.flush()
    contracts, today = queries.contracts_of(service.id), clock.today()
    begun = [one for one in contracts if (one.starts_on or one.signed_on or today) <= today]
    present = begun[0] if begun else (contracts[-1] if contracts else None)
    service.ocid = present.ocid if present else None
    service.contract_id = present.contract_id if present else None
    if present and present.supplier_id:
        service.provider_id = present.supplier_id


def _publish(service: Service, act: str) -> None:
    """Keep what is public now as a version, enter it in the ledger, and tell whoever follows."""
    now = clock.now()
    service.changed_at = now
    db.session.flush()
    public = canonical_json(public_form(service))
    position = append_entry("service", service.id, action=act, public=public, at=now)
    last = select(func.max(ServiceVersion.number)).where(ServiceVersion.service_id == service.id)
    number = (db.session.scalar(last) or 0) + 1
    db.session.add(
        ServiceVersion(
            service_id=service.id, number=number, act=act, said=public.decode(), at=now, ledger_position=position
        )
    )
    append_event(Kind.SERVICE, service.id, "published" if act == "publish" else "changed")
    db.session.flush()
    db.session.expire(service)


def _next_id() -> int:
    """Tell the number that the next service gets, so that two of one name and moment differ."""
    return (db.session.scalar(select(func.max(Service.id))) or 0) + 1
