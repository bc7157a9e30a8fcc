"""What the law asks of a purchase, as data: a table of rules between two events, and what the events are called."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Found = TypeVar("Found")
RULES = Path(__file__).parent / "data" / "process_rules.csv"
EVENTS = Path(__file__).parent / "data" / "process_events.csv"
CURRENCY = "CNY"  # where the law of the table applies
PUBLIC = "A"  # the letter that categories of services for the public begin with (guiding catalogue)
PUBLISHED = "_published"  # how the names of events end that happen on the portal itself


class Operator(StrEnum):
    """What a rule asks of its two events."""

    MIN = "min"
    MAX = "max"
    MUST_EXIST = "event_must_exist"


class Unit(StrEnum):
    """What the days of a rule are."""

    CALENDAR = "calendar"
    WORKING = "working"


class Severity(StrEnum):
    """How much it matters that a rule is not kept."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Condition(StrEnum):
    """What must be so that a rule applies at all."""

    ALWAYS = ""
    PUBLIC_SERVICE = "public_service"


class Method(StrEnum):
    """How something is bought, as the law divides it."""

    OPEN_TENDER = "open_tender"
    INVITED_TENDER = "invited_tender"
    NEGOTIATION = "negotiation"
    CONSULTATION = "consultation"
    INQUIRY = "inquiry"
    SINGLE_SOURCE = "single_source"
    FRAMEWORK = "framework"


class ProcessRuleError(Exception):
    """Raised when a table cannot be used; the message says which row and column, and why."""


@dataclass(frozen=True)
class Event:
    """Something that happens in a purchase, and what people call it."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class ProcessRule:
    """One row of the table; `begins` are events of which the first that is known counts."""

    id: str
    begins: Sequence[str]
    ends: str
    operator: Operator
    days: int
    unit: Unit
    methods: frozenset[Method]
    condition: Condition
    source: str
    source_en: str
    verification: str
    severity: Severity
    valid_from: date
    valid_to: date | None
    note: str
    note_en: str

    @property
    def ends_in_public(self) -> bool:
        """Tell whether it ends with a publication: then the portal knows when it has not happened yet."""
        return self.ends.endswith(PUBLISHED)


@cache
def process_rules(path: Path = RULES) -> Sequence[ProcessRule]:
    """Read the rules.

    Raises:
        ProcessRuleError: a row cannot be used.
    """
    found = [_read_rule(path, at, row) for at, row in _rows(path)]
    if len({one.id for one in found}) != len(found):
        message = f"{path.name}: two rows have one rule_id"
        raise ProcessRuleError(message)
    return tuple(found)


@cache
def events(path: Path = EVENTS) -> Mapping[str, Event]:
    """Read what events are called, by code."""
    return {row["event"]: Event(row["event"], row["name"], row["name_en"]) for _, row in _rows(path)}


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(enumerate(csv.DictReader(handle), start=2))


def _read_rule(path: Path, at: int, row: Mapping[str, str]) -> ProcessRule:
    def read(column: str, how: Callable[[str], Found]) -> Found:
        try:
            return how((row.get(column) or "").strip())
        except (ValueError, KeyError) as error:
            message = f"{path.name}, row {at} ({row.get('rule_id')}), {column}: {error}"
            raise ProcessRuleError(message) from error

    operator = read("operator", Operator)
    is_interval = operator is not Operator.MUST_EXIST
    begin = read("effective_from", date.fromisoformat)
    return ProcessRule(
        id=read("rule_id", _text), begins=read("event_from", _known_events), ends=read("event_to", _known_events)[0],
        operator=operator, days=read("min" if operator is Operator.MIN else "max", _count) if is_interval else 0,
        unit=read("unit", Unit) if is_interval else Unit.CALENDAR, methods=read("methods", _methods),
        condition=read("condition", Condition), source=read("legal_source", _text),
        source_en=read("legal_source_en", _text), verification=read("verification", _text),
        severity=read("severity", Severity), valid_from=begin,
        valid_to=read("effective_to", lambda text: _last_day(text, begin)),
        note=read("note_zh", _text), note_en=read("note_en", _text),
    )  # fmt: skip


def _text(text: str) -> str:
    if not text:
        raise ValueError("is empty")
    return text


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text!r} is no number of days")
    return int(text)


def _last_day(text: str, begin: date) -> date | None:
    end = date.fromisoformat(text) if text else None
    if end is not None and end < begin:
        raise ValueError(f"{text} is before effective_from")
    return end


def _known_events(text: str) -> tuple[str, ...]:
    names = tuple(text.split("|"))
    if missing := [name for name in names if name not in events()]:
        raise ValueError(f"process_events.csv has no event {', '.join(missing)}")
    return names


def _methods(text: str) -> frozenset[Method]:
    return frozenset(Method(name) for name in filter(None, text.split("|")))
