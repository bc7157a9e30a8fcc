"""Many things at a time: a statement takes only so many values, and objects cost more than rows."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Table, insert

from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from portal.storage.database import Model

Item = TypeVar("Item")
BATCH = 500


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Give the items in lists of so many, in their order; nothing is read ahead."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def insert_rows(model: type[Model], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows without making objects of them, all in one statement; every row has the same columns."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - every model of ours is one table
    if rows:
        db.session.execute(insert(table), rows)
