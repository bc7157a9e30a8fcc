"""A backend that looks through every text: the truth that the others are tested against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.search import asking
from portal.search.analysis import words
from portal.search.backends.ranking import LEAST_SHARE
from portal.search.matching import (
    body_text,
    count_facets,
    failed_facets,
    full_text,
    is_hidden,
    is_within_dates,
    order_key,
    title_text,
)
from portal.search.port import Hit, Match, Order, SearchResult, Title

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from portal.search.port import Refresh, SearchDocument, SearchQuery

TITLE_WEIGHT, WORD_WEIGHT, GRAM_WEIGHT = 3.0, 1.0, 0.1


class MemoryBackend:
    """Keep everything in this process; for tests and very small portals."""

    def __init__(self) -> None:
        """Begin empty."""
        self._documents: dict[str, SearchDocument] = {}
        self._changes = 0

    def update(self, documents: Iterable[SearchDocument], *, deleted: Collection[str] = ()) -> int:
        """Put documents in and take keys out."""
        for key in deleted:
            self._documents.pop(key, None)
        made = {document.key: document for document in documents}
        self._documents.update(made)
        self._changes += 1
        return len(made)

    def search(self, query: SearchQuery) -> SearchResult:
        """Find what contains every term, more frequent first."""
        return look_through(self._documents.values(), query)

    def rebuild(self, documents: Iterable[SearchDocument], *, refresh: Refresh | None = None) -> int:
        """Begin again with these documents."""
        del refresh
        self._documents = {document.key: document for document in documents}
        self._changes += 1
        return len(self._documents)

    def keys(self) -> frozenset[str]:
        """Tell what is kept."""
        return frozenset(self._documents)

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """Go through keys and searched texts."""
        return ((document.key, full_text(document).encode()) for document in self._documents.values())

    def titles(self, kinds: Collection[str]) -> Sequence[Title]:
        """Tell the titles of some kinds."""
        return [
            Title(document.key, document.title, document.title_en)
            for document in self._documents.values()
            if document.kind in kinds
        ]

    def state(self) -> str:
        """Count the changes."""
        return str(self._changes)

    def faults(self) -> Sequence[str]:
        """Tell nothing: memory has no files."""
        return ()


def look_through(documents: Iterable[SearchDocument], query: SearchQuery) -> SearchResult:
    """Search by reading every document."""
    asked = asking.clauses(query.text)
    if not asked and not query.is_narrowed:
        return SearchResult()
    score = _loose_score if query.match is Match.SOME else _score
    scored = {
        document.key: (document, score(document, query)) for document in documents if _may_be_found(document, query)
    }
    told = [(points, document) for document, points in scored.values() if points is not None]
    hits = [(points, document) for points, document in told if not failed_facets(document, query)]
    if query.match is Match.SOME:
        least = LEAST_SHARE * max((points for points, _ in hits), default=0.0)
        told, hits = ([both for both in some if both[0] >= least] for some in (told, hits))
    hits.sort(key=lambda hit: _order(hit[1], hit[0], query.order), reverse=True)
    end = None if query.limit is None else query.offset + query.limit
    page = [Hit(document.key, points) for points, document in hits[query.offset : end]]
    return SearchResult(page, len(hits), count_facets((document for _, document in told), query))


def _may_be_found(document: SearchDocument, query: SearchQuery) -> bool:
    return not is_hidden(document, query.hidden) and is_within_dates(document.date, query)


def _order(document: SearchDocument, score: float, order: Order) -> tuple[float, int]:
    key = order_key(document)
    amounts = -1 if document.amount_fen is None else document.amount_fen
    lead = {Order.RELEVANCE: round(score, 4), Order.AMOUNT: amounts}.get(order, 0)
    return (lead, -key if order is Order.OLDEST else key)


def _score(document: SearchDocument, query: SearchQuery) -> float | None:
    """Score a document that fulfils every clause; None if it does not."""
    text, asked = full_text(document), asking.clauses(query.text)
    if not all(clause.holds_in(text) for clause in asked):
        return None
    in_title, in_body = words(title_text(document)), words(body_text(document))
    cut = {word for clause in asked for term in clause.alternatives[0] for word in words(term)}
    score = sum(TITLE_WEIGHT * in_title.count(word) + WORD_WEIGHT * in_body.count(word) for word in cut)
    return score + sum(GRAM_WEIGHT * title_text(document).count(term) for c in asked for term in c.alternatives[0])


def _loose_score(document: SearchDocument, query: SearchQuery) -> float | None:
    """Score a document by what it has of the words asked for; None if it has none."""
    wanted, text = asking.loose(query.text), full_text(document)
    in_title, in_all = set(words(title_text(document))), set(words(text))
    score = sum(
        weight * (TITLE_WEIGHT * (word in in_title) + WORD_WEIGHT * (word in in_all))
        for word, weight in wanted.words.items()
    )
    score += sum(GRAM_WEIGHT for gram in wanted.grams if gram in text)
    return score or None
