"""The form of a place: where a service is used, by which way, with a week of opening hours."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from portal.classification.queries import region_choices
from portal.services import rules
from portal.services.drafts.facts_form import DISTRICTS, LONG
from portal.services.forms import SHORT
from portal.services.listing.hours import DAY_NAMES, WEEKDAYS, Span, read_hours, written_hours
from portal.services.listing.statements import Place
from portal.services.rules import Mode
from portal.web.forms import ChoiceField, LineField, ParagraphField, PortalForm

DEGREES = {"latitude": 90, "longitude": 180}


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
    day_1 = LineField(DAY_NAMES[1], SHORT, required=False)
    day_2 = LineField(DAY_NAMES[2], SHORT, required=False)
    day_3 = LineField(DAY_NAMES[3], SHORT, required=False)
    day_4 = LineField(DAY_NAMES[4], SHORT, required=False)
    day_5 = LineField(DAY_NAMES[5], SHORT, required=False)
    day_6 = LineField(DAY_NAMES[6], SHORT, required=False)
    day_7 = LineField(DAY_NAMES[7], SHORT, required=False)
    notes = ParagraphField(_l("What differs on holidays"), LONG, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the modes and regions there are, and name the days."""
        super().__init__(*args, **kwargs)
        self.mode.offer([(mode.value, gettext(name)) for mode, name in rules.MODE_NAMES.items()])
        self.region_code.offer(region_choices(levels=DISTRICTS))
        for day, name in DAY_NAMES.items():
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
        return [self[f"day_{day}"] for day in WEEKDAYS]

    def place(self, known: Place | None = None) -> Place:
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
            for day, field in zip(WEEKDAYS, self.days, strict=True)
            for opens, closes in read_hours(field.data or "", field=field.name)
        )
        return Place(mode=Mode(self.mode.data), hours=hours, **said)


_PLACE_TEXTS = ("name", "address", "transportation", "accessibility", "notes")
_PLACE_OPTIONAL = ("name_en", "address_en", "postal_code", "region_code", "url", "phone")
_PLACE_NOT_ASKED = ("transportation_en", "accessibility_en", "notes_en")


def place_data(place: Place) -> dict[str, object]:
    """Fill a form with what is known of a place."""
    said: dict[str, object] = {name: getattr(place, name) for name in (*_PLACE_TEXTS, *_PLACE_OPTIONAL)}
    week = {
        f"day_{day}": written_hours((hour.opens_at, hour.closes_at) for hour in place.hours if hour.weekday == day)
        for day in WEEKDAYS
    }
    degrees = {name: "" if getattr(place, name) is None else str(getattr(place, name)) for name in DEGREES}
    return said | week | degrees | {"mode": place.mode.value}


def _check_degrees(field: LineField, *, other: LineField) -> None:
    if bool(field.data) != bool(other.data):
        raise ValidationError(gettext("Write both latitude and longitude, or neither."))
    try:
        degrees = float(field.data or 0)
    except ValueError:
        degrees = float("inf")
    if not abs(degrees) <= DEGREES[field.name]:
        raise ValidationError(gettext("Write degrees with a point, for example 34.7654."))
