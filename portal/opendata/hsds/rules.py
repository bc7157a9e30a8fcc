"""Identifiers of HSDS objects, and what the schema of HSDS cannot see: plain Python.

Source: Human Services Data Specification 3.1.3, https://docs.openreferral.org; RFC 5545 for the days of the week.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Json = dict[str, object]
VERSION = "3.1"
PROFILE_VERSION = "1.0.0"
NAMESPACE = uuid.UUID("0e6e2f5b-6a43-4d0a-8b8f-6a4f0f0f3b10")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
TIMEZONE = 8
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?")
_BYDAY = re.compile(rf"(?:[+-]?\d{{1,2}})?(?:{'|'.join(DAYS)})")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in an object: where it stands, and what is wrong there."""

    path: str
    reason: str


def child_id(parent: str, kind: str, key: object) -> str:
    """Derive the identifier of a part from its whole, its kind and what tells it apart: the same every time."""
    return str(uuid.uuid5(uuid.UUID(parent), f"{kind}:{key}"))


def term_id(code: str) -> str:
    """Derive the identifier of a taxonomy term from its prefixed code (`cat:A0402`), or of a taxonomy from its name."""
    return str(uuid.uuid5(NAMESPACE, code))


def is_uri(raw: str | None) -> bool:
    """Tell whether a text is an absolute address on the web."""
    if not raw or not raw.isascii() or any(sign.isspace() for sign in raw):
        return False
    parts = urlsplit(raw)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def without_unknown(said: Mapping[str, object]) -> Json:
    """Leave out what is unknown: HSDS has no null, and an empty list says nothing."""
    return {name: value for name, value in said.items() if value is not None and value not in ("", [])}


def faults_of(service: Json) -> list[Fault]:
    """Find what is wrong in a full service beyond what its schema sees.

    Days, times, currencies, days of the week, ages, capacities, identifiers used twice and identifiers
    that lead nowhere.
    """
    found = [fault for path, item in _walk(service, "") for fault in _of_object(path, item)]
    return [*found, *_repeated(service), *_dangling(service)]


def _walk(item: object, path: str) -> Iterator[tuple[str, Json]]:
    if isinstance(item, dict):
        yield path, item
        for name, value in item.items():
            yield from _walk(value, f"{path}/{name}")
    elif isinstance(item, list):
        for number, value in enumerate(item):
            yield from _walk(value, f"{path}/{number}")


def _of_object(path: str, item: Json) -> Iterator[Fault]:
    for name, (is_right, reason) in _CHECKS.items():
        if name in item and not is_right(item[name]):
            yield Fault(f"{path}/{name}", reason)
    for least, most in (("minimum_age", "maximum_age"), ("available", "maximum")):
        if _above(item.get(least), item.get(most)):
            yield Fault(f"{path}/{least}", f"is above {most}")


def _is_day(raw: object) -> bool:
    try:
        return isinstance(raw, str) and len(raw) == len("2026-11-01") and bool(date.fromisoformat(raw))
    except ValueError:
        return False


def _above(least: object, most: object) -> bool:
    return isinstance(least, int | float) and isinstance(most, int | float) and least > most


def _is_list_of_days(raw: object) -> bool:
    return all(_BYDAY.fullmatch(part) for part in str(raw).split(","))


_DAY = (_is_day, "is no day like 2026-11-01")
_CLOCK = (lambda raw: _TIME.fullmatch(str(raw)) is not None, "is no time like 09:00:00+08:00")
_CHECKS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(("assured_date", "valid_from", "valid_to", "dtstart", "until"), _DAY),
    **dict.fromkeys(("opens_at", "closes_at"), _CLOCK),
    "currency": (lambda raw: _CURRENCY.fullmatch(str(raw)) is not None, "is no code of ISO 4217 like CNY"),
    "byday": (_is_list_of_days, "is no list of days like MO,TU"),
}


def _repeated(service: Json) -> Iterator[Fault]:
    """Find identifiers that two different objects of one kind have; the same term may stand in many places."""
    seen: dict[tuple[str, object], Json] = {}
    for path, item in _walk(service, ""):
        if "id" not in item:
            continue
        kind = next((part for part in reversed(path.split("/")) if part and not part.isdecimal()), "service")
        if seen.setdefault((kind, item["id"]), item) != item:
            yield Fault(f"{path}/id", "is the identifier of another object too")


_LEADS_TO = {"organization_id": "organization", "location_id": "location", "service_id": ""}


def _dangling(service: Json) -> Iterator[Fault]:
    """Find identifiers of the service, its organisation and its locations that lead to nothing in it."""
    known: dict[str, set[object]] = {"": {service.get("id")}, "organization": set(), "location": set()}
    for path, item in _walk(service, ""):
        last = path.rsplit("/", 1)[-1]
        if last in known:
            known[last].add(item.get("id"))
    for path, item in _walk(service, ""):
        for name, kind in _LEADS_TO.items():
            if name in item and item[name] not in known[kind]:
                yield Fault(f"{path}/{name}", "leads to nothing")


def page_of(items: Sequence[Json], *, total: int, number: int, per_page: int) -> Json:
    """Wrap the objects of one page as HSDS wants it; a page without objects is valid."""
    pages = -(-total // per_page)
    return {
        "total_items": total, "total_pages": pages, "page_number": number, "size": len(items),
        "first_page": number == 1, "last_page": number >= pages, "empty": not items, "contents": list(items),
    }  # fmt: skip
