"""Forms of files that officials bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField

from portal.publishing.notices.model import notice_types
from portal.publishing.notices.sheets import columns_of
from portal.publishing.sheet_columns import PURCHASE, PURCHASE_EN
from portal.web.forms import ChoiceField, PortalForm
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.parties.models import Government
    from portal.publishing.mappings import AskedColumn
    from portal.publishing.notices.model import NoticeType


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


class ApproveAllForm(PortalForm):
    """What the approver has read, as one word."""

    token = HiddenField()


class ColumnsForm(PortalForm):
    """What each column of a sheet means."""

    def meanings(self, asked: Sequence[AskedColumn]) -> dict[str, str]:
        """Give the chosen heading of the notice for each column of the sheet."""
        return {one.text: self[f"column_{one.at}"].data for one in asked if self[f"column_{one.at}"].data}


def columns_form(asked: Sequence[AskedColumn], notice: NoticeType) -> ColumnsForm:
    """Make the form of the columns of a sheet, filled with what is known or likely."""
    fields = {f"column_{one.at}": ChoiceField(one.text, required=False, hint=one.example) for one in asked}
    data = {f"column_{one.at}": one.heading for one in asked}
    form: ColumnsForm = type("SheetColumnsForm", (ColumnsForm,), fields)(data=data)
    known = [(PURCHASE, pick(PURCHASE, PURCHASE_EN))]
    known += [(one.heading, pick(one.heading, one.heading_en)) for one in columns_of(notice)]
    for one in asked:
        form[f"column_{one.at}"].offer(known)
    return form
