"""Use as data: months by list, page and thing, and days by list and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.exporting import meanings
from portal.exporting.codelists import Codelist, of_names
from portal.exporting.dataset import NUMBER, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.table import Table
from portal.kernel import clock
from portal.kernel.text import N_
from portal.usage import queries
from portal.usage.models import UsageDay, UsageMonth
from portal.usage.rules import KINDS, USE_NAMES, rounded, shown
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

_NARROWING, _CHOICES = ("kind", "year", "from", "to"), {"kind": KINDS}
USES = Codelist("uses", N_("Ways of use"), codes=of_names(USE_NAMES))
_USE = Column(
    "use", N_("Use"), description=N_("view, download, feed or api."), is_nullable=False, codelist=USES,
    source=meanings.COMPUTED,
)  # fmt: skip
_KIND = Column(
    "kind", N_("Kind"), description=N_("list, page, or the kind of thing."), is_nullable=False, source=meanings.GIVEN
)
_SMALL = Column(
    "is_small", N_("Too small to tell"), ColumnType.BOOLEAN, description=N_("It was used, but fewer than 5 times."),
    is_nullable=False, source=meanings.COMPUTED,
)  # fmt: skip


def _months(items: Sequence[UsageMonth]) -> Iterator[Mapping[str, object]]:
    known = queries.named((item.kind, item.object_id) for item in items)
    for item in items:
        what = known.get((item.kind, item.object_id))
        if what is not None:
            yield {
                "id": item.id,
                "url": links.public_url() + what.url if what.url else links.absolute("usage.statistics"),
                "updated_at": _end_of(item.month),
                "month": item.month,
                "use": item.use.value,
                "kind": item.kind,
                "object_id": item.object_id,
                "title": what.title,
                "count": shown(item.count),
                "is_small": shown(item.count) is None,
            }


def _days(items: Sequence[UsageDay]) -> Iterator[Mapping[str, object]]:
    for item in items:
        is_small = shown(item.count) is None
        yield {
            "id": item.id,
            "url": links.absolute("usage.statistics"),
            "updated_at": clock.start_of(clock.day_after(item.day)),
            "day": item.day,
            "use": item.use.value,
            "kind": item.kind,
            "list": item.list_name or None,
            "count": None if is_small else rounded(item.count),
            "is_small": is_small,
        }


def _end_of(month: str) -> datetime:
    year, number = (int(part) for part in month.split("-"))
    return clock.start_of(clock.today().replace(year=year + number // 12, month=number % 12 + 1, day=1))


MONTHS = Dataset(
    name="usage",
    title=N_("Use by month"),
    description=N_(
        "How often each list, page and thing was used in each month that is over, without robots. "
        "Counts under 5 are left out."
    ),
    columns=(
        NUMBER, URL, UPDATED_AT,
        Column(
            "month", N_("Month"), description=N_("Year and month, in the time of Shanghai."), is_nullable=False,
            source=meanings.COMPUTED,
        ),
        _USE, _KIND,
        Column(
            "object_id", N_("Which one"), description=N_("Identifier of the thing, or name of the list or page."),
            is_nullable=False, source=meanings.GIVEN,
        ),
        Column("title", N_("Title"), description=meanings.IN_CHINESE, source=meanings.GIVEN),
        Column(
            "count", N_("How often"), ColumnType.INTEGER, unit="1", description=N_("Empty where it is fewer than 5."),
            source=meanings.COMPUTED,
        ),
        _SMALL,
    ),
    rows=Table(select=queries.months, write=_months, key=(UsageMonth.id,)),
    filters=_NARROWING,
    choices=_CHOICES,
)  # fmt: skip
DAYS = Dataset(
    name="usage-days",
    title=N_("Use by day"),
    description=N_(
        "How often each list, and all things of a kind together, were used on each day of the last months, without "
        "robots. Counts are rounded to 5; under 5 they are left out."
    ),
    columns=(
        NUMBER, URL, UPDATED_AT,
        Column(
            "day", N_("Day"), ColumnType.DATE, description=N_("In the time of Shanghai."), is_nullable=False,
            source=meanings.COMPUTED,
        ),
        _USE, _KIND,
        Column(
            "list", N_("List"), description=N_("Name of the list or page; empty for things of a kind together."),
            source=meanings.GIVEN,
        ),
        Column(
            "count", N_("How often"), ColumnType.INTEGER, unit="1",
            description=N_("Rounded to 5; empty where it is fewer than 5."), source=meanings.COMPUTED,
        ),
        _SMALL,
    ),
    rows=Table(select=queries.days, write=_days, key=(UsageDay.id,)),
    filters=_NARROWING,
    choices=_CHOICES,
)  # fmt: skip
