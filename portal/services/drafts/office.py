"""Pages of drafts of listings, for officials: change, submit, read, approve, give back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, url_for

from portal.accounts import queries as accounts
from portal.kernel.errors import NotFoundError
from portal.publishing import rules as drafting
from portal.publishing.rules import DraftStatus
from portal.services import forms as small_forms
from portal.services import queries, rules
from portal.services.drafts import actions as draft_actions
from portal.services.drafts import queries as draft_queries
from portal.services.drafts.facts_form import ListingForm, listing_data
from portal.services.drafts.place_form import PlaceForm, place_data
from portal.services.drafts.telling import differences
from portal.services.permissions import EDIT, PUBLISH
from portal.web import access, forms

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from portal.services.drafts.models import ListingDraft
    from portal.services.listing.statements import Place, Statement

bp = Blueprint("listing_drafts", __name__)


@bp.get("/office/services/drafts/<int:draft_id>")
@access.requires(EDIT)
def show(draft_id: int) -> ResponseReturnValue:
    """Show a draft in any state: what it changes, and what can be done with it."""
    draft = _draft(draft_id)
    said, published = draft_queries.statement_in(draft), draft_queries.published_for(draft)
    actor, events = access.actor(), draft_queries.history(draft_id)
    return render_template(
        "services/draft.html", draft=draft, said=said, is_new=published is None, changes=differences(published, said),
        history=events, people=accounts.names_of(one.person_id for one in events), rules=rules, drafting=drafting,
        may_publish=actor.can(PUBLISH, government_id=draft.government_id),
        is_own=actor.person_id in {draft.drafted_by, *draft_queries.authors(draft_id)},
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/facts", methods=["GET", "POST"])
@access.requires(EDIT)
def change(draft_id: int) -> ResponseReturnValue:
    """State the facts of a service anew."""
    draft = _open(draft_id)
    known = draft_queries.statement_in(draft).listing
    form = ListingForm(data=listing_data(known))
    form.offer_buyers(queries.buyers_of_governments(_governments()))
    return forms.handle(
        form,
        act=lambda form: draft_actions.state_facts(draft_id, form.listing(known), by=_by(), governments=_governments()),
        then=_page(draft_id), template="services/form.html", draft=draft,
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/places/new", methods=["GET", "POST"])
@access.requires(EDIT)
def add_place(draft_id: int) -> ResponseReturnValue:
    """Add a place."""
    return forms.handle(
        PlaceForm(),
        act=lambda form: draft_actions.state_place(draft_id, None, form.place(), by=_by(), governments=_governments()),
        then=_page(draft_id), template="services/place.html", draft=_open(draft_id),
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/places/<int:number>", methods=["GET", "POST"])
@access.requires(EDIT)
def change_place(draft_id: int, number: int) -> ResponseReturnValue:
    """State a place and its hours anew."""
    draft = _open(draft_id)
    place = _place(draft, number)
    return forms.handle(
        PlaceForm(data=place_data(place)),
        act=lambda form: draft_actions.state_place(
            draft_id, number, form.place(place), by=_by(), governments=_governments()
        ),
        then=_page(draft_id), template="services/place.html", draft=draft,
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/places/<int:number>/remove", methods=["GET", "POST"])
@access.requires(EDIT)
def remove_place(draft_id: int, number: int) -> ResponseReturnValue:
    """Take a place off a service."""
    draft = _open(draft_id)
    return forms.handle(
        small_forms.ConfirmForm(),
        act=lambda _: draft_actions.remove_place(draft_id, number, by=_by(), governments=_governments()),
        then=_page(draft_id), template="services/confirm.html", draft=draft, act_name="remove",
        place=_place(draft, number), rules=rules,
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/check", methods=["GET", "POST"])
@access.requires(EDIT)
def check(draft_id: int) -> ResponseReturnValue:
    """Note that everything in the listing was checked."""
    return forms.handle(
        small_forms.CheckForm(),
        act=lambda form: draft_actions.state_check(draft_id, on=form.on.data, by=_by(), governments=_governments()),
        then=_page(draft_id), template="services/check.html", draft=_open(draft_id),
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/close", methods=["GET", "POST"])
@access.requires(EDIT)
def close(draft_id: int) -> ResponseReturnValue:
    """Close a service for a while or for good."""
    return forms.handle(
        small_forms.CloseForm(),
        act=lambda form: draft_actions.state_closed(
            draft_id, form.alert.data or "", for_good=bool(form.for_good.data), by=_by(), governments=_governments(),
            alert_en=form.alert_en.data or None,
        ),
        then=_page(draft_id), template="services/close.html", draft=_open(draft_id),
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/reopen", methods=["GET", "POST"])
@access.requires(EDIT)
def reopen(draft_id: int) -> ResponseReturnValue:
    """Open a service again."""
    return forms.handle(
        small_forms.ConfirmForm(),
        act=lambda _: draft_actions.state_open(draft_id, by=_by(), governments=_governments()),
        then=_page(draft_id), template="services/confirm.html", draft=_open(draft_id), act_name="reopen",
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/contracts/new", methods=["GET", "POST"])
@access.requires(EDIT)
def add_contract(draft_id: int) -> ResponseReturnValue:
    """Record a contract under which the service is delivered."""
    return forms.handle(
        small_forms.ContractForm(),
        act=lambda form: draft_actions.add_contract(
            draft_id, form.ocid.data or "", form.contract.data or "", by=_by(), governments=_governments()
        ),
        then=_page(draft_id), template="services/contract.html", draft=_open(draft_id),
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/contracts/<int:number>/forget", methods=["GET", "POST"])
@access.requires(EDIT)
def forget_contract(draft_id: int, number: int) -> ResponseReturnValue:
    """Take back a contract that was recorded by mistake; `number` counts those of the draft from 1."""
    draft = _open(draft_id)
    contracts = draft_queries.statement_in(draft).contracts
    if not 1 <= number <= len(contracts):
        raise NotFoundError
    ocid, contract_id = contracts[number - 1]
    return forms.handle(
        small_forms.ConfirmForm(),
        act=lambda _: draft_actions.remove_contract(draft_id, ocid, contract_id, by=_by(), governments=_governments()),
        then=_page(draft_id), template="services/confirm.html", draft=draft, act_name="forget",
        contract=contract_id, ocid=ocid,
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/submit", methods=["GET", "POST"])
@access.requires(EDIT)
def submit(draft_id: int) -> ResponseReturnValue:
    """Hand a draft to the approver."""
    draft = _open(draft_id)
    published, said = draft_queries.published_for(draft), draft_queries.statement_in(draft)
    return forms.handle(
        small_forms.ConfirmForm(),
        act=lambda _: draft_actions.submit_draft(draft_id, by=_by(), governments=_governments()),
        then=url_for(".sent", draft_id=draft_id), template="services/submit.html", draft=draft,
        is_new=published is None, changes=differences(published, said), said=said,
    )  # fmt: skip


@bp.get("/office/services/drafts/<int:draft_id>/sent")
@access.requires(EDIT)
def sent(draft_id: int) -> ResponseReturnValue:
    """Confirm that a draft was handed on, with its reference."""
    return _confirmed(_draft(draft_id), DraftStatus.SUBMITTED)


@bp.route("/office/services/drafts/<int:draft_id>/discard", methods=["GET", "POST"])
@access.requires(EDIT)
def discard(draft_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    return forms.handle(
        small_forms.ConfirmForm(),
        act=lambda _: draft_actions.discard_draft(draft_id, by=_by(), governments=_governments()),
        then=url_for("services_office.index"), template="services/confirm.html", draft=_open(draft_id),
        act_name="discard",
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/return", methods=["GET", "POST"])
@access.requires(PUBLISH)
def send_back(draft_id: int) -> ResponseReturnValue:
    """Give a submitted draft back."""
    return forms.handle(
        small_forms.ReturnForm(),
        act=lambda form: draft_actions.return_draft(
            draft_id, form.reason.data or "", by=_by(), governments=_governments(PUBLISH)
        ),
        then=_page(draft_id), template="services/return.html", draft=_draft(draft_id, PUBLISH),
    )  # fmt: skip


@bp.route("/office/services/drafts/<int:draft_id>/approve", methods=["GET", "POST"])
@access.requires(PUBLISH)
def approve(draft_id: int) -> ResponseReturnValue:
    """Read what a draft changes, and publish it."""
    draft = _draft(draft_id, PUBLISH)
    published = draft_queries.published_for(draft)
    return forms.handle(
        small_forms.ApproveForm(data={"revision": str(draft.revision)}),
        act=lambda form: draft_actions.approve_draft(
            draft_id, revision=_revision(form), by=_by(), governments=_governments(PUBLISH)
        ),
        then=url_for(".approved", draft_id=draft_id), template="services/approve.html", draft=draft,
        is_new=published is None, changes=differences(published, draft_queries.statement_in(draft)), drafting=drafting,
        is_own=_by() in {draft.drafted_by, *draft_queries.authors(draft_id)},
    )  # fmt: skip


@bp.get("/office/services/drafts/<int:draft_id>/approved")
@access.requires(PUBLISH)
def approved(draft_id: int) -> ResponseReturnValue:
    """Confirm that a draft was approved and is public, with its reference."""
    return _confirmed(_draft(draft_id, PUBLISH), DraftStatus.PUBLISHED)


def _confirmed(draft: ListingDraft, status: DraftStatus) -> ResponseReturnValue:
    if draft.status is not status:
        return redirect(_page(draft.id), 303)
    return render_template("services/confirmed.html", draft=draft)


def _revision(form: small_forms.ApproveForm) -> int:
    raw = form.revision.data or ""
    return int(raw) if raw.isascii() and raw.isdigit() else 0


def _by() -> int:
    return access.actor().person_id


def _governments(permission: str = EDIT) -> frozenset[int]:
    return access.actor().government_ids_for(permission)


def _draft(draft_id: int, permission: str = EDIT) -> ListingDraft:
    return draft_queries.draft_in_office(draft_id, _governments(permission))


def _open(draft_id: int) -> ListingDraft:
    """Read a draft that can still be changed.

    Raises:
        NotFoundError, WrongDraftStateError
    """
    draft = _draft(draft_id)
    drafting.check_open(draft.status)
    return draft


def _place(draft: ListingDraft, number: int) -> Place:
    said: Statement = draft_queries.statement_in(draft)
    if number not in said.places:
        raise NotFoundError
    return said.places[number]


def _page(draft_id: int) -> str:
    return url_for("listing_drafts.show", draft_id=draft_id)
