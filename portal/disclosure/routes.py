"""Pages of documents, for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from portal.disclosure import queries, rules
from portal.disclosure.downloads import saved
from portal.disclosure.portions import portion
from portal.kernel.errors import NotFoundError
from portal.procurement.queries import describe_processes
from portal.web import access
from portal.web.filters import Filters
from portal.web.locale import pick

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("disclosure", __name__)


@bp.get("/documents/<int:document_id>")
@access.public
def document(document_id: int) -> ResponseReturnValue:
    """Show the text of a document, its hashes, and how well it was read; long text in portions."""
    found = queries.document(document_id)
    page = portion(found.pages, Filters.from_request().page)
    named = describe_processes([found.ocid]).get(found.ocid)
    return render_template(
        "disclosure/document.html", document=found, page=page, filters=Filters(), names=rules,
        purchase=pick(named.title, named.title_en) if named else found.ocid,
    )  # fmt: skip


@bp.get("/documents/<int:document_id>/original")
@access.public
def original(document_id: int) -> ResponseReturnValue:
    """Give the original, unless it is withheld; it is saved, never shown in our pages' name."""
    found = queries.document(document_id)
    if found.is_withheld:
        raise rules.WithheldError
    return saved(found.sha256, found.filename, found.media_type)


@bp.get("/documents/<int:document_id>/rendition")
@access.public
def rendition(document_id: int) -> ResponseReturnValue:
    """Give the text of a withheld document, with personal data masked, as a file."""
    found = queries.document(document_id)
    if found.rendition_sha256 is None:
        raise NotFoundError
    return saved(
        found.rendition_sha256,
        f"{found.filename.rpartition('.')[0] or found.filename}.txt",
        "text/plain; charset=utf-8",
    )
