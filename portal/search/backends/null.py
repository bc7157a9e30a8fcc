"""A backend that keeps nothing and finds nothing: for commands and tests that do not search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.search.port import SearchResult

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from portal.search.port import Refresh, SearchDocument, SearchQuery, Title


class NullBackend:
    """Take everything, keep nothing."""

    def update(self, documents: Iterable[SearchDocument], *, deleted: Collection[str] = ()) -> int:
        """Count documents and forget them."""
        del deleted
        return sum(1 for _ in documents)

    def search(self, query: SearchQuery) -> SearchResult:
        """Find nothing."""
        del query
        return SearchResult()

    def rebuild(self, documents: Iterable[SearchDocument], *, refresh: Refresh | None = None) -> int:
        """Count documents and forget them."""
        del refresh
        return sum(1 for _ in documents)

    def keys(self) -> frozenset[str]:
        """Tell that nothing is kept."""
        return frozenset()

    def texts(self) -> Iterable[tuple[str, bytes]]:
        """Tell none."""
        return ()

    def titles(self, kinds: Collection[str]) -> Sequence[Title]:
        """Tell none."""
        del kinds
        return ()

    def state(self) -> str:
        """Tell that nothing changes."""
        return ""

    def faults(self) -> Sequence[str]:
        """Tell none."""
        return ()
