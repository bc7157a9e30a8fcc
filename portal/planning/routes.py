"""Pages of planning: plans for everybody, and the office that writes and approves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from portal.classification.queries import category_choices, category_name, region_choices
from portal.demand.queries import needs_of_governments
from portal.planning import actions, queries, rules
from portal.planning import forms as plan_forms
from portal.ratings import queries as ratings
from portal.ratings import rules as rating_rules
from portal.ring.queries import neighbours
from portal.ring.rules import Kind
from portal.web import access, forms
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from portal.demand.models import Need
    from portal.planning.models import Plan

bp = Blueprint("planning", __name__)


@bp.get("/plans")
@access.public
def index() -> ResponseReturnValue:
    """List the published plans."""
    filters = Filters.from_request()
    page = paginate(queries.plans(filters), filters.page)
    return render_template(
        "planning/index.html", page=page, filters=filters, regions=region_choices(), categories=category_choices(),
        figures=queries.plan_figures([item.id for item in page.items]),
    )  # fmt: skip


@bp.get("/plans/<int:plan_id>")
@access.public
def show(plan_id: int) -> ResponseReturnValue:
    """Show a plan: its lines with the needs they answer, its money, and what was left out and why."""
    plan, lines = queries.plan(plan_id), queries.lines_of_plan(plan_id)
    ids = [line.id for line in lines]
    by_category = rules.sums((line.category_code, line.budget_fen) for line in lines)
    return render_template(
        "planning/show.html", plan=plan, lines=lines, rules=rules, total=sum(fen for _, fen in by_category),
        by_category=[(category_name(code), fen) for code, fen in by_category], needs=queries.needs_of_lines(ids),
        evidence=queries.evidence_of_lines(ids), processes=queries.processes_of_lines(ids),
        left_out=queries.needs_left_out(plan.omissions),
    )  # fmt: skip


@bp.get("/plans/<int:plan_id>/lines/<int:number>")
@access.public
def line(plan_id: int, number: int) -> ResponseReturnValue:
    """Show one line: the needs it answers, the ratings it rests on, the process it became."""
    found = queries.line(plan_id, number)
    return render_template(
        "planning/line.html", plan=queries.plan(plan_id), line=found, rules=rules, rating_rules=rating_rules,
        needs=queries.needs_of_lines([found.id]).get(found.id, ()),
        evidence=queries.evidence_of_lines([found.id]).get(found.id, ()),
        processes=queries.processes_of_lines([found.id]).get(found.id, ()),
        neighbours=neighbours(Kind.PLAN_LINE, str(found.id)),
    )  # fmt: skip


@bp.get("/office/plans")
@access.requires("plan.read")
def office() -> ResponseReturnValue:
    """List the plans of one's governments in every state."""
    filters, actor = Filters.from_request(), access.actor()
    page = paginate(queries.plans_in_office(actor.government_ids_for("plan.read")), filters.page)
    return render_template(
        "planning/office.html", page=page, filters=filters, rules=rules, may_edit=actor.can("plan.draft"),
        may_publish=actor.can("plan.publish"), figures=queries.plan_figures([item.id for item in page.items]),
    )  # fmt: skip


@bp.route("/office/plans/new", methods=["GET", "POST"])
@access.requires("plan.draft")
def draft() -> ResponseReturnValue:
    """Begin a plan."""
    form = plan_forms.DraftForm()
    form.offer_governments(queries.governments(_governments()))
    return forms.handle(
        form,
        act=lambda form: (
            actions.draft_plan(
                form.text, government_id=int(form.government.data), year=form.year.number or 0, by=_person()
            ).id
        ),
        then=lambda plan_id: url_for("planning.edit", plan_id=plan_id),
        template="planning/draft.html",
    )


@bp.get("/office/plans/<int:plan_id>")
@access.requires("plan.read")
def edit(plan_id: int) -> ResponseReturnValue:
    """Show a plan in any state, with what can be done with it."""
    plan, actor = queries.plan_in_office(plan_id, _governments("plan.read")), access.actor()
    return render_template(
        "planning/edit.html", plan=plan, rules=rules, needs=queries.needs_of_lines([item.id for item in plan.lines]),
        total=sum(item.budget_fen for item in plan.lines), left_out=queries.needs_left_out(plan.omissions),
        may_edit=actor.can("plan.draft", government_id=plan.government_id),
        may_publish=actor.can("plan.publish", government_id=plan.government_id),
    )  # fmt: skip


@bp.route("/office/plans/<int:plan_id>/text", methods=["GET", "POST"])
@access.requires("plan.draft")
def change(plan_id: int) -> ResponseReturnValue:
    """Change the title and introduction of a draft."""
    plan = _plan(plan_id)
    return forms.handle(
        plan_forms.PlanTextForm(data=plan_forms.plan_data(plan)),
        act=lambda form: actions.change_plan(plan_id, form.text, by=_person(), governments=_governments()),
        then=_back(plan_id),
        template="planning/text.html",
        plan=plan,
    )


@bp.route("/office/plans/<int:plan_id>/lines/new", methods=["GET", "POST"])
@access.requires("plan.draft")
def add_line(plan_id: int) -> ResponseReturnValue:
    """Add a line to a draft."""
    plan, form = _plan(plan_id), plan_forms.LineForm()
    form.offer_needs(queries.needs_for(plan))
    return forms.handle(
        form,
        act=lambda form: actions.add_line(
            plan_id, form.text, needs=form.need_ids, by=_person(), governments=_governments()
        ),
        then=_back(plan_id),
        template="planning/line_form.html",
        plan=plan,
        number=None,
    )


@bp.route("/office/plans/<int:plan_id>/lines/<int:number>", methods=["GET", "POST"])
@access.requires("plan.draft")
def change_line(plan_id: int, number: int) -> ResponseReturnValue:
    """Change a line of a draft."""
    found = queries.line_in_office(plan_id, number, government_ids=_governments())
    needs = queries.need_ids_of([found.id]).get(found.id, ())
    form = plan_forms.LineForm(data=plan_forms.line_data(found, needs))
    form.offer_needs(queries.needs_for(found.plan))
    return forms.handle(
        form,
        act=lambda form: actions.change_line(
            plan_id, number, form.text, needs=form.need_ids, by=_person(), governments=_governments()
        ),
        then=_back(plan_id),
        template="planning/line_form.html",
        plan=found.plan,
        number=number,
    )


@bp.route("/office/plans/<int:plan_id>/lines/<int:number>/remove", methods=["GET", "POST"])
@access.requires("plan.draft")
def remove_line(plan_id: int, number: int) -> ResponseReturnValue:
    """Take a line out of a draft."""
    found = queries.line_in_office(plan_id, number, government_ids=_governments())
    return forms.handle(
        plan_forms.ConfirmForm(),
        act=lambda _: actions.remove_line(plan_id, number, by=_person(), governments=_governments()),
        then=_back(plan_id),
        template="planning/confirm.html",
        plan=found.plan,
        line=found,
        act_name="remove",
    )


@bp.route("/office/plans/<int:plan_id>/left-out", methods=["GET", "POST"])
@access.requires("plan.draft")
def omit(plan_id: int) -> ResponseReturnValue:
    """Say that a need is left out, and why."""
    plan, form = _plan(plan_id), plan_forms.OmissionForm()
    form.offer_needs(_unanswered(plan))
    return forms.handle(
        form,
        act=lambda form: actions.omit_need(
            plan_id, int(form.need.data), reason=rules.OmissionReason(form.reason.data),
            explanation=form.explanation.data or "", by=_person(), governments=_governments(),
        ),
        then=_back(plan_id),
        template="planning/omit.html",
        plan=plan,
    )  # fmt: skip


@bp.route("/office/plans/<int:plan_id>/left-out/<int:need_id>/undo", methods=["GET", "POST"])
@access.requires("plan.draft")
def undo_omission(plan_id: int, need_id: int) -> ResponseReturnValue:
    """Take back that a need is left out."""
    return forms.handle(
        plan_forms.ConfirmForm(),
        act=lambda _: actions.undo_omission(plan_id, need_id, by=_person(), governments=_governments()),
        then=_back(plan_id),
        template="planning/confirm.html",
        plan=_plan(plan_id),
        act_name="undo",
    )


@bp.route("/office/plans/<int:plan_id>/submit", methods=["GET", "POST"])
@access.requires("plan.draft")
def submit(plan_id: int) -> ResponseReturnValue:
    """Hand a draft to the approver."""
    return forms.handle(
        plan_forms.ConfirmForm(),
        act=lambda _: actions.submit_plan(plan_id, by=_person(), governments=_governments()),
        then=_back(plan_id),
        template="planning/confirm.html",
        plan=_plan(plan_id),
        act_name="submit",
    )


@bp.route("/office/plans/<int:plan_id>/publish", methods=["GET", "POST"])
@access.requires("plan.publish")
def publish(plan_id: int) -> ResponseReturnValue:
    """Let a second person read and publish a submitted plan."""
    governments = _governments("plan.publish")
    plan = queries.plan_in_office(plan_id, governments)
    return forms.handle(
        plan_forms.ApprovalForm(data={"revision": str(plan.revision)}),
        act=lambda form: actions.publish_plan(
            plan_id, revision=form.revision_read, by=_person(), governments=governments
        ),
        then=lambda plan: url_for("planning.show", plan_id=plan.id),
        template="planning/publish.html",
        plan=plan, rules=rules, needs=queries.needs_of_lines([item.id for item in plan.lines]),
        total=sum(item.budget_fen for item in plan.lines), left_out=queries.needs_left_out(plan.omissions),
        is_own=_person() in queries.authors(plan_id),
    )  # fmt: skip


@bp.route("/office/plans/<int:plan_id>/return", methods=["GET", "POST"])
@access.requires("plan.publish")
def send_back(plan_id: int) -> ResponseReturnValue:
    """Give a submitted plan back to its planners."""
    governments = _governments("plan.publish")
    return forms.handle(
        plan_forms.ReturnForm(),
        act=lambda form: actions.return_plan(plan_id, form.reason.data or "", governments=governments),
        then=_back(plan_id),
        template="planning/return.html",
        plan=queries.plan_in_office(plan_id, governments),
    )


@bp.route("/office/plans/<int:plan_id>/lines/<int:number>/process", methods=["GET", "POST"])
@access.requires("plan.draft")
def link_process(plan_id: int, number: int) -> ResponseReturnValue:
    """Name the process through which a published line is purchased."""
    found = queries.line_in_office(plan_id, number, government_ids=_governments())
    return forms.handle(
        plan_forms.ProcessForm(),
        act=lambda form: actions.link_process(plan_id, number, ocid=form.ocid.data or "", governments=_governments()),
        then=_back(plan_id),
        template="planning/process.html",
        plan=found.plan,
        line=found,
    )


@bp.get("/office/ratings")
@access.requires("rating.inform")
def rating_figures() -> ResponseReturnValue:
    """List the newest figures of services that one's governments pay for."""
    filters = Filters.from_request()
    page = paginate(ratings.summaries_of_governments(_governments("rating.inform")), filters.page)
    return render_template(
        "planning/rating_figures.html", page=page, filters=filters, rules=rating_rules,
        names=ratings.service_names([item.service_id for item in page.items]),
    )  # fmt: skip


@bp.route("/office/ratings/<int:summary_id>/inform", methods=["GET", "POST"])
@access.requires("rating.inform")
def inform(summary_id: int) -> ResponseReturnValue:
    """Let a planner note that a need rests on a rating."""
    summary, form = ratings.summary(summary_id), plan_forms.InformForm()
    needs = needs_of_governments(_governments("rating.inform"))
    form.offer_needs(needs)
    return forms.handle(
        form,
        act=lambda form: actions.let_rating_inform(
            summary_id, int(form.need.data), note=form.note.data or "", allowed={need.id for need in needs}
        ),
        then=url_for("ratings.show", service_id=summary.service_id, summary_id=summary_id),
        template="planning/inform.html",
        summary=summary, rules=rating_rules, names=ratings.service_names([summary.service_id])[summary.service_id],
        comments=ratings.comments(summary, governments=_governments("rating.inform")),
    )  # fmt: skip


def _person() -> int:
    return access.actor().person_id


def _governments(permission: str = "plan.draft") -> frozenset[int]:
    return access.actor().government_ids_for(permission)


def _plan(plan_id: int) -> Plan:
    return queries.plan_in_office(plan_id, _governments())


def _back(plan_id: int) -> str:
    return url_for("planning.edit", plan_id=plan_id)


def _unanswered(plan: Plan) -> Sequence[Need]:
    answered = queries.need_ids_of([line.id for line in plan.lines]).values()
    numbers = {number for needs in answered for number in needs}
    return [need for need in queries.needs_for(plan) if need.id not in numbers]
