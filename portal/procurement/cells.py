"""What stands in a cell becomes a value: one reading for forms, for sheets of the office and for the command.

Nothing is guessed: what does not fit is refused. Which forms of a date and which words of a list are known, the
caller says (the fields of notices in the office, a mapping file at the command).
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from portal.kernel.clock import SHANGHAI
from portal.kernel.errors import InvalidInputError
from portal.kernel.text import N_, clean_line, nfkc_fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FEN_IN = {
    "yuan": 100, "wan": 1_000_000, "元": 100, "万": 1_000_000, "万元": 1_000_000, "亿": 10_000_000_000,
    "亿元": 10_000_000_000,
}  # fmt: skip
MOST_FEN = 100 * 10**12  # what all governments of the country spend on purchases in four months
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y年%m月%d")
MONTHS = ("%Y-%m", "%Y/%m", "%Y.%m", "%Y年%m月", "%Y年%m")
MOMENTS = tuple(
    f"{day}{between}{time}"
    for time in ("%H:%M", "%H:%M:%S", "%H时%M分", "%H时%M")
    for day in DAYS
    for between in (" ", "T", "")
)
OF_WORKBOOKS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")  # as cells with a date are written
LONGEST_AMOUNT, LONGEST_DATE, SHORTEST_GARBLED = 100, 40, 4
NEARLY = Decimal("1e-4")  # spreadsheets keep 0.3 as 0.30000000000000004: in fen, what is nearer than that is that fen
_MARKS = ("\ufffd", "锟斤拷", "烫烫烫")
_HIGH = re.compile(r"[\u00a1-\u00ff]{4,}")  # two Chinese characters in GB 2312, each byte read as a sign of its own
_COMMON = re.compile(r"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")  # its signs, and the characters that are written every day
_AMOUNT = re.compile(r"[¥￥]?(-?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,20})?)(亿元|亿|万元|万|元)?")


class CellError(InvalidInputError):
    """Raised when what stands in a cell does not fit its field."""

    code = "bad-cell"


class NoAmountError(CellError):
    """Raised when a text is no amount of money."""

    message = N_("This is no amount. Write it with digits, for example 120000.50.")


class NegativeAmountError(NoAmountError):
    """Raised when an amount is below nought."""

    message = N_("This amount is below nought.")


class AbsurdAmountError(NoAmountError):
    """Raised when an amount is larger than can be meant."""

    message = N_("This is more than a trillion yuan; is the unit right?")


class SplitFenError(NoAmountError):
    """Raised when an amount has parts of a fen."""

    message = N_("This amount has parts of a fen. Write at most two decimals in yuan.")


class NoChoiceError(CellError):
    """Raised when a value is none of its list."""

    message = N_("Choose one of the list.")


def amount_fen(raw: str, unit: str) -> int | None:
    """Read money as fen; a unit in the text itself is stronger than that of its column. None where nothing stands.

    Raises:
        NoAmountError: it is none that can be meant.
    """
    typed = re.sub(r"\s", "", nfkc_fold(raw))
    if not typed:
        return None
    found = _AMOUNT.fullmatch(typed) if len(typed) <= LONGEST_AMOUNT else None
    if found is None or unit not in FEN_IN:
        raise NoAmountError
    amount = Decimal(found[1].replace(",", "")) * FEN_IN[found[2] or unit]
    if amount < 0:
        raise NegativeAmountError
    if amount > MOST_FEN:
        raise AbsurdAmountError
    fen = amount.to_integral_value()
    if abs(fen - amount) > NEARLY:
        raise SplitFenError
    return int(fen)


def moment_of(raw: str, forms: Iterable[str]) -> datetime | None:
    """Read a day, or a day with a time, in Shanghai; None where it is written in none of the forms (of `strptime`)."""
    typed = nfkc_fold(raw).strip().upper()
    if len(typed) > LONGEST_DATE:
        return None
    for form in forms:
        try:
            found = datetime.strptime(typed, form)  # noqa: DTZ007 - the zone is Shanghai's, put on below
        except ValueError:
            continue
        return found.replace(tzinfo=SHANGHAI)
    return None


def choice_of(raw: str, words: Mapping[str, str]) -> str | None:
    """Read a choice as its code, by whichever word stands for it. None where nothing stands.

    Raises:
        NoChoiceError: it is none of the list.
    """
    said = clean_line(raw)
    if not said:
        return None
    if said not in words:
        raise NoChoiceError
    return words[said]


def is_garbled(text: str) -> bool:
    """Tell whether a text is Chinese that was read in the wrong encoding (mojibake)."""
    if any(mark in text for mark in _MARKS):
        return True
    if text.isascii() or sum(not sign.isascii() for sign in text) < SHORTEST_GARBLED:
        return False
    if any(_reads_as_chinese(text, encoding) for encoding in ("cp1252", "latin-1", "gb18030")):
        return True
    return any(_is_split_gb(run) for run in _HIGH.findall(text))


def _reads_as_chinese(text: str, encoding: str) -> bool:
    try:
        found = text.encode(encoding).decode()
    except UnicodeError:
        return False
    return any("\u4e00" <= sign <= "\u9fff" for sign in found)


def _is_split_gb(run: str) -> bool:
    """Tell whether signs are the bytes of GB text, as no language of Europe puts letters together."""
    pairs = [run[at : at + 2] for at in range(0, len(run), 2)]
    letters = sum(sign.isalpha() for sign in run)
    return letters > 1 and len(set(run)) > 2 and all(_COMMON.fullmatch(pair) for pair in pairs)  # noqa: PLR2004 - a row of dots or crosses is no text
