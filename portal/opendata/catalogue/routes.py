"""The catalogue at its addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from portal.kernel.errors import NotFoundError
from portal.opendata.catalogue.writing import JSON_LD, MEDIA_TYPES, TURTLE, written
from portal.web import access

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
    return Response(written(extension), content_type=MEDIA_TYPES[extension])


@bp.get("/catalog")
@access.public
def negotiated() -> ResponseReturnValue:
    """Lead to the catalogue in the form that was asked for: people to the page of open data."""
    best = OFFERED[request.accept_mimetypes.best_match(list(OFFERED), "text/html")]
    there = url_for("catalogue.catalog", extension=best) if best else url_for("opendata.data")
    answer = redirect(there, 303)
    answer.headers["Vary"] = "Accept"
    return answer
