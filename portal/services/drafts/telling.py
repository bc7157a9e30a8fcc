"""Telling in words what a statement says, and what it changes, for whoever approves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.classification.queries import category_name, region_name
from portal.kernel.money import FEN_PER_YUAN
from portal.kernel.text import N_
from portal.parties.queries import organization_names
from portal.procurement.queries import contract as visible_contract
from portal.services import rules
from portal.services.listing.hours import DAY_NAMES, WEEKDAYS, written_hours
from portal.web.locale import day, pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portal.services.listing.statements import Listing, Place, Price, Statement

LABELS = {
    "name": N_("Name, in words that residents use"),
    "name_en": N_("English name"),
    "description": N_("What it is"),
    "description_en": N_("English description"),
    "eligibility": N_("Who may use it"),
    "eligibility_en": N_("Who may use it, in English"),
    "ineligibility": N_("Who may not"),
    "minimum_age": N_("Least age"),
    "maximum_age": N_("Greatest age"),
    "application_process": N_("How to apply"),
    "application_process_en": N_("How to apply, in English"),
    "fees": N_("More about the price"),
    "phone": N_("Phone"),
    "email": N_("Mail address of the office"),
    "capacity_unit": N_("What is counted"),
    "available": N_("Free now"),
    "maximum": N_("In all"),
}
PLACE_LABELS = {
    "name": N_("Name of the place"),
    "name_en": N_("English name"),
    "address": N_("Street and number"),
    "address_en": N_("Address in English"),
    "postal_code": N_("Postal code"),
    "transportation": N_("How to get there"),
    "phone": N_("Phone of this place"),
    "accessibility": N_("Accessibility"),
    "notes": N_("What differs on holidays"),
    "url": N_("Address on the web"),
    "latitude": N_("Latitude"),
    "longitude": N_("Longitude"),
}


@dataclass(frozen=True)
class Told:
    """One fact in words; what it was before is None where it was not said, `after` where it is said no more."""

    label: str
    before: str | None
    after: str | None


def differences(old: Statement | None, new: Statement) -> list[Told]:
    """List the facts that a statement changes, in the order of the form; all of them for a new service."""
    before = dict(_facts(old)) if old else {}
    after = dict(_facts(new))
    return [
        Told(label, before.get(label), after.get(label))
        for label in dict.fromkeys([*after, *before])
        if before.get(label) != after.get(label)
    ]


def _facts(said: Statement) -> Iterator[tuple[str, str]]:
    """Give what is said by its label; what is empty is left out."""
    for label, text in _every_fact(said):
        if text:
            yield label, text


def _every_fact(said: Statement) -> Iterator[tuple[str, str]]:
    listing = said.listing
    yield gettext("Status"), gettext(rules.STATUS_NAMES[listing.status])
    yield gettext("What residents should know"), said.alert
    yield gettext("The same in English"), said.alert_en or ""
    yield from _plain(LABELS, listing)
    yield gettext("Office that pays for it"), _organization(listing.buyer_id)
    yield gettext("Category"), category_name(listing.category_code) or ""
    yield gettext("Residents of which areas may use it"), "\n".join(_region(code) for code in listing.areas)
    yield gettext("Papers to bring"), "\n".join(listing.documents)
    yield gettext("Price for residents"), "\n".join(_price(price) for price in listing.prices)
    languages = [gettext(rules.LANGUAGE_NAMES.get(code, code)) for code in listing.languages]
    yield gettext("Languages"), "\n".join(languages)
    yield gettext("Checked on"), day(listing.assured_on) if listing.assured_on else ""
    for number, place in sorted(said.places.items()):
        yield gettext("Place %(number)s") % {"number": number}, "\n".join(_place(place))
    yield gettext("Contracts"), "\n".join(_contract(*key) for key in said.contracts)


def _plain(labels: Mapping[str, str], said: Listing | Place) -> Iterator[tuple[str, str]]:
    for name, label in labels.items():
        value = getattr(said, name)
        yield gettext(label), "" if value is None else str(value)


def _organization(number: int | None) -> str:
    names = organization_names([number]).get(number or 0)
    return pick(*names) if names else ""


def _region(code: str) -> str:
    return region_name(code) or code


def _price(price: Price) -> str:
    whole, rest = divmod(price.amount_fen, FEN_PER_YUAN)
    amount = f"{whole}.{rest:02d}" if rest else str(whole)
    told = gettext("%(amount)s yuan") % {"amount": amount} if price.amount_fen else gettext("Free")
    return _aside(told, pick(price.option, price.option_en)) if price.option else told


def _place(place: Place) -> Iterator[str]:
    yield gettext(rules.MODE_NAMES[place.mode])
    if place.region_code:
        yield _line(gettext("Region"), _region(place.region_code))
    for label, text in _plain(PLACE_LABELS, place):
        if text:
            yield _line(label, text)
    for weekday in WEEKDAYS:
        spans = [(one.opens_at, one.closes_at) for one in place.hours if one.weekday == weekday]
        if spans:
            yield _line(gettext(DAY_NAMES[weekday]), written_hours(spans))


def _line(label: str, text: str) -> str:
    return f"{label}{gettext(': ')}{text}"


def _contract(ocid: str, contract_id: str) -> str:
    found = visible_contract(ocid, contract_id)
    return _aside(found.title, ocid) if found else f"{ocid} {contract_id}"


def _aside(text: str, aside: str) -> str:
    return f"{text}{gettext(' (')}{aside}{gettext(')')}"
