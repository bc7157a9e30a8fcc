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

from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, tuple_
from sqlalchemy.orm import QueryableAttribute

from portal.kernel import clock
from portal.kernel.text import without_unseen
from portal.storage.database import db
from portal.storage.scanning import bounded_cache
from portal.web.filters import LARGEST_NUMBER, Filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Result, Select

    Write = Callable[[Sequence[Any]], Iterable[Mapping[str, object]]]

BATCH = 500
BETWEEN = "#"
MOST_BETWEEN = 10


@dataclass(frozen=True)
class Table:
    """Where the rows of a dataset come from.

    Args:
        select: what may be seen under some filters, in the order of the list; items are objects, or rows
            where several columns are selected, read by name (a row of a page ends with its key). Columns are
            many times faster than objects.
        write: writes the rows of some items, in their order; what belongs to many is read at once here.
        key: the columns by which pages are sought: unique together, never reused. The `id` of a row is what they
            say, with # between where there are several.
        visible: whatever may be seen, where that is more than the list without filters; for things asked for alone.
    """

    select: Callable[[Filters], Select[*tuple[Any, ...]]]
    write: Write
    key: Sequence[QueryableAttribute[Any]]
    visible: Callable[[], Select[*tuple[Any, ...]]] | None = None
    _kept: dict[date, tuple[Select[*tuple[Any, ...]], bool]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def __call__(self, filters: Filters) -> Iterator[Mapping[str, object]]:
        """Read all rows under some filters; memory stays bounded."""
        query = self.select(filters).execution_options(yield_per=BATCH)
        with bounded_cache():
            for items in _items(db.session.execute(query)).partitions(BATCH):
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
        items = [row[0] if len(row) == width + 1 else row for row in found[:limit]]
        last = tuple(found[limit - 1][-width:]) if len(found) > limit else None
        return list(self.write(items)), last

    def may_name(self, identifier: str) -> bool:
        """Tell whether a text can be the identifier of a row at all."""
        return any(True for _ in self._keys(identifier))

    def one(self, identifier: str) -> Mapping[str, object] | None:
        """Read the row of one thing that may be seen, also where the list without filters leaves it out."""
        query, asks_for_columns = self._statement_of_one()
        for key in self._keys(identifier):
            sender = db.session.connection() if asks_for_columns else db.session()
            found = sender.execute(query, {_name(place): value for place, value in enumerate(key)})
            for row in self.write(_items(found).unique().all()):
                return row
        return None

    def some(self, filters: Filters, identifiers: Iterable[str]) -> list[Mapping[str, object]]:
        """Read the rows of some things, as far as they are in the list under some filters."""
        return self._rows(self.select(filters), identifiers)

    def _rows(self, query: Select[*tuple[Any, ...]], identifiers: Iterable[str]) -> list[Mapping[str, object]]:
        keys = [key for identifier in identifiers for key in self._keys(identifier)]
        if not keys:
            return []
        found = db.session.execute(query.where(tuple_(*self.key).in_(keys)).order_by(None).order_by(*self.key))
        return list(self.write(_items(found).unique().all()))

    def _statement_of_one(self) -> tuple[Select[*tuple[Any, ...]], bool]:
        """Build the statement that reads one thing, once a day: what may be seen can depend on the day.

        Returns:
            the statement, and whether it asks for columns only: these need no session, which takes twice the time.
        """
        today = clock.today()
        kept = self._kept.get(today)
        if kept is None:
            query = self.visible() if self.visible is not None else self.select(Filters())
            same = [column == bindparam(_name(place)) for place, column in enumerate(self.key)]
            are_columns = (isinstance(one["expr"], QueryableAttribute) for one in query.column_descriptions)
            kept = query.where(*same).order_by(None), all(are_columns)
            self._kept.clear()
            self._kept[today] = kept
        return kept

    def _keys(self, identifier: str) -> Iterator[Sequence[object]]:
        """Tell which keys an identifier may be made of: none where it cannot be one."""
        parts = identifier.split(BETWEEN, MOST_BETWEEN)
        width = len(self.key)
        for cuts in combinations(range(1, len(parts)), width - 1):
            ends = (0, *cuts, len(parts))
            texts = (BETWEEN.join(parts[start:end]) for start, end in pairwise(ends))
            key = [_typed(column, text) for column, text in zip(self.key, texts, strict=True)]
            if None not in key:
                yield tuple(key)


def _name(place: int) -> str:
    return f"key_{place}"


def _typed(column: QueryableAttribute[Any], text: str) -> object:
    """Read a part of a key from an identifier; None where the column cannot hold it."""
    if column.type.python_type is not int:
        return text if text == without_unseen(text) else None
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_NUMBER))
    return int(text) if is_number and text == str(int(text)) and int(text) <= LARGEST_NUMBER else None


def _items(found: Result[Any]) -> Any:  # noqa: ANN401 - objects or rows, as they were selected
    return found.scalars() if len(found.keys()) == 1 else found
