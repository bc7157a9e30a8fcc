"""Small forms of listings: check, closing, contracts, approval, reports and their answers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, StringField
from wtforms.validators import InputRequired

from portal.kernel import clock
from portal.publishing.rules import REASON_LENGTH
from portal.web.forms import LineField, ParagraphField, PortalForm

SHORT = 200


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


class BeginForm(PortalForm):
    """What an official wants to change: the page to go on with."""

    to = StringField()


class ApproveForm(PortalForm):
    """The draft as the approver has read it."""

    revision = HiddenField()


class ReturnForm(PortalForm):
    """What is to be changed before a draft can be approved."""

    reason = ParagraphField(_l("What is to be changed?"), REASON_LENGTH, hint=_l("Only your office reads it."))


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
