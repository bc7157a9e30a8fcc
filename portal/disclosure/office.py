"""Pages of documents, for officials: hand in, look at what was found, publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, render_template, request, url_for

from portal.disclosure import actions, queries, rules
from portal.disclosure.actions import Received
from portal.disclosure.forms import DISCARD, ORIGINAL, PublishForm, UploadForm
from portal.disclosure.permissions import DRAFT, PUBLISH
from portal.web import access, forms
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("disclosure_office", __name__)
MARGIN = 100_000  # what a form takes around its files


@bp.get("/office/documents")
@access.requires(DRAFT)
def index() -> ResponseReturnValue:
    """List drafts, then what was published."""
    page = paginate(queries.in_office(), Filters.from_request().page)
    return render_template("disclosure/office.html", page=page, names=rules)


@bp.route("/office/documents/new", methods=["GET", "POST"])
@access.requires(DRAFT)
def new() -> ResponseReturnValue:
    """Hand in files; each becomes a draft."""
    request.max_content_length = current_app.extensions["settings"].upload_bytes + MARGIN
    form = UploadForm(data={"ocid": request.args.get("ocid", "")[:200]})
    return forms.handle(form, act=_received, then=url_for("disclosure_office.index"), template="disclosure/upload.html")


def _received(form: UploadForm) -> None:
    release_id = queries.release_id(form.ocid.data, form.release.data or "")
    for file in form.files.data:
        with file.stream:
            data = file.read()
        told = Received(
            form.ocid.data, file.filename or "", form.title.data or "", form.title_en.data or None, release_id
        )
        actions.receive(data, told)


@bp.route("/office/documents/<int:document_id>", methods=["GET", "POST"])
@access.requires(PUBLISH)
def draft(document_id: int) -> ResponseReturnValue:
    """Show what was found in a draft; publish it or throw it away."""
    found, form = queries.draft(document_id), PublishForm()
    form.offer(has_findings=bool(found.findings))
    by = f"person:{access.actor().person_id}"
    return forms.handle(
        form,
        act=lambda form: _decide(document_id, form, by=by),
        then=lambda shown: url_for("disclosure.document", document_id=shown) if shown else url_for(".index"),
        template="disclosure/draft.html",
        document=found,
        names=rules,
    )


def _decide(document_id: int, form: PublishForm, *, by: str) -> int | None:
    """Do what was chosen; give the number of what is public now."""
    if form.how.data == DISCARD:
        actions.discard(document_id)
        return None
    shows_original = form.how.data == ORIGINAL
    return actions.publish(document_id, by=by, original=shows_original, reason=form.reason.data or "").id
