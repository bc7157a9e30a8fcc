"""Forms of alerts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.alerts.rules import RHYTHM_NAMES, Rhythm
from portal.web.forms import REQUIRED, LineField, PortalForm


def _rhythm() -> RadioField:
    return RadioField(
        _l("How often?"), [InputRequired(REQUIRED)], default=Rhythm.DAILY.value,
        choices=[SelectChoice(rhythm.value, _l(name)) for rhythm, name in RHYTHM_NAMES.items()],
    )  # fmt: skip


class AlertForm(PortalForm):
    """Whom to tell, and how often."""

    email = LineField(
        _l("Mail address"),
        254,
        hint=_l("Kept for these mails only, and forgotten when you end them. No account is made."),
    )
    rhythm = _rhythm()


class RhythmForm(PortalForm):
    """How often to tell; the secret address of the page stands for the token of forms."""

    class Meta(PortalForm.Meta):  # type: ignore[name-defined]  # WTForms makes it
        """No token and so no cookie: the page is opened from a mail."""

        csrf = False

    rhythm = _rhythm()
