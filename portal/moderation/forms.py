"""Forms of moderation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.web.forms import ParagraphField, PortalForm


class ReasonForm(PortalForm):
    """Why something is hidden or restored; the reason is public."""

    reason = ParagraphField(_l("Reason"), 500, hint=_l("The reason is public. Write no names and no personal data."))
