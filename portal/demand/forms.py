"""Forms of demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from portal.classification.queries import category_choices, region_choices
from portal.demand import rules
from portal.web.forms import REQUIRED, ChoiceField, LineField, NumberField, ParagraphField, PortalForm
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.demand.models import Need

LEVELS = ("province", "prefecture", "district", "county", "county-level city")


class ProposalForm(PortalForm):
    """What a resident asks for."""

    title = LineField(
        _l("What do you need?"),
        rules.TITLE_LENGTH,
        hint=_l("In one sentence, for example: lunch for old people in our street."),
    )
    body = ParagraphField(
        _l("Tell more"),
        rules.BODY_LENGTH,
        hint=_l("What is missing today? Write no names, phone or identity numbers: everybody can read this."),
    )
    region = ChoiceField(_l("Where?"))
    category = ChoiceField(_l("What kind of service?"))
    beneficiaries = LineField(
        _l("For whom?"), 100, required=False, hint=_l("For example: people over 70 who live alone.")
    )
    people_count = NumberField(_l("About how many people?"), most=rules.MOST_PEOPLE, required=False)
    is_different = BooleanField(_l("I have looked at the similar proposals: mine is different"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the regions and categories there are."""
        super().__init__(*args, **kwargs)
        self.region.offer(region_choices(levels=LEVELS))
        self.category.offer(category_choices())


class SupportForm(PortalForm):
    """Nothing but the button."""


class ModerationForm(PortalForm):
    """Publish or refuse."""

    decision = RadioField(
        _l("Decision"),
        [DataRequired(REQUIRED)],
        choices=[SelectChoice("publish", _l("Publish it")), SelectChoice("refuse", _l("Do not publish it"))],
    )
    reason = ParagraphField(
        _l("Reason"), 500, required=False, hint=_l("The author is shown it. Needed when you do not publish.")
    )


class AnswerForm(PortalForm):
    """The official answer."""

    verdict = RadioField(
        _l("Answer"),
        [DataRequired(REQUIRED)],
        choices=[
            SelectChoice(rules.Verdict.ACCEPTED, _l("accepted")),
            SelectChoice(rules.Verdict.CONSIDERING, _l("being considered")),
            SelectChoice(rules.Verdict.REJECTED, _l("rejected")),
        ],
    )
    reason = ParagraphField(
        _l("Reasons"),
        rules.REASON_LENGTH,
        hint=_l("Say in plain words what happens next, or why not. Everybody can read it."),
    )


class GatherForm(PortalForm):
    """The need that a proposal becomes part of."""

    need = ChoiceField(_l("Need"), required=False)
    title = LineField(_l("Or the title of a new need"), rules.TITLE_LENGTH, required=False)

    def offer_needs(self, needs: Sequence[Need]) -> None:
        """Offer the needs there are."""
        self.need.offer([(str(need.id), need_label(need)) for need in needs])


def need_label(need: Need) -> str:
    """Name a need in a list to choose from."""
    return pick(f"{need.title}（{need.year}年）", f"{need.title_en or need.title} ({need.year})")
