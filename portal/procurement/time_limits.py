"""What the law says of the days between two steps of a purchase, and what happened: plain functions over a table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from portal.classification.rules import working_days_between
from portal.kernel.text import N_
from portal.procurement.rules import Tag
from portal.procurement.values import child, children, day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.classification.rules import Calendar
    from portal.procurement.rules import Json

TABLE = Path(__file__).parent / "data" / "time_limits.csv"
CURRENCY = "CNY"  # where the law of the table applies


class LimitState(StrEnum):
    """Whether a limit was kept; a missing date gives unknown, never kept."""

    KEPT = "kept"
    MISSED = "missed"
    UNKNOWN = "unknown"


STATE_NAMES: Mapping[LimitState, str] = {
    LimitState.KEPT: N_("kept"),
    LimitState.MISSED: N_("not kept"),
    LimitState.UNKNOWN: N_("unknown: a date is missing"),
}
EVENT_NAMES: Mapping[str, str] = {
    "intention": N_("publication of the intention"),
    "notice": N_("tender notice"),
    "deadline": N_("end of the time for bids"),
    "decision": N_("decision on the award"),
    "award_notice": N_("award notice"),
    "signing": N_("signing of the contract"),
    "contract_notice": N_("contract notice"),
}


@dataclass(frozen=True)
class TimeLimit:
    """One row of the table."""

    id: str
    begins: str
    ends: str
    operator: str
    limit: int
    unit: str
    methods: frozenset[str]
    valid_from: date
    valid_to: date | None
    source: str
    source_en: str


@dataclass(frozen=True)
class LegalFact:
    """One limit beside what happened; `days` is None where a date is missing."""

    limit: TimeLimit
    days: int | None
    state: LimitState


def legal_facts(
    compiled: Json, published: Sequence[tuple[str, date]], calendar: Calendar, *, table: Path = TABLE
) -> list[LegalFact]:
    """Set every limit that concerns a purchase beside its days; one of which neither end is known is left out.

    Args:
        compiled: the compiled release.
        published: tag and day of each release, oldest first.
        calendar: which days are worked.
        table: the table of limits.
    """
    known = _events(compiled, published)
    method = child(compiled, "tender").get("procurementMethod")
    found = []
    for limit in time_limits(table):
        begun, ended = known.get(limit.begins), known.get(limit.ends)
        if ended is None or (limit.methods and method not in limit.methods) or not _is_valid(limit, ended):
            continue
        if begun is None:
            found.append(LegalFact(limit, None, LimitState.UNKNOWN))
            continue
        is_working = limit.unit == "working"
        days = working_days_between(begun, ended, calendar) if is_working else (ended - begun).days
        is_kept = days >= limit.limit if limit.operator == "min" else days <= limit.limit
        found.append(LegalFact(limit, days, LimitState.KEPT if is_kept else LimitState.MISSED))
    return found


@cache
def time_limits(table: Path = TABLE) -> tuple[TimeLimit, ...]:
    """Read the table."""
    with table.open(encoding="utf-8", newline="") as handle:
        return tuple(
            TimeLimit(
                id=row["id"], begins=row["begins"], ends=row["ends"], operator=row["operator"],
                limit=int(row["limit"]), unit=row["unit"], methods=frozenset(filter(None, row["methods"].split("|"))),
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                source=row["source"], source_en=row["source_en"],
            )
            for row in csv.DictReader(handle)
        )  # fmt: skip


def _is_valid(limit: TimeLimit, on: date) -> bool:
    return limit.valid_from <= on and (limit.valid_to is None or on <= limit.valid_to)


def _events(compiled: Json, published: Sequence[tuple[str, date]]) -> Mapping[str, date]:
    """Find the days of the events that limits run between, as far as they are known."""
    firsts: dict[str, date] = {}
    for tag, on in published:
        firsts.setdefault(tag, on)
    awards = [found for one in children(compiled, "awards") if (found := day(one.get("date")))]
    signed = [found for one in children(compiled, "contracts") if (found := day(one.get("dateSigned")))]
    events = {
        "intention": firsts.get(Tag.PLANNING),
        "notice": firsts.get(Tag.TENDER),
        "deadline": day(child(child(compiled, "tender"), "tenderPeriod").get("endDate")),
        "decision": min(awards, default=None),
        "award_notice": firsts.get(Tag.AWARD),
        "signing": min(signed, default=None),
        "contract_notice": firsts.get(Tag.CONTRACT),
    }
    return {name: on for name, on in events.items() if on is not None}
