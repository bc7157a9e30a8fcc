"""Pages of demand for officials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from portal.demand import actions, exports, queries, rules
from portal.demand.forms import AnswerForm, GatherForm, ModerationForm
from portal.kernel import clock
from portal.web import access, forms
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("demand_office", __name__)


@bp.get("/office/proposals")
@access.requires("office.enter")
def queue() -> ResponseReturnValue:
    """List the proposals that wait for moderation or for an answer, the oldest first."""
    filters, actor = Filters.from_request(), access.actor()
    moderates = filters.stage == "moderation"
    governments = actor.government_ids_for("proposal.moderate" if moderates else "proposal.answer")
    status = rules.ProposalStatus.SUBMITTED if moderates else None
    page = paginate(queries.queue(governments, status), filters.page)
    return render_template(
        "demand/queue.html", page=page, filters=filters, moderates=moderates, now=clock.now(),
        standings=queries.standings(page.items), names=rules,
    )  # fmt: skip


@bp.route("/office/proposals/<int:proposal_id>/moderate", methods=["GET", "POST"])
@access.requires("proposal.moderate")
def moderate(proposal_id: int) -> ResponseReturnValue:
    """Publish a proposal, or refuse it with a reason."""
    governments = access.actor().government_ids_for("proposal.moderate")
    return forms.handle(
        ModerationForm(),
        act=lambda form: actions.moderate_proposal(
            proposal_id, publish=form.decision.data == "publish", reason=form.reason.data or "", governments=governments
        ),
        then=url_for("demand_office.queue", stage="moderation"),
        template="demand/moderate.html",
        proposal=queries.proposal_in_office(proposal_id, governments),
        names=rules,
    )


@bp.route("/office/proposals/<int:proposal_id>/answer", methods=["GET", "POST"])
@access.requires("proposal.answer")
def answer(proposal_id: int) -> ResponseReturnValue:
    """Answer a proposal publicly, with reasons."""
    actor = access.actor()
    governments = actor.government_ids_for("proposal.answer")
    return forms.handle(
        AnswerForm(),
        act=lambda form: actions.answer_proposal(
            proposal_id, rules.Verdict(form.verdict.data), form.reason.data, by=actor.person_id, governments=governments
        ),
        then=url_for("demand.show", proposal_id=proposal_id),
        template="demand/answer.html",
        proposal=queries.proposal_in_office(proposal_id, governments),
        answers=queries.answers(proposal_id),
        names=rules,
    )


@bp.route("/office/proposals/<int:proposal_id>/gather", methods=["GET", "POST"])
@access.requires("proposal.gather")
def gather(proposal_id: int) -> ResponseReturnValue:
    """Make a proposal part of a need, an old or a new one."""
    governments = access.actor().government_ids_for("proposal.gather")
    form = GatherForm()
    form.offer_needs(queries.needs_of_governments(governments))
    return forms.handle(
        form,
        act=lambda form: _gather(form, proposal_id, governments),
        then=lambda need_id: url_for("demand.need", need_id=need_id),
        template="demand/gather.html",
        proposal=queries.proposal_in_office(proposal_id, governments),
    )


@bp.get("/office/demand-summary")
@access.requires("demand.export")
def summary() -> ResponseReturnValue:
    """Show the demand summary that is also given as XLSX and CSV."""
    filters = Filters.from_request()
    return render_template("demand/summary.html", rows=list(exports.summary_rows(filters)), filters=filters)


def _gather(form: GatherForm, proposal_id: int, governments: frozenset[int]) -> int:
    if form.need.data:
        actions.gather_proposals([proposal_id], int(form.need.data), governments=governments)
        return int(form.need.data)
    if not form.title.data:
        raise rules.NothingChosenError(field="title")
    year = clock.today().year + 1
    return actions.gather_into_new_need(proposal_id, form.title.data, year=year, governments=governments).id
