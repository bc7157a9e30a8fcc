"""Pages of documents, for officials: hand in, look at what was found, publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, render_template, request, url_for

from portal.disclosure import actions, queries, rules
from portal.disclosure.actions import Received
from portal.disclosure.downloads import saved
from portal.disclosure.forms import DISCARD, ORIGINAL, RELEASES, PublishForm, UploadForm
from portal.disclosure.permissions import DRAFT, PUBLISH
from portal.disclosure.portions import portion
from portal.procurement.rules import TAG_NAMES
from portal.web import access, forms
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import FileStorage

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
    said = {name: request.args.get(name, "")[:200] for name in ("ocid", "release")}
    form = UploadForm(data=said)
    by = rules.person(access.actor().person_id)
    return forms.handle(
        form,
        act=lambda form: _received(form, by=by),
        then=url_for(".index"),
        template="disclosure/upload.html",
        releases=queries.releases_of(form.ocid.data or ""),
        list_id=RELEASES,
        tags=TAG_NAMES,
    )


def _received(form: UploadForm, *, by: str) -> None:
    queries.check_place(form.ocid.data, None)
    release_id = queries.release_id(form.ocid.data, form.release.data or "")
    files = [(file.filename or "", _read(file)) for file in form.files.data]
    for _, data in files:
        rules.check_size(len(data))
    for filename, data in files:
        told = Received(form.ocid.data, filename, form.title.data or "", form.title_en.data or None, release_id, by=by)
        actions.receive(data, told)


def _read(file: FileStorage) -> bytes:
    with file.stream:
        return file.stream.read()


@bp.route("/office/documents/<int:document_id>", methods=["GET", "POST"])
@access.requires(DRAFT)
def draft(document_id: int) -> ResponseReturnValue:
    """Show what was found in a draft; let whoever may publish it do so, and others throw it away."""
    found, form = queries.draft(document_id), PublishForm()
    may_publish, by = access.actor().can(PUBLISH), rules.person(access.actor().person_id)
    form.offer(has_findings=bool(found.findings), may_publish=may_publish)
    return forms.handle(
        form,
        act=lambda form: _decide(document_id, form, by=by),
        then=lambda shown: url_for("disclosure.document", document_id=shown) if shown else url_for(".index"),
        template="disclosure/draft.html",
        document=found,
        names=rules,
        may_publish=may_publish,
        is_own=found.added_by == by,
        page=portion(found.pages, Filters.from_request().page),
    )


@bp.get("/office/documents/<int:document_id>/original")
@access.requires(PUBLISH)
def original(document_id: int) -> ResponseReturnValue:
    """Give the original of a draft to whoever decides what becomes of it."""
    found = queries.draft(document_id)
    return saved(found.sha256, found.filename, found.media_type)


def _decide(document_id: int, form: PublishForm, *, by: str) -> int | None:
    """Do what was chosen; give the number of what is public now."""
    if form.how.data == DISCARD:
        actions.discard(document_id)
        return None
    shows_original = form.how.data == ORIGINAL
    return actions.publish(document_id, by=by, original=shows_original, reason=form.reason.data or "").id
