"""Forms of files that officials bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField

from portal.publishing.notices.model import notice_types
from portal.web.forms import ChoiceField, PortalForm
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.parties.models import Government


class UploadForm(PortalForm):
    """A file, for which government, and which notice type its rows are."""

    government = ChoiceField(_l("Government"))
    notice_type = ChoiceField(
        _l("Kind of notice"), required=False, hint=_l("Leave it empty: the headings of the sheet tell it.")
    )
    file = FileField(_l("File"), [FileRequired(_l("Choose a file that is not empty."))])

    def offer(self, governments: Sequence[Government]) -> None:
        """Offer governments and notice types."""
        self.government.offer([(str(item.id), pick(item.name, item.name_en)) for item in governments])
        self.notice_type.offer([(one.code, pick(one.name, one.name_en)) for one in notice_types().values()])


class TakeForm(PortalForm):
    """Whether the drafts go to the approver at once."""

    submit_too = BooleanField(
        _l("Submit them for approval at once"),
        description=_l("Otherwise they stay drafts, which you can still change and to which you can attach documents."),
    )
