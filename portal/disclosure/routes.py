"""Pages of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, Response, render_template

from portal.disclosure import files, queries
from portal.web import access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("disclosure", __name__)


@bp.get("/documents/<int:document_id>")
@access.public
def document(document_id: int) -> ResponseReturnValue:
    """Show the text of a document, its hash and its original."""
    return render_template("disclosure/document.html", document=queries.document(document_id))


@bp.get("/documents/<int:document_id>/original")
@access.public
def original(document_id: int) -> ResponseReturnValue:
    """Give the original; it is saved, never shown in our pages' name."""
    found = queries.document(document_id)
    response = Response(files.store().get(found.sha256), content_type=found.media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.filename)}"
    response.headers["Content-Security-Policy"] = "sandbox"
    return response
