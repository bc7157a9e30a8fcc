"""The form of a listing: the facts of a service, in the order in which residents ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from portal.classification.queries import category_choices, region_choices
from portal.kernel.money import FEN_PER_YUAN, parse_yuan
from portal.services import rules
from portal.services.forms import SHORT
from portal.services.listing.statements import Listing, Price
from portal.web.forms import ChoiceField, LineField, NumberField, ParagraphField, PortalForm, SeveralField
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.parties.models import Organization

DISTRICTS = ("prefecture", "district", "county", "county-level city")
LONG, MOST_AGE, MOST_PLACES = 2000, 120, 100_000
PRICES = (1, 2, 3)


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

    def listing(self, known: Listing | None = None) -> Listing:
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
            buyer_id=int(self.buyer.data), prices=tuple(self._prices(known)), documents=_lines(self.documents.data),
            languages=tuple(self.languages.data or ()),
        )  # fmt: skip

    def _numbers(self) -> dict[str, int | None]:
        return {
            "minimum_age": self.minimum_age.number, "maximum_age": self.maximum_age.number,
            "available": int(self.available.data) if self.available.data else None, "maximum": self.maximum.number,
        }  # fmt: skip

    def _prices(self, known: Listing | None) -> Iterable[Price]:
        english = {price.option: price.option_en for price in known.prices} if known else {}
        for number in PRICES:
            amount, option = self[f"amount_{number}"], self[f"option_{number}"].data or ""
            if amount.data:
                yield Price(parse_yuan(amount.data, field=amount.name), option, english.get(option))


_TEXTS = ("name", "description", "eligibility", "ineligibility", "application_process", "fees")
_OPTIONAL = (
    "name_en", "description_en", "eligibility_en", "application_process_en", "phone", "email", "capacity_unit",
)  # fmt: skip
_NOT_ASKED = {
    "ineligibility_en", "fees_en", "address", "schedule", "schedule_en", "provider_id", "status", "assured_on",
}  # fmt: skip


def listing_data(listing: Listing) -> dict[str, object]:
    """Fill a form with what a listing says."""
    said: dict[str, object] = {name: getattr(listing, name) for name in (*_TEXTS, *_OPTIONAL)}
    for number in ("minimum_age", "maximum_age", "available", "maximum"):
        value = getattr(listing, number)
        said[number] = "" if value is None else str(value)
    for place, price in enumerate(listing.prices, start=1):
        whole, rest = divmod(price.amount_fen, FEN_PER_YUAN)
        said[f"amount_{place}"] = f"{whole}.{rest:02d}" if rest else str(whole)
        said[f"option_{place}"] = price.option
    areas = listing.areas or ((listing.region_code,) if listing.region_code else ())
    return said | {
        "buyer": str(listing.buyer_id or ""), "category": listing.category_code, "areas": list(areas),
        "documents": "\n".join(listing.documents), "languages": list(listing.languages),
    }  # fmt: skip


def _lines(raw: str | None) -> tuple[str, ...]:
    return tuple(line for line in (raw or "").split("\n") if line)
