"""What keeps the index behind the database: a consumer of the outbox.

An event says only that something may have changed. What is indexed is what the database holds when
the event is taken, so that events may be repeated, come late or be lost with the index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from portal.search import keeping, registry
from portal.search.port import document_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.search.port import Indexer, SearchDocument


class Event(Protocol):
    """What is read of an event of the outbox."""

    kind: str
    object_id: str


class SearchConsumer:
    """Bring the things that events tell of into the index, or out of it."""

    name = "search"

    def handle(self, events: Sequence[Event]) -> None:
        """Index again whatever the events are about; done for good when this returns."""
        documents: list[SearchDocument] = []
        asked: set[str] = set()
        for kind, indexer in registry.indexers().items():
            ids = _concerned(indexer, events)
            if ids:
                asked.update(document_key(kind, object_id) for object_id in ids)
                documents.extend(indexer.documents(ids))
        if asked:
            gone = asked - {document.key for document in documents}
            keeping.update(documents, deleted=gone)


def _concerned(indexer: Indexer, events: Sequence[Event]) -> list[str]:
    """Tell which objects of a kind events are about, in their order, each once."""
    found = [event.object_id for event in events if indexer.follows(event.kind)]
    if indexer.affected is not None:
        by_kind: dict[str, dict[str, None]] = {}
        for event in events:
            by_kind.setdefault(event.kind, {})[event.object_id] = None
        for kind, ids in by_kind.items():
            found.extend(indexer.affected(kind, list(ids)))
    return list(dict.fromkeys(found))
