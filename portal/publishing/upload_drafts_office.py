"""Pages of the drafts of a file, for officials: what became of them, and what is done with all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, make_response, render_template, request, url_for

from portal.procurement import field_changes
from portal.publishing import forms as draft_forms
from portal.publishing import rules, upload_drafts, uploads
from portal.publishing import upload_rules as file_rules
from portal.publishing.notices.model import notice_types
from portal.publishing.permissions import DRAFT, PUBLISH, READ
from portal.publishing.rules import DraftStatus
from portal.publishing.upload_forms import ApproveAllForm
from portal.publishing.upload_office import LOOK_AGAIN_SECONDS
from portal.web import access, forms

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from portal.publishing.upload_models import Upload

bp = Blueprint("upload_drafts", __name__)
LARGEST_DRAW = 1000


@bp.get("/office/releases/upload/<int:upload_id>/drafts")
@access.requires(READ)
def show(upload_id: int) -> ResponseReturnValue:
    """Show how many drafts of a file are in which state, and what can be done with all of them."""
    kept, actor = _upload(upload_id, READ), access.actor()
    counts, is_still = upload_drafts.status_counts(kept), "still" in request.args
    answer = make_response(
        render_template(
            "publishing/upload_drafts.html",
            upload=kept,
            counts=counts,
            rules=rules,
            file_rules=file_rules,
            may_draft=actor.can(DRAFT, government_id=kept.government_id),
            is_still=is_still,
            may_publish=actor.can(PUBLISH, government_id=kept.government_id),
        )
    )
    if counts[DraftStatus.APPROVED] and not is_still:
        answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return answer


@bp.route("/office/releases/upload/<int:upload_id>/drafts/approve", methods=["GET", "POST"])
@access.requires(PUBLISH)
def approve(upload_id: int) -> ResponseReturnValue:
    """Say what is approved with all drafts of a file, and approve them in one act."""
    kept, person, draw = _upload(upload_id, PUBLISH), access.actor().person_id, _draw()
    return forms.handle(
        ApproveAllForm(), then=url_for(".show", upload_id=upload_id),
        act=lambda form: upload_drafts.approve_all(
            upload_id, token=form.token.data or "", by=person, governments=_governments(PUBLISH)
        ),
        template="publishing/upload_approve.html", upload=kept, draw=draw,
        gather=lambda: upload_drafts.for_approval(kept, by=person, draw=draw), types=notice_types(),
        kind_names=field_changes.KIND_NAMES,
    )  # fmt: skip


@bp.route("/office/releases/upload/<int:upload_id>/drafts/return", methods=["GET", "POST"])
@access.requires(PUBLISH)
def send_back(upload_id: int) -> ResponseReturnValue:
    """Give all drafts of a file back, with what is to be changed."""
    return forms.handle(
        draft_forms.ReasonForm(), then=url_for(".show", upload_id=upload_id),
        act=lambda form: upload_drafts.return_all(
            upload_id, form.reason.data or "", by=access.actor().person_id, governments=_governments(PUBLISH)
        ),
        template="publishing/upload_drafts_act.html", act_name="return", upload=_upload(upload_id, PUBLISH),
    )  # fmt: skip


@bp.route("/office/releases/upload/<int:upload_id>/drafts/<any(submit, discard):act_name>", methods=["GET", "POST"])
@access.requires(DRAFT)
def act_on_all(upload_id: int, act_name: str) -> ResponseReturnValue:
    """Submit all drafts of a file that nobody has changed, or throw all away that were not handed on."""
    act = upload_drafts.submit_all if act_name == "submit" else upload_drafts.discard_all
    kept = _upload(upload_id, DRAFT)
    return forms.handle(
        draft_forms.ConfirmForm(), then=url_for(".show", upload_id=upload_id),
        act=lambda _: act(upload_id, by=access.actor().person_id, governments=_governments(DRAFT)),
        template="publishing/upload_drafts_act.html", act_name=act_name, upload=kept,
        given_back=upload_drafts.given_back(kept) if act_name == "submit" else 0,
    )  # fmt: skip


def _upload(upload_id: int, permission: str) -> Upload:
    return uploads.upload_in_office(upload_id, _governments(permission))


def _governments(permission: str) -> frozenset[int]:
    return access.actor().government_ids_for(permission)


def _draw() -> int:
    """Read which sample is asked for; the first where it is no number."""
    raw = request.args.get("sample", "")
    return min(int(raw), LARGEST_DRAW) if raw.isascii() and raw.isdigit() and len(raw) <= len(str(LARGEST_DRAW)) else 1
