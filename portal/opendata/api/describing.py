"""What the API says of itself: its index, and its OpenAPI 3.1 description."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app
from flask_babel import gettext

from portal.kernel.text import N_
from portal.opendata.api import listing, rules, schemas
from portal.opendata.hsds import describing as hsds
from portal.web import links
from portal.web.filters import Filters
from portal.web.locale import CHINESE, spoken_in

if TYPE_CHECKING:
    from portal.exporting.dataset import Dataset
    from portal.opendata.api.listing import Json
    from portal.settings import Settings

ABOUT = N_(
    "Everything that is published here, for programs: without a key, without an account. Rows have the same names and "
    "types as in the files; a page of a list is followed by links.next."
)
PROBLEMS = {
    "400": N_("A parameter cannot be read; the answer says which and what to do."),
    "404": N_("There is none, or it may not be seen."),
    "410": N_("It was withdrawn or erased; the answer says why."),
    "429": N_("Too many requests from one address; Retry-After says how many seconds to wait."),
}
UNCHANGED = N_("Nothing has changed since the ETag that was sent.")


def index() -> Json:
    """List the datasets, each with where it lies and what it is."""
    with spoken_in(CHINESE):
        data = [_introduced(dataset) for dataset in listing.datasets()]
    return {
        "data": data,
        "links": {
            "self": links.absolute("api.index"),
            "openapi": links.absolute("api.openapi"),
            "documentation": links.absolute("api_reference.page"),
            "hsds": links.absolute("hsds.root"),
            "search": links.public_url() + "/search.jsonl?q=",
        },
        "meta": {"version": rules.VERSION, "license": _settings().licence_url, "publisher": _settings().publisher_name},
    }


def openapi() -> Json:
    """Describe every address of the API, and those of HSDS beside it."""
    found = listing.datasets()
    paths: Json = {"/api/v1/": {"get": _index_operation()}}
    for dataset in found:
        paths[f"/api/v1/{dataset.name}"] = {"get": _list_operation(dataset)}
        paths[f"/api/v1/{dataset.name}/{{id}}"] = {"get": _row_operation(dataset)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{_settings().publisher_name} · API",
            "version": rules.VERSION,
            "description": schemas.said(ABOUT),
            "license": {"name": _settings().licence_url, "url": _settings().licence_url},
        },
        "servers": [{"url": links.public_url()}],
        "tags": [{"name": one.name, "description": schemas.said(one.description)} for one in found]
        + [{"name": "hsds", "description": "Open Referral HSDS 3.1"}],
        "paths": paths | _hsds_paths(),
        "components": {"schemas": _schemas(), "responses": _problems()},
    }


def _introduced(dataset: Dataset) -> Json:
    return {
        "name": dataset.name,
        "title": gettext(dataset.title),
        "title_en": dataset.title,
        "description": gettext(dataset.description),
        "description_en": dataset.description,
        "filters": list(dataset.filters),
        "columns": [column.name for column in dataset.columns],
        "url": links.absolute("api.rows", name=dataset.name),
    }


def _schemas() -> Json:
    described: Json = {"problem": schemas.problem_schema(), "index": {"type": "object"}}
    for dataset in listing.datasets():
        described[f"{dataset.name}.row"] = schemas.row_schema(dataset)
        described[f"{dataset.name}.page"] = schemas.page_schema(dataset)
        described[f"{dataset.name}.one"] = schemas.one_schema(dataset)
    return described


def _problems() -> Json:
    schema = {"schema": {"$ref": "#/components/schemas/problem"}}
    return {
        status: {"description": schemas.said(told), "content": {"application/problem+json": schema}}
        for status, told in PROBLEMS.items()
    }


def _index_operation() -> Json:
    return {
        "operationId": "getIndex",
        "summary": schemas.said(N_("Which datasets there are")),
        "responses": _responses("index", "429"),
    }


def _list_operation(dataset: Dataset) -> Json:
    return {
        "operationId": f"list-{dataset.name}",
        "tags": [dataset.name],
        "summary": schemas.said(dataset.title),
        "description": schemas.said(dataset.description),
        "parameters": [
            *(_parameter(name, dataset) for name in dataset.filters),
            *(_parameter(name, dataset) for name in schemas.paging(dataset)),
        ],
        "responses": _responses(f"{dataset.name}.page", "400", "429"),
    }


def _row_operation(dataset: Dataset) -> Json:
    schema: Json = {"type": "integer", "minimum": 0} if schemas.is_numbered(dataset) else {"type": "string"}
    example = _example(dataset)
    identifier = {"name": "id", "in": "path", "required": True, "schema": schema}
    return {
        "operationId": f"get-{dataset.name}",
        "tags": [dataset.name],
        "summary": schemas.said(N_("One of them")),
        "parameters": [
            identifier if example is None else identifier | {"example": example},
            _parameter("fields", dataset),
        ],
        "responses": _responses(f"{dataset.name}.one", "400", "404", "410", "429"),
    }


def _example(dataset: Dataset) -> object:
    rows, _ = listing.table_of(dataset).page(Filters(), after=None, limit=1)
    return rows[0]["id"] if rows else None


def _parameter(name: str, dataset: Dataset) -> Json:
    schema, told = {**schemas.FILTERS, **schemas.PAGING}[name]
    if name in dataset.choices:
        schema = {"type": "string", "enum": [str(value) for value in dataset.choices[name]]}
    if name == "fields":
        columns = {"type": "string", "enum": [column.name for column in dataset.columns]}
        schema = {"type": "array", "items": columns}
    said: Json = {"name": name, "in": "query", "description": schemas.said(told), "schema": schema}
    return said | ({"style": "form", "explode": False} if name == "fields" else {})


def _responses(schema: str, *problems: str) -> Json:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {
        "200": {"description": "OK", "content": content},
        "304": {"description": schemas.said(UNCHANGED)},
        **{status: {"$ref": f"#/components/responses/{status}"} for status in problems},
    }


def _hsds_paths() -> Json:
    described = cast("Json", hsds.openapi()["paths"])
    return {f"/hsds{path}": _tagged(cast("Json", told)) for path, told in described.items()}


def _tagged(told: Json) -> Json:
    return {method: cast("Json", operation) | {"tags": ["hsds"]} for method, operation in told.items()}


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
