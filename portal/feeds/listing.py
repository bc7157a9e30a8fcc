"""Where the entries of a feed come from: declared once, read as the newest, as a month, or since a moment.

A capability declares it over its one visibility query:

    NOTICES = Rows(
        kind="notice", visible=queries.notices, ever=_ever_published, write=_entries,
        id=Release.id, published=Release.sealed_at, went=_went,
    )

What is short and has no table of its own (the history of one thing) is a `Listed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from portal.feeds.months import PART_SIZE, Month
from portal.feeds.spec import LATEST, NEWEST, Entry, Gone
from portal.storage.database import db
from portal.web.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import QueryableAttribute

    from portal.feeds.months import Part

    Column = QueryableAttribute[Any] | ColumnElement[Any]


@dataclass(frozen=True)
class Rows:
    """Entries from rows of a table.

    Args:
        kind: the kind of the entries, as in their identifiers.
        visible: selects what may be seen under some filters: the one visibility query of the kind.
        ever: selects what was ever public under some filters, seen or not, so that archives keep their places.
        write: writes the entries of some rows, in their order; what belongs to many is read at once here.
        id: the column of the number in the identifiers.
        published: the column of the moment when the portal published it, or what computes it; it never changes.
        changed: the column of the moment of the last change, where things change; or what computes it.
        went: tells which things went, of some numbers or (None) the newest of all.
        knows_all_gone: whether what was ever public and did not go may be seen, so that counting need not
            ask of each whether it is hidden: 5 ms instead of 160 among 100,000.
        options: how to load the rows.
    """

    kind: str
    visible: Callable[[Filters], Select[Any]]
    ever: Callable[[Filters], Select[Any]]
    write: Callable[[Sequence[Any]], Sequence[Entry]]
    id: QueryableAttribute[Any]
    published: Column
    changed: Column | None = None
    went: Callable[[Sequence[Any] | None], Mapping[Any, Gone]] = lambda _numbers: {}
    knows_all_gone: bool = False
    options: Sequence[Any] = ()

    def newest(self, filters: Filters, *, limit: int = NEWEST, offset: int = 0) -> Sequence[Entry]:
        """Read what was published or changed last, newest first."""
        query = self.visible(filters).order_by(None).order_by(self._moment.desc(), self.id.desc())
        return self._written(query.limit(limit).offset(offset))

    def count(self, filters: Filters) -> int:
        """Count the entries that may be seen."""
        known = self.went(None) if self.knows_all_gone else None
        if known is None or len(known) >= LATEST:
            return _count(self._only(self.visible(filters), self.id))
        ever = self._only(self.ever(filters), self.id)
        return _count(ever) - (_count(ever.where(self.id.in_(known))) if known else 0)

    def gone(self, filters: Filters, *, limit: int = NEWEST) -> Sequence[Gone]:
        """Read what was public and is not any more; nothing where words are asked for, which would tell them."""
        if filters.q:
            return []
        known = self.went(None)
        listed = db.session.scalars(self._only(self.ever(filters), self.id).where(self.id.in_(known))) if known else ()
        return sorted((known[one] for one in listed), key=lambda one: (one.at, one.object_id), reverse=True)[:limit]

    def part(self, filters: Filters, part: Part) -> tuple[Sequence[Entry], Sequence[Gone]]:
        """Read one part of a month in the order of publishing; what went keeps its place."""
        query = self._in_month(filters, part.month, self.id).order_by(self.published, self.id)
        numbers = list(db.session.scalars(query.limit(PART_SIZE).offset(part.offset)))
        seen = self.visible(filters).where(self.id.in_(numbers)).order_by(None).order_by(self.published, self.id)
        entries = self._written(seen)
        seen_ids = {one.object_id for one in entries}
        left = [number for number in numbers if str(number) not in seen_ids]
        known = self.went(left) if left and not filters.q else {}
        return entries, [known[number] for number in left if number in known]

    def count_of_month(self, filters: Filters, month: Month) -> int:
        """Count what was published in a month, whether or not it may still be seen."""
        return _count(self._in_month(filters, month, self.id))

    def month_before(self, filters: Filters, month: Month | None = None) -> Month | None:
        """Tell the last month with entries, or the last before a month."""
        query = self._only(self.ever(filters), func.max(self.published))
        return _month(query if month is None else query.where(self.published < month.starts_at))

    def month_after(self, filters: Filters, month: Month) -> Month | None:
        """Tell the first month with entries after a month."""
        query = self._only(self.ever(filters), func.min(self.published))
        return _month(query.where(self.published >= month.ends_at))

    def since(self, filters: Filters, after: datetime, *, until: datetime, limit: int) -> Sequence[Entry]:
        """Read the last of what was published or changed between two moments, oldest first."""
        query = self.visible(filters).where(self._moment > after, self._moment <= until).order_by(None)
        return self._written(query.order_by(self._moment.desc(), self.id.desc()).limit(limit))[::-1]

    def moments(self, after: datetime, *, until: datetime) -> Iterator[tuple[str, datetime]]:
        """Tell of whatever was published or changed between two moments only its number and when."""
        query = self.visible(Filters()).where(self._moment > after, self._moment <= until).order_by(None)
        for number, moment in db.session.execute(
            query.with_only_columns(self.id, self._moment, maintain_column_froms=True)
        ):
            yield str(number), moment

    @property
    def _moment(self) -> Column:
        return self.published if self.changed is None else self.changed

    def _written(self, query: Select[Any]) -> Sequence[Entry]:
        return self.write(db.session.scalars(query.options(*self.options)).unique().all())

    def _only(self, query: Select[Any], column: Any) -> Select[Any]:  # noqa: ANN401 - a column or what is made of one
        return query.order_by(None).with_only_columns(column, maintain_column_froms=True)

    def _in_month(self, filters: Filters, month: Month, column: QueryableAttribute[Any]) -> Select[Any]:
        query = self._only(self.ever(filters), column)
        return query.where(self.published >= month.starts_at, self.published < month.ends_at)


@dataclass(frozen=True)
class Listed:
    """Entries that are few and made at once: the history of one thing.

    Args:
        entries: gives all of them under some filters, in any order.
    """

    entries: Callable[[Filters], Iterable[Entry]]

    def newest(self, filters: Filters, *, limit: int = NEWEST, offset: int = 0) -> Sequence[Entry]:
        """Read what was published or changed last, newest first."""
        return self._oldest_first(filters)[::-1][offset : offset + limit]

    def count(self, filters: Filters) -> int:
        """Count the entries."""
        return len(self._oldest_first(filters))

    def gone(self, filters: Filters, *, limit: int = NEWEST) -> Sequence[Gone]:
        """Tell of nothing that went: what is hidden is not in a history."""
        del filters, limit
        return []

    def part(self, filters: Filters, part: Part) -> tuple[Sequence[Entry], Sequence[Gone]]:
        """Read one part of a month in the order of publishing."""
        return self._in_month(filters, part.month)[part.offset : part.offset + PART_SIZE], []

    def count_of_month(self, filters: Filters, month: Month) -> int:
        """Count what was published in a month."""
        return len(self._in_month(filters, month))

    def month_before(self, filters: Filters, month: Month | None = None) -> Month | None:
        """Tell the last month with entries, or the last before a month."""
        return max((one for one in self._months(filters) if month is None or one < month), default=None)

    def month_after(self, filters: Filters, month: Month) -> Month | None:
        """Tell the first month with entries after a month."""
        return min((one for one in self._months(filters) if one > month), default=None)

    def since(self, filters: Filters, after: datetime, *, until: datetime, limit: int) -> Sequence[Entry]:
        """Read the last of what was published or changed between two moments, oldest first."""
        return [one for one in self._oldest_first(filters) if after < one.updated_at <= until][-limit:]

    def _oldest_first(self, filters: Filters) -> Sequence[Entry]:
        return sorted(self.entries(filters), key=lambda one: (one.updated_at, one.object_id))

    def _in_month(self, filters: Filters, month: Month) -> Sequence[Entry]:
        return [one for one in self._oldest_first(filters) if Month.of(one.updated_at) == month]

    def _months(self, filters: Filters) -> set[Month]:
        return {Month.of(one.updated_at) for one in self.entries(filters)}


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _month(query: Select[Any]) -> Month | None:
    moment = db.session.scalar(query)
    return None if moment is None else Month.of(moment)
