"""Where the parts of a chart stand: plain numbers in, lengths for SVG out.

Lengths along an axis are percentages ("37.5%"), so that a chart is as wide as its place without any style;
words stay in HTML, where they keep their size on a phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WHOLE = 100
LINE_WIDTH, LINE_HEIGHT, LINE_MARGIN = 300, 60, 4
LEVELS = 5


@dataclass(frozen=True)
class Bar:
    """One bar: its label and value, and how long it is beside the longest."""

    label: str
    value: int | float
    length: str


@dataclass(frozen=True)
class Column:
    """One column that stands on the axis: left edge, width, top and height."""

    label: str
    value: int | float
    x: str
    width: str
    y: str
    height: str


@dataclass(frozen=True)
class Part:
    """One level of a stacked bar: from 1 (worst) to 5 (best), its count, whole percent, place and length.

    A count of None is suppressed (it is 1 to 4): nothing is drawn for it.
    """

    level: int
    count: int | None
    percent: int | None
    x: str
    length: str


@dataclass(frozen=True)
class Stack:
    """A bar of five levels, best first, and how many answers are in it."""

    parts: tuple[Part, ...]
    total: int
    is_complete: bool


@dataclass(frozen=True)
class Line:
    """A line over time: its pieces as SVG points (a gap where a value is unknown) and its last point."""

    pieces: tuple[str, ...]
    last_x: str
    last_y: str
    width: int = LINE_WIDTH
    height: int = LINE_HEIGHT


def bars(values: Sequence[tuple[str, int | float]]) -> tuple[Bar, ...]:
    """Lay out horizontal bars; the longest fills its row.

    Args:
        values: label and value (0 or more) of each bar, in order.
    """
    longest = max((value for _label, value in values), default=0)
    return tuple(Bar(label, value, _percent(value, longest)) for label, value in values)


def columns(values: Sequence[tuple[str, int | float]]) -> tuple[Column, ...]:
    """Lay out columns side by side; the tallest reaches the top.

    Args:
        values: label and value (0 or more) of each column, in order.
    """
    tallest = max((value for _label, value in values), default=0)
    step = WHOLE / max(1, len(values))
    return tuple(
        Column(
            label,
            value,
            x=_length(position * step + step * 0.1),
            width=_length(step * 0.8),
            y=_length(WHOLE - _share(value, tallest)),
            height=_percent(value, tallest),
        )
        for position, (label, value) in enumerate(values)
    )


def stack(counts: Sequence[int | None]) -> Stack:
    """Lay out a rating bar, best level at the left.

    Args:
        counts: answers of level 1 (worst) to 5 (best); None where the count is suppressed.

    Returns:
        The parts from level 5 to 1; their whole percents make 100 when nothing is suppressed.
    """
    total = sum(count or 0 for count in counts)
    is_complete = None not in counts
    percents = whole_percents([count or 0 for count in counts])
    parts, begin = [], 0.0
    for level in range(len(counts), 0, -1):
        count = counts[level - 1]
        share = _share(count or 0, total)
        percent = percents[level - 1] if is_complete else None
        parts.append(Part(level, count, percent, _length(begin), _length(share)))
        begin += share
    return Stack(tuple(parts), total, is_complete)


def whole_percents(counts: Sequence[int]) -> list[int]:
    """Round shares to whole percents that make 100 together (largest remainder); all 0 for no answers."""
    total = sum(counts)
    if total == 0:
        return [0] * len(counts)
    floors = [count * WHOLE // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda place: (-(counts[place] * WHOLE % total), place))
    for place in by_remainder[: WHOLE - sum(floors)]:
        floors[place] += 1
    return floors


def sparkline(values: Sequence[int | float | None]) -> Line | None:
    """Lay out a small line; None when no value is known.

    Args:
        values: one value for each step of time, None where it is unknown.
    """
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    step = (LINE_WIDTH - 2 * LINE_MARGIN) / max(1, len(values) - 1)
    places = [
        None if value is None else (_number(LINE_MARGIN + place * step), _number(_height(value, low, high)))
        for place, value in enumerate(values)
    ]
    last = next(place for place in reversed(places) if place is not None)
    return Line(_pieces(places), *last)


def _pieces(places: Sequence[tuple[str, str] | None]) -> tuple[str, ...]:
    pieces: list[list[str]] = [[]]
    for place in places:
        if place is None:
            pieces.append([])
        else:
            pieces[-1].append(",".join(place))
    return tuple(" ".join(piece) for piece in pieces if piece)


def _height(value: float, low: float, high: float) -> float:
    room = LINE_HEIGHT - 2 * LINE_MARGIN
    return LINE_HEIGHT / 2 if high == low else LINE_HEIGHT - LINE_MARGIN - room * (value - low) / (high - low)


def _share(value: float, whole: float) -> float:
    return WHOLE * value / whole if whole > 0 else 0.0


def _percent(value: float, whole: float) -> str:
    return _length(_share(value, whole))


def _length(percent: float) -> str:
    return _number(percent) + "%"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
