"""Forms of listings: the facts, a place with its week, the check, closing, contracts, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from portal.classification.queries import category_choices, region_choices
from portal.kernel import clock
from portal.kernel.money import FEN_PER_YUAN, parse_yuan
from portal.services import rules
from portal.services.actions import Listing, Place, Price
from portal.services.rules import Mode, Span
from portal.web.forms import ChoiceField, LineField, NumberField, ParagraphField, PortalForm
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.parties.models import Organization
    from portal.services.models import Service, ServicePlace

DISTRICTS = ("prefecture", "district", "county", "county-level city")
SHORT, LONG, MOST_AGE, MOST_PLACES = 200, 2000, 120, 100_000
PRICES = (1, 2, 3)
DEGREES = {"latitude": 90, "longitude": 180}


class SeveralField(SelectMultipleField):
    """Several of a list that is only known when the form is made."""

    def __init__(self, label: str, *, hint: str = "", required: bool = True, **kw: object) -> None:
        """Take the label and a hint; `offer` sets the list."""
        must = [InputRequired(_l("Choose at least one."))] if required else [Optional()]
        super().__init__(label, must, choices=[], validate_choice=False, **kw)
        self.hint, self.codes = hint, frozenset[str]()

    def offer(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Set what can be chosen: (code, name)."""
        offered = dict(pairs)
        self.choices, self.codes = [SelectChoice(code, name) for code, name in offered.items()], frozenset(offered)

    def pre_validate(self, form: object) -> None:
        """Refuse what was not offered."""
        del form
        if set(self.data or ()) - self.codes:
            raise ValidationError(gettext("Choose one of the list."))


class ListingForm(PortalForm):
    """The facts of a service, in the order in which residents ask for them."""

    name = LineField(_l("Name, in words that residents use"), SHORT)
    name_en = LineField(_l("English name"), SHORT, required=False)
    description = ParagraphField(_l("What it is"), LONG)
    description_en = ParagraphField(_l("English description"), LONG, required=False)
    buyer = ChoiceField(_l("Office that pays for it"))
    category = ChoiceField(_l("Category"))
    areas = SeveralField(_l("Residents of which areas may use it"))
    eligibility = ParagraphField(
        _l("Who may use it"), LONG, hint=_l("In plain words, as you would say it on the phone.")
    )
    eligibility_en = ParagraphField(_l("Who may use it, in English"), LONG, required=False)
    ineligibility = ParagraphField(_l("Who may not"), LONG, required=False)
    minimum_age = NumberField(_l("Least age"), most=MOST_AGE, required=False)
    maximum_age = NumberField(_l("Greatest age"), most=MOST_AGE, required=False)
    application_process = ParagraphField(_l("How to apply"), LONG, hint=_l("One step on each line."))
    application_process_en = ParagraphField(_l("How to apply, in English"), LONG, required=False)
    documents = ParagraphField(_l("Papers to bring"), LONG, required=False, hint=_l("One on each line."))
    amount_1 = LineField(_l("Price (yuan)"), 30, hint=_l("Write 0 if it is free."))
    option_1 = LineField(_l("for what"), 100, required=False, hint=_l("For example: a meal."))
    amount_2 = LineField(_l("Second price (yuan)"), 30, required=False)
    option_2 = LineField(_l("for what"), 100, required=False)
    amount_3 = LineField(_l("Third price (yuan)"), 30, required=False)
    option_3 = LineField(_l("for what"), 100, required=False)
    fees = LineField(_l("More about the price"), SHORT, required=False)
    phone = LineField(
        _l("Phone"), 60, hint=_l("The number that residents should call first. Of the office, not of a person.")
    )
    email = LineField(_l("Mail address of the office"), 254, required=False)
    languages = SeveralField(_l("Languages"), required=False)
    capacity_unit = LineField(
        _l("What is counted"), 40, required=False, hint=_l("For example: beds, places in a course.")
    )
    available = LineField(_l("Free now"), 9, required=False, hint=_l("Shown for seven days, then as not known."))
    maximum = NumberField(_l("In all"), most=MOST_PLACES, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the categories, areas and languages there are."""
        super().__init__(*args, **kwargs)
        self.category.offer(sorted([*category_choices(), *category_choices(level=3)]))
        self.areas.offer(region_choices(levels=DISTRICTS))
        self.languages.offer([(code, gettext(name)) for code, name in rules.LANGUAGE_NAMES.items()])

    def offer_buyers(self, offices: Sequence[Organization]) -> None:
        """Offer the offices of the official's governments."""
        self.buyer.offer([(str(office.id), pick(office.name, office.name_en)) for office in offices])

    def validate_available(self, field: LineField) -> None:
        """Take a number from 0."""
        if field.data and not (field.data.isascii() and field.data.isdigit()):
            raise ValidationError(gettext("Write a whole number from 0, with digits."))

    def validate_email(self, field: LineField) -> None:
        """Take what mail can be sent to."""
        name, _, host = (field.data or "").partition("@")
        if field.data and not (name and "." in host and field.data.isascii() and " " not in field.data):
            raise ValidationError(gettext("Write a mail address like name@example.org."))

    def listing(self, known: Service | None = None) -> Listing:
        """Read what was written; what the form does not ask for stays as it is known.

        Raises:
            NotAnAmountError: naming the field.
        """
        said: dict[str, Any] = {}  # one kind for each field of Listing
        if known is not None:
            said |= {name: getattr(known, name) for name in _NOT_ASKED}
        said |= {name: getattr(self, name).data or None for name in _OPTIONAL}
        said |= {name: getattr(self, name).data or "" for name in _TEXTS} | self._numbers()
        areas = tuple(self.areas.data or ())
        return Listing(
            **said, areas=areas, region_code=areas[0] if areas else None, category_code=self.category.data,
            buyer_id=int(self.buyer.data), prices=tuple(self._prices()), documents=_lines(self.documents.data),
            languages=tuple(self.languages.data or ()),
        )  # fmt: skip

    def _numbers(self) -> dict[str, int | None]:
        return {
            "minimum_age": self.minimum_age.number, "maximum_age": self.maximum_age.number,
            "available": int(self.available.data) if self.available.data else None, "maximum": self.maximum.number,
        }  # fmt: skip

    def _prices(self) -> Iterable[Price]:
        for number in PRICES:
            amount, option = self[f"amount_{number}"], self[f"option_{number}"]
            if amount.data:
                yield Price(parse_yuan(amount.data, field=amount.name), option.data or "")


_TEXTS = ("name", "description", "eligibility", "ineligibility", "application_process", "fees")
_OPTIONAL = (
    "name_en", "description_en", "eligibility_en", "application_process_en", "phone", "email", "capacity_unit",
)  # fmt: skip
_NOT_ASKED = {"ineligibility_en", "fees_en", "address", "schedule", "schedule_en", "provider_id"}


class PlaceForm(PortalForm):
    """One way to use a service, with a week of opening hours."""

    mode = ChoiceField(_l("How residents use it here"))
    name = LineField(_l("Name of the place"), SHORT, required=False)
    name_en = LineField(_l("English name"), SHORT, required=False)
    address = LineField(_l("Street and number"), SHORT, required=False)
    address_en = LineField(_l("Address in English"), SHORT, required=False)
    postal_code = LineField(_l("Postal code"), 12, required=False)
    region_code = ChoiceField(_l("Region"), required=False)
    transportation = ParagraphField(_l("How to get there"), LONG, required=False)
    latitude = LineField(_l("Latitude"), 20, required=False)
    longitude = LineField(_l("Longitude"), 20, required=False)
    url = LineField(_l("Address on the web"), 300, required=False, hint=_l("Only for a service that is used online."))
    phone = LineField(_l("Phone of this place"), 60, required=False)
    accessibility = ParagraphField(
        _l("Accessibility"), LONG, required=False, hint=_l("Facts, one on each line: ramp, lift, sign language.")
    )
    day_1 = LineField(rules.DAY_NAMES[1], SHORT, required=False)
    day_2 = LineField(rules.DAY_NAMES[2], SHORT, required=False)
    day_3 = LineField(rules.DAY_NAMES[3], SHORT, required=False)
    day_4 = LineField(rules.DAY_NAMES[4], SHORT, required=False)
    day_5 = LineField(rules.DAY_NAMES[5], SHORT, required=False)
    day_6 = LineField(rules.DAY_NAMES[6], SHORT, required=False)
    day_7 = LineField(rules.DAY_NAMES[7], SHORT, required=False)
    notes = ParagraphField(_l("What differs on holidays"), LONG, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the modes and regions there are, and name the days."""
        super().__init__(*args, **kwargs)
        self.mode.offer([(mode.value, gettext(name)) for mode, name in rules.MODE_NAMES.items()])
        self.region_code.offer(region_choices(levels=DISTRICTS))
        for day, name in rules.DAY_NAMES.items():
            self[f"day_{day}"].label.text = gettext(name)

    def validate_url(self, field: LineField) -> None:
        """Take an absolute address on the web."""
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(gettext("Write an address that begins with https://."))

    def validate_latitude(self, field: LineField) -> None:
        """Take degrees, and both or none."""
        _check_degrees(field, other=self.longitude)

    def validate_longitude(self, field: LineField) -> None:
        """Take degrees, and both or none."""
        _check_degrees(field, other=self.latitude)

    @property
    def days(self) -> list[LineField]:
        """List the fields of the week."""
        return [self[f"day_{day}"] for day in rules.WEEKDAYS]

    def place(self, known: ServicePlace | None = None) -> Place:
        """Read what was written; what the form does not ask for stays as it is known.

        Raises:
            WrongHoursError: naming the field.
        """
        said: dict[str, Any] = {}  # one kind for each field of Place
        if known is not None:
            said |= {name: getattr(known, name) for name in _PLACE_NOT_ASKED}
        said |= {name: getattr(self, name).data or "" for name in _PLACE_TEXTS}
        said |= {name: getattr(self, name).data or None for name in _PLACE_OPTIONAL}
        said |= {name: float(self[name].data) if self[name].data else None for name in DEGREES}
        hours = tuple(
            Span(day, opens, closes)
            for day, field in zip(rules.WEEKDAYS, self.days, strict=True)
            for opens, closes in rules.read_hours(field.data or "", field=field.name)
        )
        return Place(mode=Mode(self.mode.data), hours=hours, **said)


_PLACE_TEXTS = ("name", "address", "transportation", "accessibility", "notes")
_PLACE_OPTIONAL = ("name_en", "address_en", "postal_code", "region_code", "url", "phone")
_PLACE_NOT_ASKED = ("transportation_en", "accessibility_en", "notes_en")


class CheckForm(PortalForm):
    """When somebody checked that everything in the listing is true."""

    on = DateField(_l("Checked on"), [InputRequired(_l("Fill this in."))], default=clock.today)
    on.hint = ""


class CloseForm(PortalForm):
    """That a service is closed, and what residents should know."""

    alert = ParagraphField(
        _l("What residents should know"),
        500,
        hint=_l("Why, until when, and what to do meanwhile. Everybody reads it first."),
    )
    alert_en = ParagraphField(_l("The same in English"), 500, required=False)
    for_good = BooleanField(_l("It is closed for good"))


class ContractForm(PortalForm):
    """A contract under which the service is delivered."""

    ocid = LineField(_l("ocid of the process"), SHORT, hint=_l("It stands on the page of the process."))
    contract = LineField(_l("Identifier of the contract"), SHORT)


class ConfirmForm(PortalForm):
    """Nothing but the button."""


class ReportForm(PortalForm):
    """What is wrong in a listing."""

    text = ParagraphField(
        _l("What is wrong?"),
        1000,
        hint=_l("For example: the phone number, the hours, the address. Only the office reads it."),
    )


class AnswerForm(PortalForm):
    """What the office answers."""

    answer = ParagraphField(
        _l("Answer"), 1000, hint=_l("Everybody can read it on the page of the service. Write no names.")
    )


def listing_data(service: Service) -> dict[str, object]:
    """Fill a form with what a listing says."""
    said: dict[str, object] = {name: getattr(service, name) for name in (*_TEXTS, *_OPTIONAL)}
    for number in ("minimum_age", "maximum_age", "available", "maximum"):
        value = getattr(service, number)
        said[number] = "" if value is None else str(value)
    for price in service.prices:
        whole, rest = divmod(price.amount_fen, FEN_PER_YUAN)
        said[f"amount_{price.number}"] = f"{whole}.{rest:02d}" if rest else str(whole)
        said[f"option_{price.number}"] = price.option
    return said | {
        "buyer": str(service.buyer_id or ""), "category": service.category_code, "areas": service.area_codes,
        "documents": "\n".join(service.documents), "languages": service.languages,
    }  # fmt: skip


def place_data(place: ServicePlace) -> dict[str, object]:
    """Fill a form with what is known of a place."""
    said: dict[str, object] = {name: getattr(place, name) for name in (*_PLACE_TEXTS, *_PLACE_OPTIONAL)}
    week = {
        f"day_{day}": rules.written_hours(
            (hour.opens_at, hour.closes_at) for hour in place.hours if hour.weekday == day
        )
        for day in rules.WEEKDAYS
    }
    degrees = {name: "" if getattr(place, name) is None else str(getattr(place, name)) for name in DEGREES}
    return said | week | degrees | {"mode": place.mode.value}


def _lines(raw: str | None) -> tuple[str, ...]:
    return tuple(line for line in (raw or "").split("\n") if line)


def _check_degrees(field: LineField, *, other: LineField) -> None:
    if bool(field.data) != bool(other.data):
        raise ValidationError(gettext("Write both latitude and longitude, or neither."))
    try:
        degrees = float(field.data or 0)
    except ValueError:
        degrees = float("inf")
    if not abs(degrees) <= DEGREES[field.name]:
        raise ValidationError(gettext("Write degrees with a point, for example 34.7654."))
