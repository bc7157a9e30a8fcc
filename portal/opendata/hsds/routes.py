"""The HSDS interface: for everybody, without a key, from any page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from portal.opendata.hsds import describing, listing, taxonomies
from portal.opendata.hsds.listing import Asked
from portal.web import access
from portal.web.streaming import Streamed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from portal.opendata.hsds.rules import Json

bp = Blueprint("hsds", __name__, url_prefix="/hsds")
JSON, NDJSON = "application/json; charset=utf-8", "application/x-ndjson; charset=utf-8"


@bp.get("/")
@access.public
def root() -> ResponseReturnValue:
    """Tell what this interface is."""
    return _answer(describing.root())


@bp.get("/openapi.json")
@access.public
def openapi() -> ResponseReturnValue:
    """Describe the interface."""
    return _answer(describing.openapi())


@bp.get("/profile")
@access.public
def profile_index() -> ResponseReturnValue:
    """Tell what the profile changes."""
    return _answer(describing.profile())


@bp.get("/profile/<name>.json")
@access.public
def profile_file(name: str) -> ResponseReturnValue:
    """Give one patch of the profile."""
    return _answer(describing.profile_file(name))


@bp.get("/services")
@access.public
def services() -> ResponseReturnValue:
    """Give a page of services, or all of them one a line."""
    asked = Asked.read(request.args)
    if asked.format == "ndjson":
        lines = Streamed(lambda: (_bytes(one) + b"\n" for one in listing.all_services(asked)))
        return Response(lines, content_type=NDJSON)
    return _answer(listing.services_page(asked))


@bp.get("/services/<identifier>")
@access.public
def service(identifier: str) -> ResponseReturnValue:
    """Give one service whole."""
    return _answer(listing.service(identifier))


@bp.get("/organizations")
@access.public
def organizations() -> ResponseReturnValue:
    """Give a page of organisations."""
    return _answer(listing.organizations_page(Asked.read(request.args)))


@bp.get("/organizations/<identifier>")
@access.public
def organization(identifier: str) -> ResponseReturnValue:
    """Give one organisation."""
    return _answer(listing.organization(identifier))


@bp.get("/service_at_locations")
@access.public
def service_at_locations() -> ResponseReturnValue:
    """Give a page of places where services are given."""
    return _answer(listing.places_page(Asked.read(request.args)))


@bp.get("/service_at_locations/<identifier>")
@access.public
def service_at_location(identifier: str) -> ResponseReturnValue:
    """Give one place where a service is given."""
    return _answer(listing.place(identifier))


@bp.get("/taxonomies")
@access.public
def all_taxonomies() -> ResponseReturnValue:
    """Give a page of taxonomies."""
    return _answer(listing.listed(taxonomies.taxonomies(), Asked.read(request.args)))


@bp.get("/taxonomies/<identifier>")
@access.public
def taxonomy(identifier: str) -> ResponseReturnValue:
    """Give one taxonomy."""
    return _answer(listing.named(taxonomies.taxonomies(), identifier))


@bp.get("/taxonomy_terms")
@access.public
def taxonomy_terms() -> ResponseReturnValue:
    """Give a page of terms."""
    asked = Asked.read(request.args)
    return _answer(listing.listed(taxonomies.terms(taxonomy_id=asked.taxonomy_id), asked))


@bp.get("/taxonomy_terms/<identifier>")
@access.public
def taxonomy_term(identifier: str) -> ResponseReturnValue:
    """Give one term."""
    return _answer(listing.named(taxonomies.terms(), identifier))


@bp.after_request
def _let_any_page_ask(response: Response) -> Response:
    """Let scripts of any site read the answers: they are public and depend on nobody."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _answer(said: Json) -> Response:
    return Response(_bytes(said), content_type=JSON)


def _bytes(said: Json) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
