"""Pages of plans for officials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from portal.kernel.errors import ForbiddenError
from portal.kernel.money import parse_yuan
from portal.planning import actions, queries, rules
from portal.planning.forms import FIRST_YEAR, ConfirmForm, LineForm, OmitForm, PlanForm
from portal.web import access, forms
from portal.web.forms import NumberField

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("planning_office", __name__)


@bp.get("/office/plans")
@access.requires("office.enter")
def index() -> ResponseReturnValue:
    """List the plans of one's governments in any state."""
    plans = queries.plans_in_office(_governments())
    return render_template("planning/office.html", plans=plans, names=rules, actor=access.actor())


@bp.route("/office/plans/new", methods=["GET", "POST"])
@access.requires("plan.draft")
def new() -> ResponseReturnValue:
    """Begin a plan."""
    actor = access.actor()
    government_id = min(actor.government_ids_for("plan.draft"), default=None)
    if government_id is None:
        raise ForbiddenError
    return forms.handle(
        PlanForm(),
        act=lambda form: actions.draft_plan(
            government_id, _year(form.year), form.title.data, by=actor.person_id,
            introduction=form.introduction.data or "",
        ).id,
        then=lambda plan_id: url_for("planning_office.edit", plan_id=plan_id),
        template="planning/new.html",
    )  # fmt: skip


@bp.get("/office/plans/<int:plan_id>")
@access.requires("office.enter")
def edit(plan_id: int) -> ResponseReturnValue:
    """Show a plan with everything that can be done to it."""
    plan = queries.plan_in_office(plan_id, _governments())
    lines = queries.lines(plan_id)
    return render_template(
        "planning/edit.html", plan=plan, lines=lines, needs=queries.needs_of_lines(lines), names=rules,
        omissions=queries.omissions(plan_id), open_needs=queries.open_needs(plan), actor=access.actor(),
    )  # fmt: skip


@bp.route("/office/plans/<int:plan_id>/lines/new", methods=["GET", "POST"])
@access.requires("plan.draft")
def add_line(plan_id: int) -> ResponseReturnValue:
    """Add a line that answers needs."""
    governments = access.actor().government_ids_for("plan.draft")
    plan = queries.plan_in_office(plan_id, governments)
    form = LineForm()
    form.offer_needs(queries.open_needs(plan))
    return forms.handle(
        form,
        act=lambda form: actions.add_line(
            plan_id, _line(form), need_ids=_numbers(form.needs.data), governments=governments
        ),
        then=url_for("planning_office.edit", plan_id=plan_id),
        template="planning/add_line.html",
        plan=plan,
    )


@bp.route("/office/plans/<int:plan_id>/lines/<int:number>/remove", methods=["GET", "POST"])
@access.requires("plan.draft")
def remove_line(plan_id: int, number: int) -> ResponseReturnValue:
    """Take a line out of a draft."""
    governments = access.actor().government_ids_for("plan.draft")
    plan = queries.plan_in_office(plan_id, governments)
    return forms.handle(
        ConfirmForm(),
        act=lambda _: actions.remove_line(plan_id, number, governments=governments),
        then=url_for("planning_office.edit", plan_id=plan_id),
        template="planning/confirm.html",
        plan=plan, act_name="remove", line=queries.line(plan_id, number),
    )  # fmt: skip


@bp.route("/office/plans/<int:plan_id>/omit", methods=["GET", "POST"])
@access.requires("plan.draft")
def omit(plan_id: int) -> ResponseReturnValue:
    """Leave a need out, with a reason."""
    governments = access.actor().government_ids_for("plan.draft")
    plan = queries.plan_in_office(plan_id, governments)
    form = OmitForm()
    form.need.offer([(str(need.id), need.title) for need in queries.open_needs(plan)])
    return forms.handle(
        form,
        act=lambda form: actions.omit_need(
            plan_id, int(form.need.data), rules.OmissionReason(form.reason.data),
            explanation=form.explanation.data, governments=governments,
        ),
        then=url_for("planning_office.edit", plan_id=plan_id),
        template="planning/omit.html",
        plan=plan,
    )  # fmt: skip


@bp.route("/office/plans/<int:plan_id>/submit", methods=["GET", "POST"])
@access.requires("plan.draft")
def submit(plan_id: int) -> ResponseReturnValue:
    """Hand a draft to the second person."""
    governments = access.actor().government_ids_for("plan.draft")
    return forms.handle(
        ConfirmForm(),
        act=lambda _: actions.submit_plan(plan_id, governments=governments),
        then=url_for("planning_office.edit", plan_id=plan_id),
        template="planning/confirm.html",
        plan=queries.plan_in_office(plan_id, governments),
        act_name="submit",
    )


@bp.route("/office/plans/<int:plan_id>/publish", methods=["GET", "POST"])
@access.requires("plan.publish")
def publish(plan_id: int) -> ResponseReturnValue:
    """Publish a plan that another person drafted."""
    actor = access.actor()
    governments = actor.government_ids_for("plan.publish")
    return forms.handle(
        ConfirmForm(),
        act=lambda _: actions.publish_plan(plan_id, by=actor.person_id, governments=governments),
        then=url_for("planning.show", plan_id=plan_id),
        template="planning/confirm.html",
        plan=queries.plan_in_office(plan_id, governments),
        act_name="publish",
    )


def _governments() -> frozenset[int]:
    actor = access.actor()
    return actor.government_ids_for("plan.draft") | actor.government_ids_for("plan.publish")


def _year(field: NumberField) -> int:
    year = field.number or 0
    if year < FIRST_YEAR:
        raise rules.YearError(field="year")
    return year


def _line(form: LineForm) -> actions.LineText:
    return actions.LineText(
        title=form.title.data, category_code=form.category.data, region_code=form.region.data,
        budget_fen=parse_yuan(form.budget.data, field="budget"), method=form.method.data,
        quantity=form.quantity.number, unit=form.unit.data or "", beneficiaries=form.beneficiaries.data or "",
        quality_target=form.quality_target.data or "", rationale=form.rationale.data or "",
    )  # fmt: skip


def _numbers(raw: list[str] | None) -> list[int]:
    return [int(number) for number in raw or [] if number.isascii() and number.isdigit()]
