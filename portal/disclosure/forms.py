"""Forms of documents."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf.file import MultipleFileField
from wtforms import RadioField
from wtforms.validators import InputRequired

from portal.disclosure.rules import LONGEST_TITLE
from portal.web.forms import REQUIRED, LineField, ParagraphField, PortalForm

RELEASES = "releases"  # the id of the list that the field offers
WITHHOLD, ORIGINAL, DISCARD = "withhold", "original", "discard"


class UploadForm(PortalForm):
    """Hand in files that belong to a purchase."""

    ocid = LineField(
        lazy_gettext("Number of the purchase"),
        200,
        hint=lazy_gettext("As it stands on its page, for example ocds-demo00-1."),
    )
    release = LineField(
        lazy_gettext("Publication it comes with"),
        200,
        required=False,
        hint=lazy_gettext(
            "Choose it from the list, or write the number at the end of the address of its page. "
            "Left empty, the document belongs to the purchase as a whole."
        ),
        render_kw={"list": RELEASES},
    )
    title = LineField(
        lazy_gettext("Title"),
        LONGEST_TITLE,
        required=False,
        hint=lazy_gettext("Left empty, the name of the file is the title."),
    )
    title_en = LineField(lazy_gettext("English title"), LONGEST_TITLE, required=False)
    files = MultipleFileField(lazy_gettext("Files"), [InputRequired(REQUIRED)])


class PublishForm(PortalForm):
    """Decide what becomes of a draft."""

    how = RadioField(lazy_gettext("What should become of it?"), [InputRequired(REQUIRED)])
    reason = ParagraphField(
        lazy_gettext("Why may these personal data be public?"),
        200,
        required=False,
        hint=lazy_gettext("Only for the original. It is remembered in the public ledger: write no personal data."),
    )

    def offer(self, *, has_findings: bool, may_publish: bool) -> None:
        """Set what can be chosen: nothing is withheld where nothing was found."""
        masked = (WITHHOLD, lazy_gettext("Publish its text with personal data masked; withhold the original"))
        whole = (ORIGINAL, lazy_gettext("Publish the original: these personal data may be public"))
        plain = (ORIGINAL, lazy_gettext("Publish it"))
        away = (DISCARD, lazy_gettext("Throw the draft away"))
        public = [] if not may_publish else [masked, whole] if has_findings else [plain]
        self.how.choices = [*public, away]
