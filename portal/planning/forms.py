"""Forms of planning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from portal.classification.queries import category_choices, region_choices
from portal.demand.forms import need_label
from portal.kernel.money import FEN_PER_YUAN, parse_yuan
from portal.planning import rules
from portal.planning.actions import LineText, PlanText
from portal.web.forms import ChoiceField, LineField, NumberField, ParagraphField, PortalForm
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.demand.models import Need
    from portal.parties.models import Government
    from portal.planning.models import Plan, PlanLine

LEVELS = ("province", "prefecture", "district", "county", "county-level city")
OCID_LENGTH, NOTE_LENGTH, LONGEST_REVISION = 200, 200, 9


class SomeField(SelectMultipleField):
    """Some of a list that is only known when the form is made."""

    codes = frozenset[str]()

    def offer(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Set what can be chosen: (code, name)."""
        offered = dict(pairs)
        self.choices = [SelectChoice(code, name) for code, name in offered.items()]
        self.codes = frozenset(offered)

    def pre_validate(self, form: object) -> None:
        """Refuse what was not offered."""
        del form
        if set(self.data or ()) - self.codes:
            raise ValidationError(gettext("Choose one of the list."))


class PlanTextForm(PortalForm):
    """Title and introduction of a plan."""

    title = LineField(_l("Title"), rules.TITLE_LENGTH)
    title_en = LineField(_l("English title"), rules.LINE_LENGTH, required=False)
    introduction = ParagraphField(
        _l("Introduction"), rules.TEXT_LENGTH, required=False,
        hint=_l("What the plan is about, in words that residents understand."),
    )  # fmt: skip
    introduction_en = ParagraphField(_l("English introduction"), rules.TEXT_LENGTH, required=False)

    @property
    def text(self) -> PlanText:
        """Read what was written."""
        return PlanText(
            title=self.title.data or "", title_en=self.title_en.data or None, introduction=self.introduction.data or "",
            introduction_en=self.introduction_en.data or None,
        )  # fmt: skip


class DraftForm(PlanTextForm):
    """Whose plan, for which year."""

    government = ChoiceField(_l("Government"))
    year = NumberField(_l("Year"), most=rules.LATEST_YEAR)

    def offer_governments(self, governments: Sequence[Government]) -> None:
        """Offer the governments that the planner works for."""
        self.government.offer([(str(item.id), pick(item.name, item.name_en)) for item in governments])

    def validate_year(self, field: NumberField) -> None:
        """Refuse years that cannot be meant."""
        if field.number is not None and field.number < rules.EARLIEST_YEAR:
            raise ValidationError(gettext("Write the year with four digits."))


class LineForm(PortalForm):
    """One line of a plan."""

    title = LineField(_l("What is purchased"), rules.TITLE_LENGTH)
    title_en = LineField(_l("English title"), rules.LINE_LENGTH, required=False)
    needs = SomeField(_l("Needs that it answers"))
    category = ChoiceField(_l("Category"))
    region = ChoiceField(_l("Region"))
    beneficiaries = LineField(_l("For whom"), rules.LINE_LENGTH, required=False)
    quantity = NumberField(_l("Quantity"), most=rules.MOST_QUANTITY, required=False)
    unit = LineField(_l("Unit"), 30, required=False, hint=_l("For example: hours, meals, visits."))
    budget = LineField(_l("Budget (yuan)"), 30, hint=_l("For example: 120000.50"))
    method = ChoiceField(_l("Procurement method"))
    month = ChoiceField(_l("Expected month"), required=False)
    quality_target = ParagraphField(
        _l("Quality target"), rules.REASON_LENGTH, required=False, hint=_l("How one will know that it went well.")
    )
    rationale = ParagraphField(_l("Reasons"), rules.REASON_LENGTH, required=False)
    deviation = ParagraphField(
        _l("Deviation"), rules.REASON_LENGTH, required=False,
        hint=_l("Needed when the line answers no need: why it is in the plan all the same. Public."),
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the categories, regions, methods and months there are."""
        super().__init__(*args, **kwargs)
        self.category.offer(category_choices())
        self.region.offer(region_choices(levels=LEVELS))
        self.method.offer([(method.value, _l(name)) for method, name in rules.METHOD_NAMES.items()])
        self.month.offer([(str(month), str(month)) for month in rules.MONTHS])

    def offer_needs(self, needs: Sequence[Need]) -> None:
        """Offer the needs that the plan may answer."""
        self.needs.offer([(str(need.id), need_label(need)) for need in needs])

    @property
    def need_ids(self) -> list[int]:
        """Read the needs that were chosen."""
        return [int(number) for number in self.needs.data or ()]

    @property
    def text(self) -> LineText:
        """Read what was written.

        Raises:
            NotAnAmountError: naming the field.
        """
        return LineText(
            title=self.title.data or "", title_en=self.title_en.data or None, category_code=self.category.data,
            region_code=self.region.data, budget_fen=parse_yuan(self.budget.data or "", field="budget"),
            method=rules.Method(self.method.data), beneficiaries=self.beneficiaries.data or "",
            quantity=self.quantity.number, unit=self.unit.data or "",
            expected_month=int(self.month.data) if self.month.data else None,
            quality_target=self.quality_target.data or "", rationale=self.rationale.data or "",
            deviation=self.deviation.data or None,
        )  # fmt: skip


class OmissionForm(PortalForm):
    """A need that is left out, and why."""

    need = ChoiceField(_l("Need"))
    reason = ChoiceField(_l("Reason"))
    explanation = ParagraphField(
        _l("In plain words"), rules.REASON_LENGTH, hint=_l("Everybody can read it beside the need.")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer the reasons there are."""
        super().__init__(*args, **kwargs)
        self.reason.offer([(reason.value, _l(name)) for reason, name in rules.OMISSION_NAMES.items()])

    def offer_needs(self, needs: Sequence[Need]) -> None:
        """Offer the needs that the plan may leave out."""
        self.need.offer([(str(need.id), need_label(need)) for need in needs])


class InformForm(PortalForm):
    """The need that rests on a rating."""

    need = ChoiceField(_l("Need"))
    note = LineField(
        _l("What the figures show"), NOTE_LENGTH, required=False, hint=_l("In one sentence; everybody can read it.")
    )

    def offer_needs(self, needs: Sequence[Need]) -> None:
        """Offer the needs that the planner works on."""
        self.need.offer([(str(need.id), need_label(need)) for need in needs])


class ConfirmForm(PortalForm):
    """Nothing but the button."""


class ApprovalForm(PortalForm):
    """The revision that the approver has read."""

    revision = HiddenField()

    @property
    def revision_read(self) -> int:
        """Read the revision; 0, which none has, when it is no number."""
        raw = self.revision.data or ""
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= LONGEST_REVISION else 0


class ReturnForm(PortalForm):
    """What is to be changed before the plan can be approved."""

    reason = ParagraphField(_l("What is to be changed"), rules.REASON_LENGTH)


class ProcessForm(PortalForm):
    """The process that a line became."""

    ocid = LineField(_l("ocid of the process"), OCID_LENGTH, hint=_l("It stands on the page of the process."))


def plan_data(plan: Plan) -> dict[str, object]:
    """Fill a form with what a plan says."""
    return {name: getattr(plan, name) for name in ("title", "title_en", "introduction", "introduction_en")}


def line_data(line: PlanLine, need_ids: Sequence[int]) -> dict[str, object]:
    """Fill a form with what a line says."""
    whole, cents = divmod(line.budget_fen, FEN_PER_YUAN)
    same = ("title", "title_en", "beneficiaries", "unit", "quality_target", "rationale", "deviation")
    return {name: getattr(line, name) for name in same} | {
        "needs": [str(number) for number in need_ids],
        "quantity": str(line.quantity or ""),
        "category": line.category_code,
        "region": line.region_code,
        "budget": f"{whole}.{cents:02d}",
        "method": line.method.value,
        "month": str(line.expected_month or ""),
    }
