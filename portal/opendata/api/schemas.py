"""JSON Schemas of what the API takes and gives, made from the declarations of the datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.exporting.dataset import ID, ColumnType
from portal.kernel.text import N_
from portal.opendata.api import listing, rules
from portal.opendata.api.asking import SINCE
from portal.web.filters import LARGEST_NUMBER, LATEST_YEAR, LONGEST_QUERY, LONGEST_TEXT
from portal.web.locale import CHINESE, spoken_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.exporting.dataset import Column, Dataset
    from portal.opendata.api.listing import Json

_TYPES: Mapping[ColumnType, Json] = {
    ColumnType.STRING: {"type": "string"},
    ColumnType.INTEGER: {"type": "integer"},
    ColumnType.NUMBER: {"type": "number"},
    ColumnType.BOOLEAN: {"type": "boolean"},
    ColumnType.DATE: {"type": "string", "format": "date"},
    ColumnType.DATETIME: {"type": "string", "format": "date-time"},
}
_NUMBER: Json = {"type": "integer", "minimum": 1, "maximum": LARGEST_NUMBER}
_DAY: Json = {"type": "string", "format": "date"}
_CODE: Json = {"type": "string", "maxLength": LONGEST_TEXT}
FILTERS: Mapping[str, tuple[Json, str]] = {
    "q": ({"type": "string", "maxLength": LONGEST_QUERY}, N_("Words that must be there.")),
    "kind": (_CODE, N_("Kind.")),
    "region": (_CODE, N_("Code of GB/T 2260; what lies in the region is included.")),
    "category": (_CODE, N_("Code of the guiding catalogue; what lies below it is included.")),
    "buyer": (_NUMBER, N_("Number of the organisation that buys.")),
    "supplier": (_NUMBER, N_("Number of the organisation that provides.")),
    "stage": (_CODE, N_("State.")),
    "year": ({"type": "integer", "minimum": 1949, "maximum": LATEST_YEAR}, N_("Year.")),
    "from": (_DAY, N_("First day, in the time of Shanghai.")),
    "to": (_DAY, N_("Last day, in the time of Shanghai.")),
}
PAGING: Mapping[str, tuple[Json, str]] = {
    "fields": (
        {"type": "string"},
        N_("Only these columns, with commas between. All where nothing is said."),
    ),
    "limit": (
        {"type": "integer", "minimum": 1, "maximum": rules.MOST_ROWS, "default": rules.USUAL_ROWS},
        N_("How many rows a page holds at the most."),
    ),
    SINCE: (
        {
            "type": "string",
            "anyOf": [{"pattern": r"^[0-9]{1,18}$"}, {"format": "date"}, {"format": "date-time"}],
        },
        N_(
            "Only what changed since then, each thing once; meta.removed names what is not in the list any more. A "
            "position as meta.position of an earlier answer gives it (exact), or a day or moment (ISO 8601)."
        ),
    ),
    "after": (
        {"type": "string", "maxLength": rules.LONGEST_CURSOR},
        N_("Where to go on: only as links.next gives it, with the same filters."),
    ),
}


def paging(dataset: Dataset) -> list[str]:
    """List the parameters that do not narrow a list but lead through it."""
    return [name for name in PAGING if name != SINCE or dataset.follows is not None]


def said(message: str) -> str:
    """Say something in both languages, for there is no language in the address."""
    with spoken_in(CHINESE):
        return f"{gettext(message)} / {message}"


def column_schema(dataset: Dataset, column: Column) -> Json:
    """Describe a column: what it is called and means in both languages, its type, its unit."""
    schema = dict(_TYPES[column.type])
    if column.name == ID.name and is_numbered(dataset):
        schema["type"] = "integer"
    if column.is_nullable:
        schema["type"] = [schema["type"], "null"]
    schema["title"] = said(column.title)
    if column.description:
        schema["description"] = said(column.description)
    if column.unit:
        schema["x-unit"] = column.unit
    return schema


def is_numbered(dataset: Dataset) -> bool:
    """Tell whether the identifiers of a dataset are numbers."""
    key = listing.table_of(dataset).key
    return len(key) == 1 and key[0].type.python_type is int


def row_schema(dataset: Dataset) -> Json:
    """Describe a row; with `fields` it has those columns only."""
    return {
        "type": "object",
        "title": said(dataset.title),
        "description": said(dataset.description),
        "properties": {column.name: column_schema(dataset, column) for column in dataset.columns},
        "additionalProperties": False,
    }


def page_schema(dataset: Dataset) -> Json:
    """Describe a page of rows."""
    links: Json = {"self": {"type": "string", "format": "uri"}, "next": {"type": ["string", "null"], "format": "uri"}}
    number = {"type": "integer", "minimum": 0}
    one: Json = {"type": "integer" if is_numbered(dataset) else "string"}
    meta: Json = {"count": number, "limit": {"type": "integer", "minimum": 1}, "position": number}
    removed: Json = {"since": number, "removed": {"type": "array", "items": one}}
    return _answer({"type": "array", "items": _row_reference(dataset)}, links, meta, removed)


def one_schema(dataset: Dataset) -> Json:
    """Describe the answer with one row."""
    uri = {"type": "string", "format": "uri"}
    return _answer(_row_reference(dataset), {"self": uri, "collection": uri}, {})


def problem_schema() -> Json:
    """Describe an error (RFC 9457)."""
    text = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": text | {"description": said(N_("What to do, in Chinese."))},
            "title_en": text | {"description": said(N_("The same in English."))},
            "status": {"type": "integer"},
            "code": text | {"description": said(N_("A word that never changes, for programs."))},
        },
        "required": ["type", "title", "title_en", "status", "code"],
    }


def _answer(data: Json, links: Json, meta: Json, perhaps: Json | None = None) -> Json:
    meta = {"dataset": {"type": "string"}, "license": {"type": "string", "format": "uri"}} | meta
    parts: Json = {"data": data, "links": _closed(links), "meta": _closed(meta, perhaps)}
    return _closed(parts)


def _closed(properties: Json, perhaps: Json | None = None) -> Json:
    """Describe an object with these members and, perhaps, some more, but no other."""
    return {
        "type": "object", "properties": properties | (perhaps or {}), "required": list(properties),
        "additionalProperties": False,
    }  # fmt: skip


def _row_reference(dataset: Dataset) -> Json:
    return {"$ref": f"#/components/schemas/{dataset.name}.row"}
