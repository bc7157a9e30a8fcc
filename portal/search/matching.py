"""What a document is searched in, and whether a query fits it: shared by all backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.search.analysis import normalise

if TYPE_CHECKING:
    from datetime import date

    from portal.search.port import SearchDocument, SearchQuery

BETWEEN = "\n"  # never left in a normalised text, so that no term reaches from title to body


def title_text(document: SearchDocument) -> str:
    """Join the titles of a document, normalised."""
    return BETWEEN.join(normalise(part) for part in (document.title, document.title_en) if part)


def body_text(document: SearchDocument) -> str:
    """Join the bodies of a document, normalised."""
    return BETWEEN.join(normalise(part) for part in (document.body, document.body_en) if part)


def full_text(document: SearchDocument) -> str:
    """Join everything that a document can be found by, normalised, with single spaces."""
    parts = f"{title_text(document)}{BETWEEN}{body_text(document)}".split(BETWEEN)
    return BETWEEN.join(" ".join(part.split()) for part in parts)


def fits(document: SearchDocument, query: SearchQuery) -> bool:
    """Tell whether a document passes the filters of a query, its kind left aside."""
    return (
        document.key not in query.hidden
        and (not query.regions or document.region in query.regions)
        and (not query.categories or document.category in query.categories)
        and (query.year is None or document.year == query.year)
        and _is_within(document.date, query)
    )


def _is_within(day: date | None, query: SearchQuery) -> bool:
    if query.from_ is None and query.to is None:
        return True
    if day is None:
        return False
    return (query.from_ is None or day >= query.from_) and (query.to is None or day <= query.to)


def order(document: SearchDocument, score: float, *, newest_first: bool) -> tuple[object, ...]:
    """Tell the place of a hit: best, then newest, then by kind and identifier; never by chance."""
    rank, day = -round(score, 6), -(document.date.toordinal() if document.date else 0)
    identifier = (document.kind, len(document.object_id), document.object_id)
    return (day, rank, *identifier) if newest_first else (rank, day, *identifier)
