"""Pages of documents, for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, Response, render_template

from portal.disclosure import files, queries, rules
from portal.kernel.errors import NotFoundError
from portal.web import access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("disclosure", __name__)


@bp.get("/documents/<int:document_id>")
@access.public
def document(document_id: int) -> ResponseReturnValue:
    """Show the text of a document, its hashes, and how well it was read."""
    return render_template("disclosure/document.html", document=queries.document(document_id), names=rules)


@bp.get("/documents/<int:document_id>/original")
@access.public
def original(document_id: int) -> ResponseReturnValue:
    """Give the original, unless it is withheld; it is saved, never shown in our pages' name."""
    found = queries.document(document_id)
    if found.is_withheld:
        raise rules.WithheldError
    return _saved(found.sha256, found.filename, found.media_type)


@bp.get("/documents/<int:document_id>/rendition")
@access.public
def rendition(document_id: int) -> ResponseReturnValue:
    """Give the text of a withheld document, with personal data masked, as a file."""
    found = queries.document(document_id)
    if found.rendition_sha256 is None:
        raise NotFoundError
    return _saved(
        found.rendition_sha256,
        f"{found.filename.rpartition('.')[0] or found.filename}.txt",
        "text/plain; charset=utf-8",
    )


def _saved(sha256: str, filename: str, media_type: str) -> Response:
    response = Response(files.store().pieces(sha256), content_type=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
    response.headers["Content-Security-Policy"] = "sandbox"
    return response
