"""Pages of listings, for officials: list, state anew, check, close, record contracts, answer reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from portal.kernel.errors import NotFoundError
from portal.services import actions, queries, rules
from portal.services import forms as listing_forms
from portal.services.permissions import EDIT
from portal.web import access, forms
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from portal.services.models import Service, ServicePlace

bp = Blueprint("services_office", __name__)


@bp.get("/office/services")
@access.requires(EDIT)
def index() -> ResponseReturnValue:
    """List the services of one's governments, the oldest check first, and what residents found wrong."""
    page = paginate(queries.services_in_office(_governments()), Filters.from_request().page)
    reports = queries.reports_in_office(_governments())
    return render_template("services/office.html", page=page, rules=rules, reports=reports)


@bp.route("/office/services/new", methods=["GET", "POST"])
@access.requires(EDIT)
def new() -> ResponseReturnValue:
    """List a service."""
    form = listing_forms.ListingForm()
    form.offer_buyers(queries.buyers_of_governments(_governments()))
    return forms.handle(
        form,
        act=lambda form: actions.open_service(form.listing(), governments=_governments()).id,
        then=_page,
        template="services/form.html",
        service=None,
    )


@bp.get("/office/services/<int:service_id>")
@access.requires(EDIT)
def show(service_id: int) -> ResponseReturnValue:
    """Show a listing with everything that can be done with it."""
    return render_template(
        "services/edit.html", service=_service(service_id), rules=rules, contracts=queries.contracts_of(service_id),
        versions=queries.versions_of(service_id),
    )  # fmt: skip


@bp.route("/office/services/<int:service_id>/facts", methods=["GET", "POST"])
@access.requires(EDIT)
def change(service_id: int) -> ResponseReturnValue:
    """State the facts of a service anew."""
    service = _service(service_id)
    form = listing_forms.ListingForm(data=listing_forms.listing_data(service))
    form.offer_buyers(queries.buyers_of_governments(_governments()))
    return forms.handle(
        form,
        act=lambda form: actions.change_listing(service_id, form.listing(service), governments=_governments()),
        then=_page(service_id),
        template="services/form.html",
        service=service,
    )


@bp.route("/office/services/<int:service_id>/places/new", methods=["GET", "POST"])
@access.requires(EDIT)
def add_place(service_id: int) -> ResponseReturnValue:
    """Add a place."""
    return forms.handle(
        listing_forms.PlaceForm(),
        act=lambda form: actions.set_place(service_id, None, form.place(), governments=_governments()),
        then=_page(service_id),
        template="services/place.html",
        service=_service(service_id),
    )


@bp.route("/office/services/<int:service_id>/places/<int:number>", methods=["GET", "POST"])
@access.requires(EDIT)
def change_place(service_id: int, number: int) -> ResponseReturnValue:
    """State a place and its hours anew."""
    service = _service(service_id)
    place = _place(service, number)
    return forms.handle(
        listing_forms.PlaceForm(data=listing_forms.place_data(place)),
        act=lambda form: actions.set_place(service_id, number, form.place(place), governments=_governments()),
        then=_page(service_id),
        template="services/place.html",
        service=service,
    )


@bp.route("/office/services/<int:service_id>/places/<int:number>/remove", methods=["GET", "POST"])
@access.requires(EDIT)
def remove_place(service_id: int, number: int) -> ResponseReturnValue:
    """Take a place off a service."""
    service = _service(service_id)
    return forms.handle(
        listing_forms.ConfirmForm(),
        act=lambda _: actions.remove_place(service_id, number, governments=_governments()),
        then=_page(service_id),
        template="services/confirm.html",
        service=service, act_name="remove", place=_place(service, number), rules=rules,
    )  # fmt: skip


@bp.route("/office/services/<int:service_id>/check", methods=["GET", "POST"])
@access.requires(EDIT)
def check(service_id: int) -> ResponseReturnValue:
    """Note that everything in the listing was checked."""
    return forms.handle(
        listing_forms.CheckForm(),
        act=lambda form: actions.check_listing(service_id, on=form.on.data, governments=_governments()),
        then=_page(service_id),
        template="services/check.html",
        service=_service(service_id),
    )


@bp.route("/office/services/<int:service_id>/close", methods=["GET", "POST"])
@access.requires(EDIT)
def close(service_id: int) -> ResponseReturnValue:
    """Close a service for a while or for good."""
    return forms.handle(
        listing_forms.CloseForm(),
        act=lambda form: actions.close_service(
            service_id, form.alert.data or "", for_good=bool(form.for_good.data), governments=_governments(),
            alert_en=form.alert_en.data or None,
        ),
        then=_page(service_id),
        template="services/close.html",
        service=_service(service_id),
    )  # fmt: skip


@bp.route("/office/services/<int:service_id>/reopen", methods=["GET", "POST"])
@access.requires(EDIT)
def reopen(service_id: int) -> ResponseReturnValue:
    """Open a service again."""
    return forms.handle(
        listing_forms.ConfirmForm(),
        act=lambda _: actions.reopen_service(service_id, governments=_governments()),
        then=_page(service_id),
        template="services/confirm.html",
        service=_service(service_id), act_name="reopen", place=None, rules=rules,
    )  # fmt: skip


@bp.route("/office/services/<int:service_id>/contracts/new", methods=["GET", "POST"])
@access.requires(EDIT)
def add_contract(service_id: int) -> ResponseReturnValue:
    """Record a contract under which the service is delivered."""
    return forms.handle(
        listing_forms.ContractForm(),
        act=lambda form: actions.record_contract(
            service_id, form.ocid.data or "", form.contract.data or "", governments=_governments()
        ),
        then=_page(service_id),
        template="services/contract.html",
        service=_service(service_id),
    )


@bp.route("/office/services/<int:service_id>/contracts/<int:number>/forget", methods=["GET", "POST"])
@access.requires(EDIT)
def forget_contract(service_id: int, number: int) -> ResponseReturnValue:
    """Undo a contract that was recorded by mistake."""
    contract = next((one for one in queries.contracts_of(service_id) if one.id == number), None)
    if contract is None:
        raise NotFoundError
    ocid, contract_id = contract.ocid, contract.contract_id
    return forms.handle(
        listing_forms.ConfirmForm(),
        act=lambda _: actions.forget_contract(service_id, ocid, contract_id, governments=_governments()),
        then=_page(service_id),
        template="services/confirm.html",
        service=_service(service_id), act_name="forget", place=None, contract=contract, rules=rules,
    )  # fmt: skip


@bp.route("/office/services/reports/<int:report_id>", methods=["GET", "POST"])
@access.requires(EDIT)
def answer(report_id: int) -> ResponseReturnValue:
    """Answer what a resident found wrong."""
    report = queries.report_in_office(report_id, _governments())
    return forms.handle(
        listing_forms.AnswerForm(),
        act=lambda form: actions.answer_report(report_id, form.answer.data or "", governments=_governments()),
        then=_page,
        template="services/answer.html",
        report=report,
        service=report.service,
    )


def _governments() -> frozenset[int]:
    return access.actor().government_ids_for(EDIT)


def _service(service_id: int) -> Service:
    return queries.service_in_office(service_id, _governments())


def _place(service: Service, number: int) -> ServicePlace:
    found = next((place for place in service.places if place.number == number), None)
    if found is None:
        raise NotFoundError
    return found


def _page(service_id: int) -> str:
    return url_for("services_office.show", service_id=service_id)
