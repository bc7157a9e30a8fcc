"""Pages of lawful erasure, for officials: propose, read what would go, confirm, refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from portal.procurement import details
from portal.procurement import rules as release_rules
from portal.publishing.erasures import actions, queries, rules
from portal.publishing.erasures import forms as erasure_forms
from portal.publishing.permissions import PUBLISH, READ
from portal.web import access, forms
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from portal.procurement.details import Section
    from portal.publishing.erasures.models import Erasure

bp = Blueprint("erasures", __name__)


@bp.get("/office/erasures")
@access.requires(READ)
def index() -> ResponseReturnValue:
    """List what is proposed, done and refused, what waits first."""
    filters = Filters.from_request()
    page = paginate(queries.erasures(_governments()), filters.page)
    return render_template(
        "publishing/erasures/index.html", page=page, filters=filters, rules=rules, names=release_rules
    )


@bp.route("/office/erasures/new", methods=["GET", "POST"])
@access.requires(READ)
def propose() -> ResponseReturnValue:
    """Propose that a publication is erased; `release` in the address fills in which."""
    return forms.handle(
        erasure_forms.ProposeForm(data={"release": request.args.get("release", "")}),
        act=lambda form: actions.propose_erasure(
            form.release.data or "", basis=form.basis.data or "", reason=form.reason.data or "", by=_by(),
            governments=_governments(),
        ).id,
        then=lambda number: url_for(".show", erasure_id=number), template="publishing/erasures/propose.html",
    )  # fmt: skip


@bp.get("/office/erasures/<int:erasure_id>")
@access.requires(READ)
def show(erasure_id: int) -> ResponseReturnValue:
    """Show a proposal in any state, with what can be done with it."""
    erasure, actor = queries.erasure_in_office(erasure_id, _governments()), access.actor()
    return render_template(
        "publishing/erasures/show.html", erasure=erasure, rules=rules, names=release_rules, is_own=_is_own(erasure),
        may_publish=actor.can(PUBLISH, government_id=erasure.government_id),
    )  # fmt: skip


@bp.route("/office/erasures/<int:erasure_id>/confirm", methods=["GET", "POST"])
@access.requires(PUBLISH)
def confirm(erasure_id: int) -> ResponseReturnValue:
    """Read everything that would vanish, and confirm that it goes."""
    erasure = queries.erasure_in_office(erasure_id, _governments(PUBLISH))
    return forms.handle(
        erasure_forms.ConfirmForm(),
        act=lambda _: actions.confirm_erasure(erasure_id, by=_by(), governments=_governments(PUBLISH)),
        then=_page(erasure_id), template="publishing/erasures/confirm.html", erasure=erasure, rules=rules,
        names=release_rules, is_own=_is_own(erasure), said=lambda: _said(erasure), raw=lambda: _raw(erasure),
    )  # fmt: skip


@bp.route("/office/erasures/<int:erasure_id>/refuse", methods=["GET", "POST"])
@access.requires(PUBLISH)
def refuse(erasure_id: int) -> ResponseReturnValue:
    """Refuse a proposal, with the reason."""
    return forms.handle(
        erasure_forms.RefuseForm(),
        act=lambda form: actions.refuse_erasure(
            erasure_id, form.reason.data or "", by=_by(), governments=_governments(PUBLISH)
        ),
        then=_page(erasure_id), template="publishing/erasures/refuse.html",
        erasure=queries.erasure_in_office(erasure_id, _governments(PUBLISH)),
    )  # fmt: skip


@bp.route("/office/erasures/<int:erasure_id>/withdraw", methods=["GET", "POST"])
@access.requires(READ)
def withdraw(erasure_id: int) -> ResponseReturnValue:
    """Take one's own proposal back."""
    return forms.handle(
        erasure_forms.ConfirmForm(),
        act=lambda _: actions.withdraw_erasure(erasure_id, by=_by(), governments=_governments()),
        then=_page(erasure_id), template="publishing/erasures/withdraw.html",
        erasure=queries.erasure_in_office(erasure_id, _governments()),
    )  # fmt: skip


def _said(erasure: Erasure) -> Sequence[Section]:
    """Give what a publication says; nothing any more where somebody was quicker."""
    return [] if erasure.release.is_withheld else details.sections(erasure.release.body)


def _raw(erasure: Erasure) -> str:
    """Write everything that a publication says, as its own page does."""
    return json.dumps(erasure.release.body, ensure_ascii=False, indent=2, sort_keys=True)


def _is_own(erasure: Erasure) -> bool:
    return _by() == erasure.proposed_by


def _by() -> int:
    return access.actor().person_id


def _governments(permission: str = READ) -> frozenset[int]:
    return access.actor().government_ids_for(permission)


def _page(erasure_id: int) -> str:
    return url_for("erasures.show", erasure_id=erasure_id)
