"""Forms of ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from portal.kernel.text import N_
from portal.ratings import rules
from portal.ratings.actions import Opinion
from portal.web.forms import ChoiceField, ParagraphField, PortalForm
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wtforms import Field

    from portal.ratings.models import Rating, RatingDimension

CHOOSE = N_("Choose one of the five answers.")
LEVELS = sorted(rules.LEVEL_NAMES, reverse=True)
LEVEL_CHOICES = [SelectChoice(str(level), _l(rules.LEVEL_NAMES[level])) for level in LEVELS]


class RatingForm(PortalForm):
    """The five levels, and what else somebody wants to say; the dimensions of the day are added to it."""

    level = RadioField(
        _l("How satisfied are you with this service?"), [InputRequired(_l(CHOOSE))], choices=LEVEL_CHOICES
    )
    promise_kept = RadioField(
        _l("Did you get what the listing promised?"),
        [Optional()],
        choices=[SelectChoice(promise.value, _l(name)) for promise, name in rules.PROMISE_NAMES.items()],
    )
    comment = ParagraphField(
        _l("Anything else?"),
        rules.COMMENT_LENGTH,
        required=False,
        hint=_l("Not published. The office that plans services reads it without your name: write no names or numbers."),
    )
    is_by_family = BooleanField(_l("I answer for a member of my family"))

    codes: Sequence[str] = ()

    @property
    def opinion(self) -> Opinion:
        """Read what was said."""
        promise = self.promise_kept.data
        answers = {code: self[code].data for code in self.codes}
        return Opinion(
            level=int(self.level.data),
            promise_kept=rules.Promise(promise) if promise else None,
            comment=self.comment.data or "",
            is_by_family=self.is_by_family.data,
            answers={code: int(level) for code, level in answers.items() if level},
        )

    @property
    def dimension_fields(self) -> list[Field]:
        """List the fields of the further questions."""
        return [self[code] for code in self.codes]


def rating_form(dimensions: Sequence[RatingDimension], rating: Rating | None) -> RatingForm:
    """Make the form of today: its further questions are data. What was said already is filled in."""
    codes = tuple(dimension.code for dimension in dimensions)
    fields = {item.code: ChoiceField(pick(item.name, item.name_en), required=False) for item in dimensions}
    made: RatingForm = type("RatingForm", (RatingForm,), {"codes": codes, **fields})(data=_said(rating))
    for code in codes:
        made[code].offer([(str(level), rules.LEVEL_NAMES[level]) for level in LEVELS])
    return made


def _said(rating: Rating | None) -> dict[str, object]:
    if rating is None:
        return {}
    return {
        "level": str(rating.level),
        "promise_kept": rating.promise_kept.value if rating.promise_kept else None,
        "comment": rating.comment,
        "is_by_family": rating.is_by_family,
        **{answer.dimension_code: str(answer.level) for answer in rating.answers},
    }
