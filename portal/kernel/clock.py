"""The one clock of the portal."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

SHANGHAI = ZoneInfo("Asia/Shanghai")

_frozen_at: ContextVar[datetime | None] = ContextVar("frozen_at", default=None)


def now() -> datetime:
    """Tell the present moment, aware and in UTC."""
    return _frozen_at.get() or datetime.now(UTC)


def today() -> date:
    """Tell the present day in Shanghai."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Tell the day in Shanghai on which a moment falls."""
    return moment.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """Tell the first moment (UTC) of a day in Shanghai."""
    if day == date.min:
        return datetime.min.replace(tzinfo=UTC)
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


def start_of_year(year: int) -> datetime:
    """Tell the first moment (UTC) of a year in Shanghai."""
    return start_of(date(year, 1, 1))


def day_after(day: date) -> date:
    """Tell the day after a day; the last day there is stays."""
    return day + timedelta(1) if day < date.max else day


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock at an aware moment: for imports of the past and for tests."""
    token = _frozen_at.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen_at.reset(token)
