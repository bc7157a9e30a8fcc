"""Lists in pages of twenty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from sqlalchemy import func, select

from portal.kernel.errors import NotFoundError
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

Item = TypeVar("Item")
PER_PAGE = 20
LARGEST_OFFSET = 2**31


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list: its items, its number (from 1), how many pages and items there are."""

    items: Sequence[Item]
    number: int
    pages: int
    total: int

    @property
    def previous(self) -> int | None:
        """Tell the number of the page before, if there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """Tell the number of the page after, if there is one."""
        return self.number + 1 if self.number < self.pages else None

    @property
    def first_position(self) -> int:
        """Tell the position (from 1) of the first item in the whole list."""
        return (self.number - 1) * PER_PAGE + 1

    def near(self) -> list[int | None]:
        """Tell the page numbers worth a link, None where some are left out."""
        wanted = sorted({1, self.number - 1, self.number, self.number + 1, self.pages} & set(range(1, self.pages + 1)))
        shown: list[int | None] = []
        for number in wanted:
            last = shown[-1] if shown else None
            if last is not None and number > last + 1:
                shown.append(None)
            shown.append(number)
        return shown


def paginate(query: Select[Item], number: int, *, per_page: int = PER_PAGE) -> Page[Item]:
    """Read one page of a query of whole objects: two statements.

    Raises:
        NotFoundError: there is no such page.
    """
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(1, -(-total // per_page))
    if number > pages:
        raise NotFoundError
    items = db.session.scalars(query.limit(per_page).offset((number - 1) * per_page)).unique().all()
    return Page(items, number, pages, total)
