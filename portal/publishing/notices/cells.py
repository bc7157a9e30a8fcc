"""What is typed into one field becomes a value, and a value is written as people read it: plain functions.

Values are JSON: text for most kinds; `{"fen", "unit"}` for money; `{"name", "code"}` for organisations; a
list of rows for a table. Nothing is guessed: what does not fit is refused with what to do.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING

from portal.kernel.money import yuan
from portal.kernel.text import N_, clean_line, clean_text, nfkc_fold
from portal.parties.rules import CodeState, check_code
from portal.procurement import cells
from portal.procurement.cells import CellError, NoAmountError
from portal.publishing.notices.model import codelists

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.publishing.notices.model import FieldSpec

Value = object
UNITS = {"yuan": 100, "wan": 1_000_000}
LARGEST_COUNT, FIRST_YEAR, LAST_YEAR, HUNDRED = 2_000_000_000, 1949, 2200, 100


class TooLongError(CellError):
    """Raised when a text is too long."""

    message = N_("Shorten this to %(most)s characters; it has %(length)s.")


class NoNumberError(CellError):
    """Raised when a text is no number that can be meant."""

    message = N_("Write a number from %(least)s to %(most)s, with digits.")


class NoDayError(CellError):
    """Raised when a text is no day of the calendar."""

    message = N_("Write a day of the calendar, for example 2026-03-05.")


class NoMonthError(CellError):
    """Raised when a text is no month."""

    message = N_("Write year and month, for example 2026-03.")


class NoYearError(CellError):
    """Raised when a text is no year."""

    message = N_("Write the year with four digits, for example 2026.")


class NoMomentError(CellError):
    """Raised when a text is no day with a time."""

    message = N_("Write day and time, for example 2026-03-05 09:30.")


class NoNameError(CellError):
    """Raised when an organisation has a code and no name."""

    message = N_("Write the full name of the organisation beside its code.")


class WrongCreditCodeError(CellError):
    """Raised when a unified social credit code fails its check character."""

    message = N_("This unified social credit code is not right. Compare its 18 characters with the certificate.")


def read(field: FieldSpec, raw: str, more: str = "") -> Value | None:
    """Read what was typed into a field; `more` is the unit of an amount, or the code of an organisation.

    Raises:
        CellError: it does not fit.
    """
    if field.kind == "amount":
        return read_amount(raw, more or field.unit)
    if field.kind == "organisation":
        return read_organisation(raw, more)
    return read_choice(field, raw) if field.kind == "choice" else read_text(field, raw)


def read_text(field: FieldSpec, raw: str) -> Value | None:
    """Read what was typed into a field of one input; None where nothing was.

    Raises:
        CellError: it does not fit.
    """
    typed = clean_text(raw) if field.kind == "paragraph" else clean_line(raw)
    if not typed:
        return None
    if len(typed) > field.longest:
        raise TooLongError(most=field.longest, length=len(typed))
    reader = _READERS.get(field.kind)
    return reader(typed) if reader else typed


def read_amount(raw: str, unit: str) -> Value | None:
    """Read money: a number and its unit; a unit in the text itself is stronger.

    Raises:
        NoAmountError: it is none.
    """
    if unit not in UNITS:
        raise NoAmountError
    fen = cells.amount_fen(raw, unit)
    return None if fen is None else {"fen": fen, "unit": unit}


def read_organisation(name: str, code: str) -> Value | None:
    """Read an organisation: its name, and its unified social credit code where it has one.

    Raises:
        TooLongError, NoNameError, WrongCreditCodeError
    """
    said, number = clean_line(name), re.sub(r"\s", "", nfkc_fold(code)).upper()
    if len(said) > 200:  # noqa: PLR2004 - what a name of an organisation may have
        raise TooLongError(most=200, length=len(said))
    if number and check_code(number).state is not CodeState.RIGHT:
        raise WrongCreditCodeError
    if number and not said:
        raise NoNameError
    return {"name": said, "code": number} if said else None


def read_choice(field: FieldSpec, raw: str) -> Value | None:
    """Read a choice: its code, or its name as a spreadsheet has it.

    Raises:
        NoChoiceError: it is none of the list.
    """
    return cells.choice_of(raw, words_of(field.codelist))


@cache
def words_of(codelist: str) -> Mapping[str, str]:
    """Give the codes of a list by every word that stands for one: the code itself, its name in either language."""
    found: dict[str, str] = {}
    for code, choice in codelists()[codelist].items():
        for word in (code, choice.name, choice.name_en):
            found.setdefault(word, code)
    return found


def read_moment(raw: str) -> str:
    """Read a day with a time; empty where nothing was typed.

    Raises:
        NoMomentError: it is none.
    """
    typed = clean_line(raw)
    return _moment(typed) if typed else ""


def _day(typed: str) -> str:
    day = cells.moment_of(typed.replace(" ", ""), cells.DAYS)
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NoDayError
    return f"{day:%Y-%m-%d}"


def _month(typed: str) -> str:
    month = cells.moment_of(typed.replace(" ", ""), cells.MONTHS)
    if month is None or not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise NoMonthError
    return f"{month:%Y-%m}"


def _year(typed: str) -> str:
    year = cells.moment_of(typed, ("%Y", "%Y年"))
    if year is None or not FIRST_YEAR <= year.year <= LAST_YEAR:
        raise NoYearError
    return f"{year:%Y}"


def _moment(typed: str) -> str:
    moment = cells.moment_of(typed, cells.MOMENTS)
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise NoMomentError
    return f"{moment:%Y-%m-%dT%H:%M}"


def _decimal(typed: str, least: int, most: int) -> Decimal:
    try:
        number = Decimal(nfkc_fold(typed).replace(",", "").replace(" ", "").removesuffix("%"))
    except InvalidOperation as error:
        raise NoNumberError(least=least, most=most) from error
    if not number.is_finite() or not least <= number <= most:
        raise NoNumberError(least=least, most=most)
    return number


def _count(typed: str) -> str:
    number = _decimal(typed, 0, LARGEST_COUNT)
    if number != number.to_integral_value():
        raise NoNumberError(least=0, most=LARGEST_COUNT)
    return str(int(number))


def _percent(typed: str) -> str:
    return f"{_decimal(typed, 0, HUNDRED).quantize(Decimal('0.01')).normalize():f}"


def _number(typed: str) -> str:
    return f"{_decimal(typed, 0, LARGEST_COUNT).quantize(Decimal('0.01')).normalize():f}"


_READERS = {
    "day": _day, "month": _month, "year": _year, "moment": _moment, "count": _count, "percent": _percent,
    "number": _number,
}  # fmt: skip


def amount_text(value: Value) -> str:
    """Write money in the unit in which it was typed, without the unit."""
    if not isinstance(value, dict):
        return ""
    return f"{(Decimal(value['fen']) / UNITS[value['unit']]).normalize():f}"


def shown(field: FieldSpec, value: Value, *, english: bool) -> str:
    """Write a value of one field as people read it; regions and categories are named by the page."""
    if value is None:
        return ""
    if isinstance(value, dict) and "fen" in value:
        if value["unit"] == "wan":
            return f"{amount_text(value)} {'× 10,000 yuan' if english else '万元'}"
        return f"{yuan(value['fen'])} {'yuan' if english else '元'}"
    if isinstance(value, dict):
        between = (" (", ")") if english else ("（", "）")
        return (
            f"{value.get('name')}{between[0]}{value['code']}{between[1]}"
            if value.get("code")
            else str(value.get("name"))
        )
    if field.kind == "choice":
        choice = codelists()[field.codelist].get(str(value))
        return (choice.name_en if english else choice.name) if choice else str(value)
    return str(value).replace("T", " ") if field.kind == "moment" else str(value)
