"""Reading OCDS data as parsed from JSON, whatever a publisher put there: plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portal.procurement.rules import Json

LARGEST_AMOUNT = 2**62  # in hundredths: what a column can hold
LAST_YEAR = 9999
DEEPEST = 40
REMOVAL = "removal"
_OF_REMOVED = frozenset({"id", "status", REMOVAL})


@dataclass(frozen=True)
class Amount:
    """Money: whole minor units (fen) and the currency."""

    minor: int
    currency: str


def child(parent: Mapping[str, object], name: str) -> Json:
    """Give the object under a name, or an empty one."""
    found = parent.get(name)
    return found if isinstance(found, dict) else {}


def children(parent: Mapping[str, object], name: str) -> list[Json]:
    """Give the objects of the list under a name, or none; what a correction took out of it is left out."""
    found = parent.get(name)
    return [one for one in found if isinstance(one, dict) and not is_removed(one)] if isinstance(found, list) else []


def is_removed(item: Mapping[str, object]) -> bool:
    """Tell whether a correction took an object out of a list: OCDS can empty it, and never lets it go.

    It says so itself (`removal`, a field of the portal's own extension), and has nothing else to say.
    """
    return (
        REMOVAL in item and bool(item[REMOVAL]) and all(name in _OF_REMOVED or _is_hollow(item[name]) for name in item)
    )


def removals_in(value: object, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Go through what corrections took out: the names of the fields above it, and what is said of it."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict) and is_removed(item):
                yield names, item
            else:
                yield from removals_in(item, names)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from removals_in(item, (*names, name))


def _is_hollow(value: object) -> bool:
    """Tell whether nothing is left in a value but identifiers."""
    if isinstance(value, dict):
        return all(name == "id" or _is_hollow(item) for name, item in value.items())
    if isinstance(value, list):
        return all(isinstance(item, dict) and _is_hollow(item) for item in value)
    return value is None


def first_text(*values: object) -> str:
    """Give the first value that is a text with something in it, as one line; else nothing."""
    return next((line for value in values if isinstance(value, str) and (line := clean_line(value))), "")


def tags(release: Mapping[str, object]) -> list[str]:
    """Give the tags of a release that is right."""
    found = release.get("tag")
    return [str(tag) for tag in found] if isinstance(found, list) else []


def moment(value: object) -> datetime | None:
    """Read an RFC 3339 moment; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.upper())
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):  # the first and the last day of the calendar have no moment in UTC
        return None


def day(value: object) -> date | None:
    """Read the day, in Shanghai, of an RFC 3339 moment; None when it is none."""
    found = moment(value)
    return clock.day_of(found) if found and found.year < LAST_YEAR else None


def amount(value: Mapping[str, object]) -> Amount | None:
    """Read an OCDS value as whole minor units (hundredths); None without an amount, never nought."""
    raw = value.get("amount")
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not abs(raw) <= LARGEST_AMOUNT / 100:
        return None
    return Amount(round(Decimal(str(raw)) * 100), first_text(value.get("currency")) or "CNY")


def depth_of(value: object) -> int:
    """Tell how deep lists and objects lie in each other; a plain value is 0 deep. It never recurses."""
    depth = 0
    level: Sequence[object] = [value]
    while level := [item for one in level for item in _items(one)]:
        depth += 1
    return depth


def _items(value: object) -> Sequence[object]:
    if isinstance(value, dict):
        return list(value.values()) or [None]
    return (value or [None]) if isinstance(value, list) else ()


def documents_of(compiled: Json) -> Iterator[tuple[str, Json]]:
    """Go through every document of a process with the section it belongs to."""
    for section in ("planning", "tender"):
        yield from ((section, one) for one in children(child(compiled, section), "documents"))
    for section in ("awards", "contracts"):
        for part in children(compiled, section):
            yield from ((section, one) for one in children(part, "documents"))
            yield from ((section, one) for one in children(child(part, "implementation"), "documents"))


def searched_text(body: Json) -> str:
    """Tell everything a release can be found by: its texts, its numbers of projects and contracts, its amounts."""
    return "\n".join(dict.fromkeys([*texts_of(body), *_identifiers_of(body), *_amounts_of(body)]))


def texts_of(value: object) -> Iterator[str]:
    """Go through every text in a release, for search: keys that are codes, dates and addresses left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if (
                name not in NOT_TEXT
                and not name.lower().endswith(("date", "url", "uri"))
                and not name.startswith("date")
            ):
                yield from texts_of(item)


def _identifiers_of(value: object) -> Iterator[str]:
    """Go through the identifiers that somebody may look for; short ones only number the parts of a release."""
    if isinstance(value, list):
        for item in value:
            yield from _identifiers_of(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in IDENTIFIERS and isinstance(item, str) and len(item) >= SHORTEST_IDENTIFIER:
                yield item
            yield from _identifiers_of(item)


def _amounts_of(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _amounts_of(item)
    elif isinstance(value, dict):
        amount = value.get("amount")
        if isinstance(amount, int | float | Decimal) and not isinstance(amount, bool):
            yield f"{Decimal(str(amount)).normalize():f}{UNITS.get(str(value.get('currency')), '')}"
        for item in value.values():
            yield from _amounts_of(item)


SHORTEST_IDENTIFIER = 5
IDENTIFIERS = frozenset({"id", "ocid"})
UNITS = {"CNY": "元"}
NOT_TEXT_ENDINGS = ("date", "url", "uri")
NOT_TEXT = frozenset({
    "id", "ocid", "regionCode", "countryName", "legalName",
    "tag", "initiationType", "language", "currency", "scheme", "status", "roles", "datePublished",
    "dateModified", "dateSigned", "format", "documentType", "procurementMethod", "awardID", "type", "contactPoint",
})  # fmt: skip
