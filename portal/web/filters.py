"""What a list may be narrowed by: one reading of the address for pages, feeds and exports."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Self

from flask import request

from portal.kernel.errors import BadFilterError, NotFoundError
from portal.kernel.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LONGEST_TEXT, LONGEST_QUERY = 100, 500
SLACK = 4  # so much may cleaning take away
LARGEST_NUMBER = 2**31 - 1
EARLIEST_YEAR, LATEST_YEAR = 1949, 2200
_ENVIRON_KEY = "sanwen.filters"


@dataclass(frozen=True)
class Filters:
    """The filters of the public interface; what is not asked for is None (or page 1)."""

    q: str | None = None
    kind: str | None = None
    region: str | None = None
    category: str | None = None
    buyer: int | None = None
    supplier: int | None = None
    stage: str | None = None
    year: int | None = None
    amount: str | None = None
    format: str | None = None
    match: str | None = None
    from_: date | None = None
    to: date | None = None
    sort: str | None = None
    page: int = 1

    @classmethod
    def from_request(cls) -> Self:
        """Read the filters of the present request."""
        found = cls.read(request.args)
        request.environ[_ENVIRON_KEY] = found
        return found

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Self:
        """Read filters; unknown parameters are ignored, empty ones count as not asked for.

        Raises:
            BadFilterError: a value that cannot be meant.
        """
        found = cls(
            q=_text(args, "q", most=LONGEST_QUERY),
            kind=_text(args, "kind"),
            region=_text(args, "region"),
            category=_text(args, "category"),
            buyer=_number(args, "buyer"),
            supplier=_number(args, "supplier"),
            stage=_text(args, "stage"),
            year=_number(args, "year", least=EARLIEST_YEAR, most=LATEST_YEAR),
            amount=_text(args, "amount"),
            format=_text(args, "format"),
            match=_text(args, "match"),
            from_=_day(args, "from"),
            to=_day(args, "to"),
            sort=_text(args, "sort"),
            page=_number(args, "page") or 1,
        )
        if found.from_ and found.to and found.from_ > found.to:
            raise BadFilterError(name="to")
        return found

    def as_args(self, **changes: object) -> dict[str, object]:
        """Write the filters as parameters of an address, with changes; page 1 is left out."""
        said = {item.name: getattr(self, item.name) for item in fields(self)} | changes
        said["page"] = None if said["page"] == 1 else said["page"]
        return {("from" if name == "from_" else name): value for name, value in said.items() if value is not None}

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything but order and page was asked for."""
        return bool(self.as_args(sort=None, page=None))


def read_filters() -> Filters | None:
    """Tell the filters that the present request was answered by; None where its page reads none."""
    found: Filters | None = request.environ.get(_ENVIRON_KEY)
    return found


def choose(value: str | None, allowed: Collection[str], *, name: str) -> str | None:
    """Check a value against the ones that are possible.

    Raises:
        BadFilterError: it is none of them.
    """
    if value is not None and value not in allowed:
        raise BadFilterError(name=name)
    return value


def number_asked(name: str, *, least: int = 1) -> int | None:
    """Read a whole number among the parameters of the present request; None where it is not asked for.

    Raises:
        BadFilterError: it is no such number.
    """
    return _number(request.args, name, least=least)


def as_number(text: str) -> int:
    """Read the number of a thing in an address.

    Raises:
        NotFoundError: there can be no such thing.
    """
    if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_NUMBER)) and int(text) <= LARGEST_NUMBER:
        return int(text)
    raise NotFoundError


def _text(args: Mapping[str, str], name: str, *, most: int = LONGEST_TEXT) -> str | None:
    raw = args.get(name, "")
    value = clean_line(raw[: SLACK * most])
    if len(value) > most or len(raw) > SLACK * most:
        raise BadFilterError(name=name)
    return value or None


def _number(args: Mapping[str, str], name: str, *, least: int = 1, most: int = LARGEST_NUMBER) -> int | None:
    raw = args.get(name, "").strip()
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= len(str(LARGEST_NUMBER)) and least <= int(raw) <= most):
        raise BadFilterError(name=name)
    return int(raw)


def _day(args: Mapping[str, str], name: str) -> date | None:
    raw = args.get(name, "").strip()
    if not raw:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        raise BadFilterError(name=name) from error
