"""What the HSDS interface says of itself: its root, its profile, its OpenAPI description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app

from portal.kernel.errors import NotFoundError
from portal.opendata.hsds.listing import MOST_PAGES
from portal.opendata.hsds.rules import PROFILE_VERSION, VERSION
from portal.web import links

if TYPE_CHECKING:
    from portal.opendata.hsds.rules import Json
    from portal.settings import Settings

PROFILE = Path(__file__).parent / "profile"
PAGED = ("search", "page", "per_page")
NARROWING = ("taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "region")
PATHS = {
    "/services": ("listServices", (*PAGED, *NARROWING, "minimal", "full", "format"), "page"),
    "/services/{id}": ("getService", (), "service"),
    "/organizations": ("listOrganizations", (*PAGED, "modified_after"), "page"),
    "/organizations/{id}": ("getOrganization", (), "organization"),
    "/service_at_locations": ("listServiceAtLocations", (*PAGED, *NARROWING), "page"),
    "/service_at_locations/{id}": ("getServiceAtLocation", (), "service_at_location"),
    "/taxonomies": ("listTaxonomies", PAGED, "page"),
    "/taxonomies/{id}": ("getTaxonomy", (), "taxonomy"),
    "/taxonomy_terms": ("listTaxonomyTerms", (*PAGED, "taxonomy_id"), "page"),
    "/taxonomy_terms/{id}": ("getTaxonomyTerm", (), "taxonomy_term"),
}
TYPES: dict[str, Json] = {
    "page": {"type": "integer", "minimum": 1, "maximum": MOST_PAGES},
    "per_page": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
    "modified_after": {
        "type": "string",
        "anyOf": [{"format": "date"}, {"format": "date-time"}],
        "description": "A day or a moment; what changed then is included.",
    },
    "region": {"type": "string", "description": "Code of GB/T 2260: services for residents of that region."},
    "minimal": {"type": "boolean"},
    "full": {"type": "boolean"},
    "format": {"type": "string", "enum": ["json", "ndjson"]},
}


def root() -> Json:
    """Tell the version, the profile, and where everything else is."""
    settings: Settings = current_app.extensions["settings"]
    return {
        "version": VERSION,
        "profile": links.absolute("hsds.profile_index"),
        "openapi_url": links.absolute("hsds.openapi"),
        "description": f"{settings.publisher_name}: services that residents can use.",
        "publisher": {"name": settings.publisher_name, "website": links.public_url()},
        "license": settings.licence_url,
    }


def profile() -> Json:
    """Tell which schemas the profile changes: each file is a JSON Merge Patch (RFC 7386) on that of HSDS."""
    names = sorted(path.name for path in PROFILE.glob("*.json"))
    return {
        "name": "sanwen",
        "version": PROFILE_VERSION,
        "hsds_version": VERSION,
        "files": {name: links.absolute("hsds.profile_file", name=name.removesuffix(".json")) for name in names},
    }


def profile_file(name: str) -> Json:
    """Give the patch of one schema.

    Raises:
        NotFoundError: the profile does not change that schema.
    """
    path = PROFILE / f"{name}.json"
    if not name.isidentifier() or not path.exists():
        raise NotFoundError
    patch: Json = json.loads(path.read_text("utf-8"))
    return patch


def openapi() -> Json:
    """Describe the interface, each operation with a name of its own."""
    settings: Settings = current_app.extensions["settings"]
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{settings.publisher_name} · HSDS", "version": PROFILE_VERSION},
        "servers": [{"url": links.public_url() + "/hsds"}],
        "paths": {
            path: {"get": _operation(path, *told)} for path, told in {"/": ("getRoot", (), "root"), **PATHS}.items()
        },
    }


def _operation(path: str, name: str, parameters: tuple[str, ...], answer: str) -> Json:
    said: list[Json] = [
        {"name": one, "in": "query", "schema": TYPES.get(one, {"type": "string"})} for one in parameters
    ]
    if "{id}" in path:
        said.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}})
    content: Json = {"application/json": {"schema": {"type": "object"}}}
    if "format" in parameters:
        content["application/x-ndjson"] = {"schema": {"type": "string"}}
    return {
        "operationId": name,
        "parameters": said,
        "responses": {
            "200": {"description": answer, "content": content},
            "400": {"description": "A parameter cannot be read (application/problem+json)."},
            **({"404": {"description": "There is none, or it may not be seen."}} if "{id}" in path else {}),
        },
    }
