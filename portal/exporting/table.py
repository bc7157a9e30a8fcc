"""Rows of one query: read in batches for a file, by their key for a page, alone for one thing.

A capability declares where its rows come from once:

    SERVICES = Table(
        select=lambda filters: queries.with_details(queries.services(filters)),
        write=_rows,
        key=(Service.id,),
    )

and the engine reads them for every format, and for the API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import tuple_

from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Result, Select
    from sqlalchemy.orm import QueryableAttribute

    from portal.web.filters import Filters

    Write = Callable[[Sequence[Any]], Iterable[Mapping[str, object]]]

BATCH = 500


@dataclass(frozen=True)
class Table:
    """Where the rows of a dataset come from.

    Args:
        select: what may be seen under some filters, in the order of the list; items are objects, or rows
            where several columns are selected.
        write: writes the rows of some items, in their order; what belongs to many is read at once here.
        key: the columns by which pages are sought: unique together, never reused.
    """

    select: Callable[[Filters], Select[*tuple[Any, ...]]]
    write: Write
    key: Sequence[QueryableAttribute[Any]]

    def __call__(self, filters: Filters) -> Iterator[Mapping[str, object]]:
        """Read all rows under some filters; memory stays bounded."""
        found = db.session.execute(self.select(filters).execution_options(yield_per=BATCH))
        for items in _items(found).partitions(BATCH):
            yield from self.write(items)

    def page(
        self, filters: Filters, *, after: Sequence[object] | None, limit: int
    ) -> tuple[list[Mapping[str, object]], Sequence[object] | None]:
        """Read the rows that follow a key, in the order of the key, which new rows do not move.

        Returns:
            the rows, and the key of the last one if more may follow.
        """
        query = self.select(filters).add_columns(*self.key).order_by(None).order_by(*self.key).limit(limit + 1)
        if after is not None:
            query = query.where(tuple_(*self.key) > tuple_(*after))
        found = db.session.execute(query).unique().all()
        width = len(self.key)
        items = [row[0] if len(row) == width + 1 else row[:-width] for row in found[:limit]]
        last = tuple(found[limit - 1][-width:]) if len(found) > limit else None
        return list(self.write(items)), last


def _items(found: Result[Any]) -> Any:  # noqa: ANN401 - objects or rows, as they were selected
    return found.scalars() if len(found.keys()) == 1 else found
