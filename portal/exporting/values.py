"""How one value is written as text, the same in every format."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from portal.kernel.clock import SHANGHAI
from portal.kernel.text import without_unseen

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_IGNORED_BEFORE = " \"'"


def as_text(value: object) -> str:
    """Write a value as text: moments in ISO 8601 with the offset of Shanghai, None as nothing.

    Characters that no file format can hold (lone surrogates, control characters) are left out.
    """
    match value:
        case str():
            return without_unseen(value)
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(SHANGHAI).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return without_unseen(str(value))


def as_json(value: object) -> object:
    """Write a value as JSON has it: numbers and truth values as such, all else as text, None as null."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if value is None or isinstance(value, bool | int | float) else as_text(value)


def guarded(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula (OWASP ASVS 1.2.10)."""
    bare = text.lstrip(_IGNORED_BEFORE)
    return f"'{text}" if text.startswith(FORMULA_STARTS) or bare.startswith(FORMULA_STARTS) else text
