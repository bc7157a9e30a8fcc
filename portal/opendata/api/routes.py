"""The API: for everybody, without a key, from any page."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, redirect, request, url_for

from portal.kernel.errors import NotFoundError
from portal.opendata.api import changes, describing, listing
from portal.opendata.api.asking import Asked, read_names
from portal.web import access, bodies, caching, links

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from portal.opendata.api.listing import Json
    from portal.settings import Settings

EVERY_VERSION = "/api/"
bp = Blueprint("api", __name__, url_prefix=listing.ROOT)
JSON = "application/json; charset=utf-8"
EXPOSED = "ETag, Link, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
CROSS_ORIGIN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


@bp.get("/")
@access.public
def index() -> ResponseReturnValue:
    """Tell which datasets there are and where everything else is; lead people to the page that is for them."""
    if caching.is_for_reading():
        return redirect(url_for("api_reference.page"), HTTPStatus.SEE_OTHER)
    answer = _answer(describing.index())
    answer.vary.add("Sec-Fetch-Dest")
    return answer


@bp.get("/openapi.json")
@access.public
@bodies.kept
def openapi() -> ResponseReturnValue:
    """Describe the API for programs (OpenAPI 3.1)."""
    return _answer(describing.openapi())


@bp.get("/<name>")
@access.public
@bodies.kept
def rows(name: str) -> ResponseReturnValue:
    """Give a page of a dataset."""
    asked = Asked.read(listing.dataset(name), request.args)
    return _answer(listing.page(asked) if asked.since is None else changes.page(asked))


@bp.get("/<name>/<path:identifier>")
@access.public
@bodies.kept
def row(name: str, identifier: str) -> ResponseReturnValue:
    """Give one row of a dataset."""
    dataset = listing.dataset(name)
    return _answer(listing.row(dataset, identifier, read_names(dataset, request.args)))


@bp.get("/<name>/")
@access.public
def nothing(name: str) -> ResponseReturnValue:
    """Say that there is nothing, instead of guessing what was meant."""
    del name
    raise NotFoundError


@bp.after_app_request
def _let_any_page_ask(response: Response) -> Response:
    """Let scripts of any site read the answers, errors too: they are public and depend on nobody."""
    if request.path.startswith(EVERY_VERSION):
        for name, value in CROSS_ORIGIN.items():
            response.headers[name] = value
        if request.method == "OPTIONS":
            response.headers.update(PREFLIGHT)
    return response


def _answer(said: Json) -> Response:
    response = Response(json.dumps(said, ensure_ascii=False), content_type=JSON)
    settings: Settings = current_app.extensions["settings"]
    response.headers["Link"] = ", ".join(f'<{target}>; rel="{rel}"' for rel, target in _links(said, settings))
    return response


def _links(said: Json, settings: Settings) -> list[tuple[str, str]]:
    found = said.get("links")
    following = [("next", str(found["next"]))] if isinstance(found, dict) and found.get("next") else []
    return [
        *following,
        ("license", settings.licence_url),
        ("service-desc", f"{links.public_url()}{listing.ROOT}/openapi.json"),
    ]
