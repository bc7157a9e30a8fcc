"""Months of publishing, and the closed parts of them that archives consist of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from portal.kernel import clock
from portal.kernel.errors import BadFilterError

if TYPE_CHECKING:
    from datetime import datetime

PART_SIZE = 50
"""Entries of a closed part. As many as the newest that a feed carries, so that whatever is in no closed part yet is
among them: whoever follows the archives and the feed misses nothing."""
_ASKED = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])(?:\.([2-9]|[1-9][0-9]{1,5}))?", re.ASCII)
DECEMBER, FIRST_YEAR = 12, 1949


@dataclass(frozen=True, order=True)
class Month:
    """A month in Shanghai."""

    year: int
    month: int

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Tell the month in which a moment falls."""
        day = clock.day_of(moment)
        return cls(day.year, day.month)

    @property
    def starts_at(self) -> datetime:
        """Tell its first moment."""
        return clock.start_of(date(self.year, self.month, 1))

    @property
    def ends_at(self) -> datetime:
        """Tell the first moment of the month after it."""
        if self.month < DECEMBER:
            return clock.start_of(date(self.year, self.month + 1, 1))
        return clock.start_of(date(self.year + 1, 1, 1))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True)
class Part:
    """One document of an archive: a month, or a part of a month with many entries, counted from 1."""

    month: Month
    number: int = 1

    @classmethod
    def read(cls, asked: str) -> Self:
        """Read the parameter `archive`: `2026-03`, and `2026-03.2` for the second part.

        Raises:
            BadFilterError: it is neither.
        """
        found = _ASKED.fullmatch(asked)
        if found is None or not FIRST_YEAR <= int(found[1]) <= clock.today().year:
            raise BadFilterError(name="archive")
        return cls(Month(int(found[1]), int(found[2])), int(found[3] or 1))

    @property
    def offset(self) -> int:
        """Tell how many entries of the month come before it."""
        return (self.number - 1) * PART_SIZE

    def __str__(self) -> str:
        return str(self.month) if self.number == 1 else f"{self.month}.{self.number}"


def closed_parts(count: int, *, is_over: bool) -> int:
    """Tell how many parts of a month will not change: of the present month only the full ones."""
    return -(-count // PART_SIZE) if is_over else count // PART_SIZE
