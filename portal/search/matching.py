"""What a document is searched in, counted by and ordered by: shared by all backends."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from portal.search.analysis import other_forms, searchable
from portal.search.port import FACETS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from portal.search.port import SearchDocument, SearchQuery

BETWEEN = "\n"  # never left in a searchable text, so that no term reaches from title to body
SMALLEST = "0"
BANDS = (("500", 5_000_000_00), ("100", 1_000_000_00), ("50", 500_000_00), ("10", 100_000_00), ("0", 0))
"""Bands of amounts by their lower bound: in 10,000 yuan, as shown, and in fen."""

SERIAL_BITS, TAG_BITS = 30, 12
NO_DAY = 0


def title_text(document: SearchDocument) -> str:
    """Join the names of a document, searchable."""
    names = (document.title, document.title_en, *document.aliases)
    return BETWEEN.join(searchable(part) for part in names if part)


def body_text(document: SearchDocument) -> str:
    """Join the bodies of a document, searchable."""
    return BETWEEN.join(searchable(part) for part in (document.body, document.body_en) if part)


def full_text(document: SearchDocument) -> str:
    """Join everything that a document can be found by, searchable, with the other forms of its numbers."""
    text = f"{title_text(document)}{BETWEEN}{body_text(document)}"
    return f"{text}{BETWEEN}{other_forms(text)}"


def facet_values(document: SearchDocument) -> dict[str, tuple[str, ...]]:
    """Tell a document's values of each facet; none where it has none."""
    values = {
        "kind": document.kind,
        "stage": document.stage,
        "category": document.category,
        "region": document.region,
        "buyer": document.buyer,
        "year": None if document.year is None else str(document.year),
        "amount": None if document.amount_fen is None else amount_band(document.amount_fen),
        "format": document.format,
    }
    told = {name: (value,) for name, value in values.items() if value}
    return told | ({"supplier": tuple(document.suppliers)} if document.suppliers else {})


def amount_band(fen: int) -> str:
    """Tell the band of an amount."""
    return next((name for name, least in BANDS if fen >= least), SMALLEST)


def is_within_dates(day: date | None, query: SearchQuery) -> bool:
    """Tell whether a day lies between the dates of a query; no day never does."""
    if query.from_ is None and query.to is None:
        return True
    if day is None:
        return False
    return (query.from_ is None or day >= query.from_) and (query.to is None or day <= query.to)


def is_hidden(document: SearchDocument, hidden: Collection[str]) -> bool:
    """Tell whether a document, or a thing it lies within, is marked hidden."""
    return document.key in hidden or any(key in hidden for key in document.within)


def failed_facets(document: SearchDocument, query: SearchQuery) -> set[str]:
    """Tell the facets in which a document has none of the values that a query asks for."""
    values = facet_values(document)
    return {
        name for name, wanted in query.filters.items() if not any(value in wanted for value in values.get(name, ()))
    }


def order_key(document: SearchDocument) -> int:
    """Number a document so that of two the one shown first has the larger number: newer, then lower identifier.

    A day, 30 bits against the identifier, 12 bits against the kind: 62 bits in all.
    """
    day = document.date.toordinal() if document.date else NO_DAY
    least = (1 << SERIAL_BITS) - 1
    serial = int(document.object_id) if document.object_id.isdecimal() else _bits(document.object_id, SERIAL_BITS)
    tag = _bits(document.kind, TAG_BITS)
    return (day << (SERIAL_BITS + TAG_BITS)) | ((least - min(serial, least)) << TAG_BITS) | ((1 << TAG_BITS) - 1 - tag)


def _bits(text: str, count: int) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> (64 - count)


def count_facets(documents: Iterable[SearchDocument], query: SearchQuery) -> Mapping[str, Mapping[str, int]]:
    """Count the values of the facets asked for, each as if nothing were chosen in it."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS if name in query.facets}
    for document in documents:
        failed = failed_facets(document, query)
        values = facet_values(document)
        for name, counter in counts.items():
            if failed <= {name}:
                counter.update(values.get(name, ()))
    return counts
