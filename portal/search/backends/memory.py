"""A backend that looks through every text: the truth that the others are tested against."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from portal.search.analysis import terms
from portal.search.matching import fits, full_text, order, title_text
from portal.search.port import Hit, SearchResult

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from portal.search.port import SearchDocument, SearchQuery

TITLE_WEIGHT = 3


class MemoryBackend:
    """Keep everything in this process; for tests and very small portals."""

    def __init__(self) -> None:
        """Begin empty."""
        self._documents: dict[str, SearchDocument] = {}

    def update(self, documents: Iterable[SearchDocument], *, deleted: Collection[str] = ()) -> int:
        """Put documents in and take keys out."""
        for key in deleted:
            self._documents.pop(key, None)
        made = {document.key: document for document in documents}
        self._documents.update(made)
        return len(made)

    def search(self, query: SearchQuery) -> SearchResult:
        """Find what contains every term, more frequent first."""
        wanted = terms(query.text)
        found = [
            Hit(document, _score(document, wanted))
            for document in self._documents.values()
            if wanted and fits(document, query) and all(term in full_text(document) for term in wanted)
        ]
        return page_of(found, query)

    def rebuild(self, documents: Iterable[SearchDocument]) -> int:
        """Begin again with these documents."""
        self._documents = {document.key: document for document in documents}
        return len(self._documents)

    def keys(self) -> frozenset[str]:
        """Tell what is kept."""
        return frozenset(self._documents)


def page_of(found: Iterable[Hit], query: SearchQuery) -> SearchResult:
    """Count hits by kind, narrow them to the kind asked for, put them in order, cut out the page."""
    hits = list(found)
    kinds = Counter(hit.document.kind for hit in hits)
    if query.kind is not None:
        hits = [hit for hit in hits if hit.document.kind == query.kind]
    hits.sort(key=lambda hit: order(hit.document, hit.score, newest_first=query.newest_first))
    end = None if query.limit is None else query.offset + query.limit
    return SearchResult(hits[query.offset : end], len(hits), dict(sorted(kinds.items())))


def _score(document: SearchDocument, wanted: Collection[str]) -> float:
    title, text = title_text(document), full_text(document)
    return float(sum(text.count(term) + TITLE_WEIGHT * title.count(term) for term in wanted))
