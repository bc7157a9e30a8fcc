"""Forms of signing in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import DataRequired

from portal.web.forms import REQUIRED, LengthAtMost, LineField, PortalForm


class EmailForm(PortalForm):
    """Where to send the code."""

    email = LineField(_l("Mail address"), 254, hint=_l("We send a code of six digits there. No password is needed."))


class CodeForm(PortalForm):
    """The code that came by mail."""

    code = LineField(_l("Code"), 20, hint=_l("The six digits in the newest mail."))


class StaffForm(PortalForm):
    """Password and second factor of a member of staff."""

    email = LineField(_l("Mail address"), 254)
    password = PasswordField(_l("Password"), [DataRequired(REQUIRED), LengthAtMost(200)])
    totp = LineField(_l("Code of your authenticator"), 20)


class SignOutForm(PortalForm):
    """Nothing but the button."""
