"""Forms of ratings."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional

from portal.ratings import rules
from portal.web.forms import LineField, ParagraphField, PortalForm

LEVELS = [
    SelectChoice("5", _l("very satisfied")),
    SelectChoice("4", _l("satisfied")),
    SelectChoice("3", _l("basically satisfied")),
    SelectChoice("2", _l("dissatisfied")),
    SelectChoice("1", _l("very dissatisfied")),
]


class RatingForm(PortalForm):
    """How somebody found a service; only the level is needed."""

    level = RadioField(_l("How satisfied are you?"), [DataRequired(_l("Choose one of the five levels."))], choices=LEVELS)
    promise = RadioField(
        _l("Did you get what the listing promised?"),
        [Optional()],
        choices=[
            SelectChoice(rules.Promise.YES, _l("yes")),
            SelectChoice(rules.Promise.PARTLY, _l("partly")),
            SelectChoice(rules.Promise.NO, _l("no")),
        ],
    )
    comment = ParagraphField(_l("Do you want to tell more?"), rules.COMMENT_LENGTH, required=False, hint=_l("The office and the provider read it. Write no names or numbers."))
    by_family = BooleanField(_l("I answer for a member of my family"))
    reliability = RadioField(_l("Did they come as agreed, and on time?"), [Optional()], choices=LEVELS)
    responsiveness = RadioField(_l("Did they react quickly when something came up?"), [Optional()], choices=LEVELS)
    attitude = RadioField(_l("Were they friendly?"), [Optional()], choices=LEVELS)
    skill = RadioField(_l("Did they know their trade?"), [Optional()], choices=LEVELS)
    fit = RadioField(_l("Did it fit what you needed?"), [Optional()], choices=LEVELS)
    dignity = RadioField(_l("Did you feel safe and respected?"), [Optional()], choices=LEVELS)


class InformForm(PortalForm):
    """The need that ratings are a reason for."""

    need = LineField(_l("Number of the need"), 10, hint=_l("The number in the address of its page."))
    note = LineField(_l("What the ratings show"), 200, required=False)


