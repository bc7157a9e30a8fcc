"""The figures of the page of statistics: sums rounded to 5, single things from 5 on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.usage import queries
from portal.usage.rules import SMALLEST_SHOWN, USE_NAMES, Use, rounded
from portal.web.locale import day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.usage.queries import Named

CHARTED = (Use.VIEW, Use.DOWNLOAD)


@dataclass(frozen=True)
class Figures:
    """What the page shows; sums are rounded.

    Args:
        days: for each use that is drawn, the days with their sums, oldest first.
        months: the months that are over, newest first, with the sum of each use.
        most_seen: the things that were seen most in the newest of them.
    """

    names: Mapping[Use, str]
    days: Mapping[Use, Sequence[tuple[str, int]]]
    months: Sequence[tuple[str, Mapping[Use, int]]]
    most_seen: Sequence[tuple[Named, int]]

    @property
    def last_month(self) -> str | None:
        """Tell the newest month that is over and has counts."""
        return self.months[0][0] if self.months else None


def figures() -> Figures:
    """Read the figures of the page."""
    by_day, by_month = queries.by_day(), queries.by_month()
    return Figures(
        names=USE_NAMES,
        days={use: [(day(on), rounded(count)) for on, count in by_day[use]] for use in CHARTED},
        months=[(month, {use: rounded(sums.get(use, 0)) for use in Use}) for month, sums in by_month],
        most_seen=queries.most_used(Use.VIEW, by_month[0][0], smallest=SMALLEST_SHOWN) if by_month else [],
    )
