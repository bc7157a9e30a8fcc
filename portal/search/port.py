"""What can be found, and what a search backend must do.

A capability declares an `Indexer` per kind of thing in `indexing.py`; `portal/capabilities.py`
registers it. A backend is chosen by the setting `search_backend`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date as day

LARGEST_PAGE = 100


@dataclass(frozen=True)
class SearchDocument:
    """One thing as it can be found: public text only.

    `key` is `document_key(kind, object_id)`; `region` and `category` are codes; `date` is the day by
    which the newer of two equally good hits comes first.
    """

    key: str
    kind: str
    object_id: str
    title: str
    title_en: str | None = None
    body: str = ""
    body_en: str | None = None
    region: str | None = None
    category: str | None = None
    year: int | None = None
    date: day | None = None
    amount_fen: int | None = None


def document_key(kind: str, object_id: str | int) -> str:
    """Name a thing across all kinds: `service:12`."""
    return f"{kind}:{object_id}"


@dataclass(frozen=True)
class Indexer:
    """The declaration of one kind that can be found.

    Args:
        kind: as in `?kind=`.
        documents: the documents of some objects, or of all visible ones when asked for None. What is
            asked for and not given back is taken out of the index.
        title: an English msgid for the facet, for example `N_("Services")`.
        event_kinds: the kinds of outbox events whose `object_id` names an object of this kind; its
            own kind when left out.
    """

    kind: str
    documents: Callable[[Sequence[str] | None], Iterator[SearchDocument]]
    title: str = ""
    event_kinds: Sequence[str] = ()

    def follows(self, event_kind: str) -> bool:
        """Tell whether events of a kind are about objects of this one."""
        return event_kind in (self.event_kinds or (self.kind,))


@dataclass(frozen=True)
class SearchQuery:
    """What is looked for. Texts are the reader's own; a backend makes tokens of them.

    `regions` and `categories` are codes of which one must match (a subtree, already spelled out);
    `hidden` are keys that must not be found or counted, whatever the index says.
    """

    text: str
    kind: str | None = None
    regions: Collection[str] = ()
    categories: Collection[str] = ()
    year: int | None = None
    from_: day | None = None
    to: day | None = None
    newest_first: bool = False
    hidden: Collection[str] = ()
    offset: int = 0
    limit: int | None = 20


@dataclass(frozen=True)
class Hit:
    """One thing found, as it was indexed (its text is there for the snippet)."""

    document: SearchDocument
    score: float


@dataclass(frozen=True)
class SearchResult:
    """The hits of one page, how many there are in all, and how many of each kind."""

    hits: Sequence[Hit] = ()
    total: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)


class SearchBackend(Protocol):
    """Keep an index and answer from it. Every backend passes `tests/search/test_backends.py`."""

    def update(self, documents: Iterable[SearchDocument], *, deleted: Collection[str] = ()) -> int:
        """Put documents in (in place of what had their key) and take keys out; tell how many were put in.

        When this returns, a search finds them, also after the process is killed.
        """

    def search(self, query: SearchQuery) -> SearchResult:
        """Find what contains every term; best first, then newest, then by key."""

    def rebuild(self, documents: Iterable[SearchDocument]) -> int:
        """Make a new index beside the old one and change over at once; tell how many are in it."""

    def keys(self) -> frozenset[str]:
        """Tell the key of everything in the index, for checking it against the database."""
