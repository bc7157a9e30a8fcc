"""Forms of drafts: the questions of a notice type come from its data."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from portal.classification.queries import category_choices, region_choices
from portal.kernel.clock import SHANGHAI
from portal.procurement.cells import CellError
from portal.publishing.notices import cells
from portal.publishing.notices.checking import PERSONAL, personal_in
from portal.publishing.notices.filling import options_of
from portal.publishing.notices.model import LONGEST_PARAGRAPH, codelists
from portal.publishing.rules import REASON_LENGTH
from portal.web.errors import told
from portal.web.forms import ChoiceField, LineField, ParagraphField, PortalForm
from portal.web.locale import day, month, pick
from portal.web.templating import moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.parties.models import Government
    from portal.procurement.models import Process
    from portal.procurement.rules import Json
    from portal.publishing.notices.checking import Fault
    from portal.publishing.notices.model import FieldSpec

LEVELS = ("province", "prefecture", "district", "county", "county-level city")
UNIT, CODE = "__unit", "__code"
NEW = "new"
LONGEST_REVISION = 9
UNIT_CHOICES = (("yuan", _l("yuan")), ("wan", _l("10,000 yuan")))


class QuestionsForm(PortalForm):
    """Some questions of a notice type; `values` has what was answered, None where nothing was."""

    specs: Sequence[FieldSpec] = ()

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Begin without answers."""
        super().__init__(*args, **kwargs)
        self.values: dict[str, object] = {}

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Read every answer, and say beside its field what does not fit."""
        is_right = bool(super().validate(extra_validators))
        for spec in self.specs:
            field = self[spec.name]
            if field.errors:
                continue
            try:
                self.values[spec.name] = value = cells.read(spec, field.data or "", self._more(spec))
            except CellError as error:
                field.errors, is_right = [told(error)], False
            else:
                if personal_in(value):
                    field.errors, is_right = [gettext(PERSONAL)], False
        return is_right

    def _more(self, spec: FieldSpec) -> str:
        """Read what stands beside a field: the unit of an amount, the code of an organisation."""
        beside = self._fields.get(spec.name + (UNIT if spec.kind == "amount" else CODE))
        return (beside.data or "") if beside is not None else ""


def questions_form(specs: Sequence[FieldSpec], values: Mapping[str, object], basis: Json) -> QuestionsForm:
    """Make the form of some questions, filled with what is known.

    Args:
        specs: the questions.
        values: answers by name.
        basis: the state of the purchase, which contracts and awards are chosen from.
    """
    fields: dict[str, object] = {"specs": specs}
    data: dict[str, str] = {}
    for spec in specs:
        fields[spec.name] = _field_of(spec)
        data |= _typed(spec, values.get(spec.name))
        label = pick(spec.label, spec.label_en)
        if spec.kind == "amount":
            fields[spec.name + UNIT] = ChoiceField(_l("Unit of “%(field)s”", field=label), required=False)
        if spec.kind == "organisation":
            fields[spec.name + CODE] = LineField(
                _l("Unified social credit code of “%(field)s”", field=label), 40, required=False,
                hint=_l("18 characters, as on the certificate."),
            )  # fmt: skip
    form: QuestionsForm = type("StepForm", (QuestionsForm,), fields)(data=data)
    _offer(form, specs, basis)
    return form


def _field_of(spec: FieldSpec) -> object:
    label, hint = pick(spec.label, spec.label_en), pick(spec.hint, spec.hint_en)
    if spec.kind in {"choice", "region", "category", "part"}:
        return ChoiceField(label, required=False, hint=hint)
    if spec.kind == "paragraph":
        return ParagraphField(label, LONGEST_PARAGRAPH, required=False, hint=hint)
    return LineField(label, spec.longest, required=False, hint=hint or _HINTS.get(spec.kind, ""))


_HINTS = {
    "day": _l("For example 2026-03-05."), "month": _l("For example 2026-03."), "year": _l("For example 2026."),
    "moment": _l("For example 2026-03-05 09:30, in the time of Beijing."), "organisation": _l("Its full name."),
    "amount": _l("Digits only, for example 120000.50."), "percent": _l("From 0 to 100."),
}  # fmt: skip


def _typed(spec: FieldSpec, value: object) -> dict[str, str]:
    """Write a value as it would be typed."""
    if spec.kind == "amount":
        unit = str(value["unit"]) if isinstance(value, dict) else spec.unit
        return {spec.name: cells.amount_text(value), spec.name + UNIT: unit}
    if isinstance(value, dict):
        return {spec.name: str(value.get("name") or ""), spec.name + CODE: str(value.get("code") or "")}
    return {spec.name: str(value or "").replace("T", " ") if spec.kind == "moment" else str(value or "")}


def _offer(form: QuestionsForm, specs: Sequence[FieldSpec], basis: Json) -> None:
    for spec in specs:
        if spec.kind == "amount":
            form[spec.name + UNIT].offer(UNIT_CHOICES)
        elif spec.kind == "choice":
            choices = codelists()[spec.codelist].items()
            form[spec.name].offer([(code, pick(one.name, one.name_en)) for code, one in choices])
        elif spec.kind == "region":
            form[spec.name].offer(region_choices(levels=LEVELS))
        elif spec.kind == "category":
            form[spec.name].offer([one for level in (2, 3) for one in category_choices(level=level)])
        elif spec.kind == "part":
            form[spec.name].offer(options_of(spec, basis))


class BeginForm(PortalForm):
    """For which government, and which purchase it continues."""

    government = ChoiceField(_l("Government"))
    ocid = RadioField(_l("Which purchase is it about?"), [InputRequired(_l("Choose one of the list."))])

    def offer(self, governments: Sequence[Government], purchases: Sequence[Process], *, begins: bool) -> None:
        """Offer governments, the purchases that were found, and a new one where the notice may begin it."""
        self.government.offer([(str(item.id), pick(item.name, item.name_en)) for item in governments])
        new = [SelectChoice(NEW, gettext("A new purchase"))] if begins else []
        found = [SelectChoice(one.ocid, f"{pick(one.title, one.title_en)} · {one.ocid}") for one in purchases]
        self.ocid.choices = [*new, *found]


class ReasonForm(PortalForm):
    """Why something is corrected, withdrawn or given back."""

    reason = ParagraphField(_l("Reason"), REASON_LENGTH)


class ConfirmForm(PortalForm):
    """Nothing but the button."""


class ApprovalForm(PortalForm):
    """The revision that the approver has read, and when it is to be published."""

    revision = HiddenField()
    publish_at = LineField(
        _l("Publish later, at"), 40, required=False,
        hint=_l("Leave it empty to publish now. For example 2026-03-05 09:30, in the time of Beijing."),
    )  # fmt: skip

    @property
    def revision_read(self) -> int:
        """Read the revision; 0, which none has, when it is no number."""
        raw = self.revision.data or ""
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= LONGEST_REVISION else 0

    @property
    def moment(self) -> datetime | None:
        """Read the moment of publication.

        Raises:
            NoMomentError: naming the field.
        """
        try:
            text = cells.read_moment(self.publish_at.data or "")
        except cells.NoMomentError as error:
            raise cells.NoMomentError(field="publish_at") from error
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) if text else None


class DocumentsForm(PortalForm):
    """A file to hand in, or a document that was handed in already."""

    file = FileField(_l("File"))
    title = LineField(_l("Title"), 300, required=False, hint=_l("Left empty, the name of the file is the title."))
    document = ChoiceField(_l("Or a document that was handed in already"), required=False)

    def validate_file(self, field: FileField) -> None:
        """Ask for a file where nothing is attached at all."""
        if not field.data and not self.document.data:
            raise ValidationError(_l("Choose a file first."))


def answer_text(spec: FieldSpec, value: cells.Value, *, english: bool) -> str:
    """Write an answer as people read it: like `cells.shown`, with days in words."""
    if isinstance(value, str) and spec.kind == "day":
        return day(date.fromisoformat(value))
    if isinstance(value, str) and spec.kind == "moment":
        return moment(datetime.fromisoformat(value).replace(tzinfo=SHANGHAI))
    if isinstance(value, str) and spec.kind == "month":
        return month(value)
    return cells.shown(spec, value, english=english)


def fault_text(fault: Fault) -> str:
    """Tell what is wrong with an answer, in the reader's language."""
    others = [pick(one.label, one.label_en) for one in fault.others]
    message = str(gettext(fault.message))
    if fault.of_row is not None:
        return message % {"row": fault.of_row}
    return message % {"other": others[0], "others": gettext(", ").join(others)} if others else message
