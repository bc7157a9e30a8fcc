"""How one value is written as text, the same in every format."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import TYPE_CHECKING, Any

from portal.kernel.clock import SHANGHAI
from portal.kernel.text import without_unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_IGNORED_BEFORE = " \"'"


def as_text(value: object) -> str:
    """Write a value as text: moments in ISO 8601 with the offset of Shanghai, None as nothing.

    Characters that no file format can hold (lone surrogates, control characters) are left out.
    """
    write = _WRITERS.get(type(value))
    return write(value) if write is not None else without_unseen(str(value))


def _moment(value: datetime) -> str:
    return value.astimezone(SHANGHAI).isoformat()


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    str: without_unseen,
    NoneType: lambda _none: "",
    bool: lambda value: "true" if value else "false",
    int: str,
    datetime: _moment,
    date: date.isoformat,
    Decimal: lambda value: format(value, "f"),
}
"""By exact type: this is asked for every cell of every file."""


def as_json(value: object) -> object:
    """Write a value as JSON has it: numbers and truth values as such, all else as text, None as null."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if value is None or isinstance(value, bool | int | float) else as_text(value)


def guarded(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula (OWASP ASVS 1.2.10)."""
    bare = text.lstrip(_IGNORED_BEFORE)
    return f"'{text}" if text.startswith(FORMULA_STARTS) or bare.startswith(FORMULA_STARTS) else text
