"""The catalogue at its addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from portal.kernel.canonical import sha256_hex
from portal.kernel.errors import NotFoundError
from portal.opendata.catalogue.writing import JSON_LD, MEDIA_TYPES, TURTLE, written
from portal.web import access, caching

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("catalogue", __name__)
OFFERED = {"text/html": "", "application/ld+json": JSON_LD, "application/json": JSON_LD, "text/turtle": TURTLE}


@bp.get("/catalog.<extension>")
@access.public
def catalog(extension: str) -> ResponseReturnValue:
    """Answer with the catalogue by DCAT-AP."""
    if extension not in MEDIA_TYPES:
        raise NotFoundError
    caching.do_not_keep()  # a new snapshot is in it and changes no page: its bytes alone tell whether it is new
    body = written(extension)
    tag = sha256_hex(body)
    is_known = tag in {one.partition(":")[0] for one in request.if_none_match.as_set()}  # packed, it ends with :br
    answer = Response(status=304) if is_known else Response(body, content_type=MEDIA_TYPES[extension])
    answer.headers["Cache-Control"] = "no-cache"
    answer.set_etag(tag)
    return answer


@bp.get("/catalog")
@access.public
def negotiated() -> ResponseReturnValue:
    """Lead to the catalogue in the form that was asked for: people to the page of open data."""
    best = OFFERED[request.accept_mimetypes.best_match(list(OFFERED), "text/html")]
    there = url_for("catalogue.catalog", extension=best) if best else url_for("opendata.data")
    answer = redirect(there, 303)
    answer.headers["Vary"] = "Accept"
    return answer
