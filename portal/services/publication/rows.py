"""Between a statement and the rows of a service: read it from them, write it into them."""

from __future__ import annotations

import uuid
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.procurement.queries import contract as visible_contract
from portal.ring.actions import add_link, remove_link
from portal.ring.rules import Relation
from portal.services import queries, rules
from portal.services.listing.statements import Listing, Place, Price, Statement
from portal.services.models import Service, ServiceArea, ServiceContract, ServiceHours, ServicePlace, ServicePrice
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Collection

    from portal.services.listing.hours import Span

_APART = {"prices", "areas", "documents", "languages", "status"}
PLAIN = tuple(item.name for item in fields(Listing) if item.name not in _APART)
_OF_CONTRACT = "provider_id"  # who provides a listed service follows from its contracts


def statement_of(service: Service) -> Statement:
    """Read what is published of a service."""
    listing = Listing(
        **{name: getattr(service, name) for name in PLAIN}, status=service.said_status,
        documents=tuple(service.documents), languages=tuple(service.languages),
        areas=tuple(sorted(area.region_code for area in service.areas)),
        prices=tuple(Price(one.amount_fen, one.option, one.option_en) for one in service.prices),
    )  # fmt: skip
    places = {place.number: _place_of(place) for place in service.places}
    contracts = tuple(queries.contract_keys_of(service.id))
    return Statement(listing, places, alert=service.alert, alert_en=service.alert_en, contracts=contracts)


def write_statement(service: Service, said: Statement) -> None:
    """Write a statement into the rows of a service, whose number is known already.

    Raises:
        WrongAgesError, WrongCapacityError, UnknownContractError: naming the field.
    """
    listing = said.listing
    rules.check_ages(listing.minimum_age, listing.maximum_age)
    rules.check_capacity(listing.available, listing.maximum)
    _write_facts(service, listing)
    service.said_status, service.alert, service.alert_en = listing.status, said.alert, said.alert_en
    service.places = [_written_place(service, number, place) for number, place in sorted(said.places.items())]
    _deliver_under(service, said.contracts)


def _place_of(place: ServicePlace) -> Place:
    plain = {item.name: getattr(place, item.name) for item in fields(Place) if item.name != "hours"}
    return Place(**plain, hours=tuple(place.spans))


def _write_facts(service: Service, listing: Listing) -> None:
    if listing.available is not None and (listing.available, listing.maximum) != (service.available, service.maximum):
        service.available_at = clock.now()
    for name in PLAIN:
        if name != _OF_CONTRACT or service.provider_id is None:
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


def _written_place(service: Service, number: int, said: Place) -> ServicePlace:
    place = next((known for known in service.places if known.number == number), None)
    if place is None:
        seed = f"place:{number}:{clock.now().isoformat()}"
        place = ServicePlace(number=number, hsds_id=str(uuid.uuid5(uuid.UUID(service.hsds_id), seed)))
    for name, value in asdict(said).items():
        if name != "hours":
            setattr(place, name, value)
    known_hours = {(hour.weekday, hour.opens_at): hour for hour in place.hours}
    place.hours = [
        _hours(known_hours.get((span.weekday, span.opens_at)), span)
        for span in sorted(set(said.hours), key=lambda span: (span.weekday, span.opens_at))
    ]
    return place


def _hours(known: ServiceHours | None, span: Span) -> ServiceHours:
    hours = known or ServiceHours(weekday=span.weekday, opens_at=span.opens_at)
    hours.closes_at = span.closes_at
    return hours


def _deliver_under(service: Service, contracts: Collection[tuple[str, str]]) -> None:
    """Let a service be delivered under some contracts; it stays itself under every one."""
    before = set(queries.contract_keys_of(service.id))
    if set(contracts) == before:
        return
    for ocid, contract_id in sorted(before - set(contracts)):
        db.session.delete(db.session.get_one(ServiceContract, (service.id, ocid, contract_id)))
        remove_link(Relation.DELIVERS, f"{ocid}#{contract_id}", str(service.id))
    for ocid, contract_id in sorted(set(contracts) - before):
        if visible_contract(ocid, contract_id) is None:
            raise rules.UnknownContractError(field="contract")
        link = ServiceContract(service_id=service.id, ocid=ocid, contract_id=contract_id, recorded_at=clock.now())
        db.session.add(link)
        add_link(Relation.DELIVERS, f"{ocid}#{contract_id}", str(service.id))
    _follow_contract(service)


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
