"""Forms of erasures."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.procurement.redacting import LONGEST_REASON
from portal.publishing.erasures.rules import LONGEST_NAME
from portal.web.forms import LineField, ParagraphField, PortalForm


class ProposeForm(PortalForm):
    """Which publication is to go, by which law, and why."""

    release = LineField(
        _l("Which notice?"), LONGEST_NAME,
        hint=_l(
            "The address of its page or its number; or the number of the purchase (ocid), a space, and the identifier."
        ),
    )  # fmt: skip
    basis = LineField(
        _l("Which law asks for it?"), LONGEST_REASON,
        hint=_l("With its article, for example: Personal Information Protection Law, article 47."),
    )  # fmt: skip
    reason = ParagraphField(
        _l("Why?"), LONGEST_REASON,
        hint=_l("Everybody reads it for ever. Do not repeat what is to be erased: no names, no numbers."),
    )  # fmt: skip


class RefuseForm(PortalForm):
    """Why something is not erased."""

    reason = ParagraphField(
        _l("Why is it not erased?"), LONGEST_REASON,
        hint=_l("Only your office reads it. Write no names or numbers of people."),
    )  # fmt: skip


class ConfirmForm(PortalForm):
    """Nothing but the button."""
