"""Opening hours of a week: read as officials type them, written so that they can be typed again. Plain functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from portal.kernel.errors import InvalidInputError
from portal.kernel.text import N_, nfkc_fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WEEKDAYS = range(1, 8)
DAY_BEGINS, DAY_ENDS = "00:00", "23:59"
DAY_NAMES = {
    1: N_("Monday"),
    2: N_("Tuesday"),
    3: N_("Wednesday"),
    4: N_("Thursday"),
    5: N_("Friday"),
    6: N_("Saturday"),
    7: N_("Sunday"),
}


class WrongHoursError(InvalidInputError):
    """Raised when opening hours cannot be read."""

    code = "wrong-hours"
    message = N_("Write hours like 08:30-12:00, 14:00-18:00; leave a closed day empty.")


@dataclass(frozen=True)
class Span:
    """One opening on one day of the week (1 is Monday), as 24-hour clock times."""

    weekday: int
    opens_at: str
    closes_at: str


_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DASHES = re.compile(r"\s*(?:--+|[-–—~〜至到])\s*")
_ALL_DAY = {"24小时", "全天", "all day", "24h", "24 hours"}


def read_hours(raw: str, *, field: str | None = None) -> list[tuple[str, str]]:
    """Read the opening hours of one day as an official types them: `8:30-12:00、14:00—18:00`.

    Raises:
        WrongHoursError: naming the field.
    """
    folded = nfkc_fold(raw).strip()
    if not folded:
        return []
    if folded in _ALL_DAY:
        return [(DAY_BEGINS, DAY_ENDS)]
    found = [_span(part.strip(), field) for part in re.split(r"[,、;]", folded) if part.strip()]
    found.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(found)):
        raise WrongHoursError(field=field)
    return found


def _span(raw: str, field: str | None) -> tuple[str, str]:
    match = _SPAN.fullmatch(_DASHES.sub("-", raw))
    if match is None:
        raise WrongHoursError(field=field)
    hours, minutes = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
    closing = "23:59" if (hours[1], minutes[1]) == (24, 0) else f"{hours[1]:02d}:{minutes[1]:02d}"
    opening = f"{hours[0]:02d}:{minutes[0]:02d}"
    if not is_time(opening) or not is_time(closing) or opening >= closing:
        raise WrongHoursError(field=field)
    return opening, closing


def is_time(raw: str) -> bool:
    """Tell whether a text is a time of the day, `00:00` to `23:59`."""
    return re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", raw) is not None


def written_hours(spans: Iterable[tuple[str, str]]) -> str:
    """Write the opening hours of one day as they may be typed again."""
    return ", ".join(f"{opens}-{closes}" for opens, closes in spans)


def week(spans: Sequence[Span], today: int) -> list[tuple[int, str]]:
    """Lay out a week, today first: (day of the week, its hours or nothing)."""
    by_day: Mapping[int, list[tuple[str, str]]] = {
        day: sorted((one.opens_at, one.closes_at) for one in spans if one.weekday == day) for day in WEEKDAYS
    }
    return [(day, written_hours(by_day[day])) for day in (*range(today, 8), *range(1, today))]
