"""Reading datasets for the API: pages that neither skip nor repeat, and single rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urlencode

from flask import current_app

from portal.exporting import registry
from portal.exporting.table import Table
from portal.exporting.values import as_json
from portal.kernel.errors import NotFoundError
from portal.outbox.queries import last_position
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.exporting.dataset import Dataset
    from portal.opendata.api.asking import Asked
    from portal.settings import Settings

    Place = Sequence[object] | None
    Places = tuple[Place, Place]

ROOT = "/api/v1"
Json = dict[str, object]


def datasets() -> list[Dataset]:
    """List the datasets that the API serves: all that are for everybody and can be read by their keys."""
    return [one for one in registry.public_datasets() if isinstance(one.rows, Table)]


def dataset(name: str) -> Dataset:
    """Find a dataset of the API.

    Raises:
        NotFoundError: there is none.
    """
    found = registry.find(name)
    if found is None or found.permission is not None or not isinstance(found.rows, Table):
        raise NotFoundError
    return found


def page(asked: Asked) -> Json:
    """Read a page of a dataset in the order of its keys, which new rows do not move.

    `meta.position` is how far the outbox had come when the walk began: what has changed since then, also between
    two pages, is what `updated_since` with that position gives.
    """
    place = asked.place()
    position = cast("int", place[0]) if place else last_position()
    rows, last = table_of(asked.dataset).page(asked.filters, after=place[1:] if place else None, limit=asked.limit)
    return written(asked, rows, places=(place, [position, *last] if last else None), position=position)


def written(asked: Asked, rows: Sequence[Mapping[str, object]], *, places: Places, **meta: object) -> Json:
    """Write an answer with rows: where it is, where the next page is, and what else is told of it."""
    place, following = places
    return {
        "data": [_row(asked.names, row) for row in rows],
        "links": {"self": _address(asked, place), "next": _address(asked, following) if following else None},
        "meta": _meta(asked.dataset) | {"count": len(rows), "limit": asked.limit, **meta},
    }


def row(found: Dataset, identifier: str, names: Sequence[str]) -> Json:
    """Read the row of one thing.

    Raises:
        NotFoundError: there is none, or it may not be seen.
        GoneError: it was withdrawn or erased, where its page says so too.
    """
    table = table_of(found)
    if not table.may_name(identifier):
        raise NotFoundError
    row = table.one(identifier)
    if found.check is not None:
        found.check(identifier, row)
    if row is None:
        raise NotFoundError
    collection = f"{links.public_url()}{ROOT}/{found.name}"
    return {
        "data": _row(names, row),
        "links": {"self": f"{collection}/{quote(identifier, safe='')}", "collection": collection},
        "meta": _meta(found),
    }


def table_of(found: Dataset) -> Table:
    """Give where the rows of a dataset of the API come from."""
    return cast("Table", found.rows)


def _row(names: Sequence[str], row: Mapping[str, object]) -> Json:
    return {name: as_json(row.get(name)) for name in names}


def _address(asked: Asked, place: Sequence[object] | None) -> str:
    asked_for = urlencode(asked.args(place), safe=",:")
    return f"{links.public_url()}{ROOT}/{asked.dataset.name}" + (f"?{asked_for}" if asked_for else "")


def _meta(found: Dataset) -> Json:
    settings: Settings = current_app.extensions["settings"]
    return {"dataset": found.name, "license": settings.licence_url}
