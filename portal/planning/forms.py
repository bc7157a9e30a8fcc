"""Forms of planning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.classification.queries import category_choices, region_choices
from portal.planning import rules
from portal.web.forms import REQUIRED, ChoiceField, LineField, NumberField, ParagraphField, PortalForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.demand.models import Need

FIRST_YEAR, LAST_YEAR = 2000, 2100
LEVELS = ("province", "prefecture", "district", "county", "county-level city")


class PlanForm(PortalForm):
    """A new plan."""

    title = LineField(_l("Title"), rules.TITLE_LENGTH)
    year = NumberField(_l("Year"), most=LAST_YEAR)
    introduction = ParagraphField(_l("Introduction"), rules.TEXT_LENGTH, required=False)


class LineForm(PortalForm):
    """A new line of a plan."""

    needs = SelectMultipleField(
        _l("Needs that it answers"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
        validate_choice=False,
    )  # fmt: skip
    title = LineField(_l("What is bought"), rules.TITLE_LENGTH)
    category = ChoiceField(_l("Category"))
    region = ChoiceField(_l("Region"))
    budget = LineField(_l("Budget in yuan"), 20)
    quantity = NumberField(_l("Quantity"), most=rules.LARGEST_QUANTITY, required=False)
    unit = LineField(_l("Unit"), 20, required=False, hint=_l("For example: visits, places, hours."))
    beneficiaries = LineField(_l("For whom"), 100, required=False)
    method = ChoiceField(_l("Method"))
    quality_target = LineField(_l("Quality that is expected"), 200, required=False)
    rationale = ParagraphField(_l("Reasons"), rules.TEXT_LENGTH, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the categories, regions and methods there are."""
        super().__init__(*args, **kwargs)
        self.category.offer(category_choices())
        self.region.offer(region_choices(levels=LEVELS))
        self.method.offer([(code, _l(name)) for code, name in rules.METHOD_NAMES.items()])

    def offer_needs(self, needs: Sequence[Need]) -> None:
        """Offer the needs that are still open."""
        self.needs.choices = [SelectChoice(str(need.id), need.title) for need in needs]


class OmitForm(PortalForm):
    """A need that is left out."""

    need = ChoiceField(_l("Need"))
    reason = RadioField(
        _l("Why"),
        [DataRequired(REQUIRED)],
        choices=[
            SelectChoice(rules.OmissionReason.NO_MONEY, _l("the money is not enough this year")),
            SelectChoice(rules.OmissionReason.NOT_OURS, _l("another government is responsible")),
            SelectChoice(rules.OmissionReason.ALREADY_SERVED, _l("an existing service covers it")),
            SelectChoice(rules.OmissionReason.NO_SUPPLIER, _l("no supplier can do it yet")),
            SelectChoice(rules.OmissionReason.LATER, _l("it is planned for a later year")),
        ],
    )
    explanation = ParagraphField(_l("Explain it in plain words"), 500)


class ConfirmForm(PortalForm):
    """Nothing but the button."""
