"""What can be found, and what a search backend must do.

A capability declares an `Indexer` per kind of thing in `indexing.py`; `portal/capabilities.py`
registers it. A backend is chosen by the setting `search_backend`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date as day


FACETS = ("kind", "stage", "category", "region", "buyer", "supplier", "year", "amount", "format")
"""What a search can be narrowed to and counted by; `matching.facet_values` tells a document's values."""


@dataclass(frozen=True)
class SearchDocument:
    """One thing as it can be found: public text only.

    `key` is `document_key(kind, object_id)`; `region` and `category` are codes, `buyer` and
    `suppliers` identifiers of organizations; `aliases` are further names it is found by; `date` is the
    day by which the newer of two equally good hits comes first; `within` are the keys of things whose
    hiding hides this one too.
    """

    key: str
    kind: str
    object_id: str
    title: str
    title_en: str | None = None
    body: str = ""
    body_en: str | None = None
    aliases: Sequence[str] = ()
    region: str | None = None
    category: str | None = None
    buyer: str | None = None
    suppliers: Sequence[str] = ()
    stage: str | None = None
    format: str | None = None
    year: int | None = None
    date: day | None = None
    amount_fen: int | None = None
    within: Sequence[str] = ()


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
        affected: the objects of this kind that an event about something else concerns: told the kind
            and the identifiers of the events, it tells object ids.
        is_suggested: whether its titles are offered while somebody types.
    """

    kind: str
    documents: Callable[[Sequence[str] | None], Iterator[SearchDocument]]
    title: str = ""
    event_kinds: Sequence[str] = ()
    affected: Callable[[str, Sequence[str]], Iterable[str]] | None = None
    is_suggested: bool = False

    def follows(self, event_kind: str) -> bool:
        """Tell whether events of a kind are about objects of this one."""
        return event_kind in (self.event_kinds or (self.kind,))


class Order(StrEnum):
    """In which order hits come. Ties are broken by date, newest first, then by identifier."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    AMOUNT = "amount"


class Match(StrEnum):
    """How much of the query a hit must contain."""

    ALL = "all"
    SOME = "some"


@dataclass(frozen=True)
class SearchQuery:
    """What is looked for. Texts are the reader's own; a backend makes tokens of them.

    `filters` gives for a facet the values of which one must match (a subtree already spelled out);
    `hidden` are keys that must not be found or counted, nor anything within them, whatever the index
    says; `facets` are those whose values are counted. A query without text finds everything that
    passes its filters, provided there are some.
    """

    text: str
    filters: Mapping[str, Collection[str]] = field(default_factory=dict)
    from_: day | None = None
    to: day | None = None
    order: Order = Order.RELEVANCE
    match: Match = Match.ALL
    hidden: Collection[str] = ()
    facets: Collection[str] = ()
    offset: int = 0
    limit: int | None = 20

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything but the text narrows the result."""
        return bool(self.filters) or self.from_ is not None or self.to is not None


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    key: str
    score: float

    @property
    def kind(self) -> str:
        """The kind of the thing."""
        return self.key.partition(":")[0]

    @property
    def object_id(self) -> str:
        """The identifier of the thing among those of its kind."""
        return self.key.partition(":")[2]


@dataclass(frozen=True)
class SearchResult:
    """The hits of one page, how many there are in all, and how many of each value of each facet.

    A facet is counted as if nothing were chosen in it, so that its other values stay in sight.
    `is_partial` says that the time allowed ran out, or that only a part could be looked through.
    """

    hits: Sequence[Hit] = ()
    total: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    is_partial: bool = False


@dataclass(frozen=True)
class Title:
    """The names of one indexed thing, for suggestions."""

    key: str
    title: str
    title_en: str | None


class SearchBackend(Protocol):
    """Keep an index and answer from it. Every backend passes `tests/search/test_backends.py`."""

    def update(self, documents: Iterable[SearchDocument], *, deleted: Collection[str] = ()) -> int:
        """Put documents in (in place of what had their key) and take keys out; tell how many were put in.

        When this returns, a search finds them, also after the process is killed.

        Raises:
            IndexDamagedError: there is no index yet (`rebuild` makes the first one), or it is damaged.
        """

    def search(self, query: SearchQuery) -> SearchResult:
        """Find what contains every term; best first, then newest, then by identifier.

        Raises:
            IndexDamagedError: there is no index yet, or it is damaged. It is never taken for an empty one.
        """

    def rebuild(self, documents: Iterable[SearchDocument], *, refresh: Refresh | None = None) -> int:
        """Make a new index beside the old one and change over at once; tell how many are in it.

        Args:
            documents: everything there is.
            refresh: reads again what was updated while the new index was made.
        """

    def keys(self) -> frozenset[str]:
        """Tell the key of everything in the index, for checking it against the database."""

    def texts(self) -> Iterable[tuple[str, bytes]]:
        """Go through the key and the searched text (UTF-8) of everything in the index, for checking it."""

    def titles(self, kinds: Collection[str]) -> Sequence[Title]:
        """Tell the titles of everything of some kinds."""

    def state(self) -> str:
        """Name what is in the index now: another name after every change, from any process."""

    def faults(self) -> Sequence[str]:
        """Tell what is damaged, in plain words; nothing when all is well."""


class Refresh(Protocol):
    """Read documents again by their keys; what is not given back is gone."""

    def __call__(self, keys: Collection[str]) -> Iterable[SearchDocument]:
        """Read the documents of some keys."""
