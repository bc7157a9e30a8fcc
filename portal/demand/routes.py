"""Pages of demand for residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from portal.classification.queries import category_choices, region_choices
from portal.demand import actions, queries, rules
from portal.demand.forms import ProposalForm, SupportForm
from portal.ring.queries import neighbours
from portal.ring.rules import Kind
from portal.web import access, forms
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("demand", __name__)


@bp.get("/proposals")
@access.public
def index() -> ResponseReturnValue:
    """List what residents ask for."""
    filters = Filters.from_request()
    page = paginate(queries.proposals(filters), filters.page)
    return render_template(
        "demand/index.html", page=page, filters=filters, standings=queries.standings(page.items),
        regions=region_choices(), categories=category_choices(), names=rules,
    )  # fmt: skip


@bp.route("/proposals/new", methods=["GET", "POST"])
@access.requires("proposal.create")
def propose() -> ResponseReturnValue:
    """Let a resident say what is needed; similar proposals are shown on the same page."""
    form = ProposalForm()
    similar = queries.similar_proposals(form.title.data or "", form.body.data or "", region_code=form.region.data)
    return forms.handle(
        form,
        act=lambda form: _submit(form, has_similar=bool(similar)),
        then=lambda proposal_id: url_for("demand.sent", proposal_id=proposal_id),
        template="demand/propose.html",
        similar=similar,
    )


@bp.get("/proposals/<int:proposal_id>/sent")
@access.requires("proposal.create")
def sent(proposal_id: int) -> ResponseReturnValue:
    """Confirm a proposal, with its reference and what happens next."""
    proposal = queries.own_proposal(proposal_id, access.actor().person_id)
    return render_template(
        "demand/sent.html", proposal=proposal, reference=rules.reference(proposal.id, proposal.year),
        moderation_days=rules.MODERATION_DAYS, answer_days=rules.ANSWER_DAYS,
    )  # fmt: skip


@bp.get("/proposals/mine")
@access.requires("proposal.create")
def mine() -> ResponseReturnValue:
    """List a resident's own proposals, whatever their state."""
    own = queries.own_proposals(access.actor().person_id)
    return render_template("demand/mine.html", proposals=own, names=rules)


@bp.get("/proposals/<int:proposal_id>")
@access.public
def show(proposal_id: int) -> ResponseReturnValue:
    """Show a proposal and what became of it."""
    proposal = queries.proposal(proposal_id)
    return render_template(
        "demand/show.html", proposal=proposal, standing=queries.standings([proposal])[proposal.id],
        answers=queries.answers(proposal_id), neighbours=neighbours(Kind.PROPOSAL, str(proposal_id)),
        reference=rules.reference(proposal.id, proposal.year), names=rules,
    )  # fmt: skip


@bp.route("/proposals/<int:proposal_id>/support", methods=["GET", "POST"])
@access.requires("proposal.support")
def support(proposal_id: int) -> ResponseReturnValue:
    """Let a resident support a proposal, or take the support back."""
    proposal, person_id = queries.proposal(proposal_id), access.actor().person_id
    takes_back = request.args.get("back") == "1"
    act = actions.withdraw_support if takes_back else actions.support_proposal
    return forms.handle(
        SupportForm(),
        act=lambda _: act(proposal_id, by=person_id),
        then=url_for("demand.support", proposal_id=proposal_id, done="back" if takes_back else "1"),
        template="demand/support.html",
        proposal=proposal,
        is_supported=queries.is_supported_by(proposal_id, person_id),
        supports=queries.support_counts([proposal_id]).get(proposal_id, 0),
    )


@bp.route("/proposals/<int:proposal_id>/withdraw", methods=["GET", "POST"])
@access.requires("proposal.create")
def withdraw(proposal_id: int) -> ResponseReturnValue:
    """Let the author take a proposal back."""
    person_id = access.actor().person_id
    return forms.handle(
        SupportForm(),
        act=lambda _: actions.withdraw_proposal(proposal_id, by=person_id),
        then=url_for("demand.mine"),
        template="demand/withdraw.html",
        proposal=queries.own_proposal(proposal_id, person_id),
    )


@bp.get("/needs")
@access.public
def needs() -> ResponseReturnValue:
    """List what proposals came to."""
    filters = Filters.from_request()
    page = paginate(queries.needs(filters), filters.page)
    return render_template(
        "demand/needs.html", page=page, filters=filters, regions=region_choices(), categories=category_choices(),
        figures=queries.need_figures([need.id for need in page.items]), fates=queries.need_fates(page.items),
    )  # fmt: skip


@bp.get("/needs/<int:need_id>")
@access.public
def need(need_id: int) -> ResponseReturnValue:
    """Show a need: the proposals in it, and what answers it or for how long nothing has."""
    found = queries.need(need_id)
    return render_template(
        "demand/need.html", need=found, proposals=queries.proposals_of_need(need_id),
        figures=queries.need_figures([need_id])[need_id], neighbours=neighbours(Kind.NEED, str(need_id)),
        fate=queries.need_fates([found])[need_id],
    )  # fmt: skip


def _submit(form: ProposalForm, *, has_similar: bool) -> int:
    if has_similar and not form.is_different.data:
        raise rules.SimilarError(field="is_different")
    text = actions.ProposalText(
        title=form.title.data, body=form.body.data, region_code=form.region.data,
        category_code=form.category.data, beneficiaries=form.beneficiaries.data or "",
        people_count=form.people_count.number,
    )  # fmt: skip
    return actions.submit_proposal(text, by=access.actor().person_id).id
