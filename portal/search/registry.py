"""What can be found and the backend that finds it; `portal/capabilities.py` fills it at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from portal.search.backends.memory import MemoryBackend
from portal.search.backends.null import NullBackend
from portal.search.backends.postgres import PostgresBackend
from portal.search.backends.whoosh import WhooshBackend
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from flask import Flask

    from portal.search.port import Indexer, SearchBackend, SearchDocument

_INDEXERS, _BACKEND = "search_indexers", "search_backend"
BACKENDS: Mapping[str, Callable[[Path], SearchBackend]] = {
    "whoosh": WhooshBackend,
    "memory": lambda _folder: MemoryBackend(),
    "null": lambda _folder: NullBackend(),
    "postgres": lambda _folder: PostgresBackend(lambda: db.engine),
}


class UnknownBackendError(ValueError):
    """Raised when the setting `search_backend` names none that there is."""


def make_backend(name: str, folder: Path) -> SearchBackend:
    """Make the backend of a name, with its files in a folder.

    Raises:
        UnknownBackendError: there is none of that name.
    """
    if name not in BACKENDS:
        raise UnknownBackendError(name)
    return BACKENDS[name](folder)


def init_app(app: Flask, indexers: Sequence[Indexer], *, backend: SearchBackend) -> None:
    """Give an application its search."""
    app.extensions[_INDEXERS] = {indexer.kind: indexer for indexer in indexers}
    app.extensions[_BACKEND] = backend


def backend() -> SearchBackend:
    """Tell the backend of this application."""
    found: SearchBackend = current_app.extensions[_BACKEND]
    return found


def indexers() -> Mapping[str, Indexer]:
    """Tell the indexers by kind, in the order shown to readers."""
    found: Mapping[str, Indexer] = current_app.extensions.get(_INDEXERS, {})
    return found


def documents_of(keys: Collection[str]) -> Iterator[SearchDocument]:
    """Read what can be found under some keys, from the database."""
    by_kind: dict[str, list[str]] = {}
    for key in keys:
        kind, _, object_id = key.partition(":")
        by_kind.setdefault(kind, []).append(object_id)
    for kind, ids in by_kind.items():
        if kind in indexers():
            yield from indexers()[kind].documents(ids)


def all_documents() -> Iterator[SearchDocument]:
    """Read everything that can be found, from the database."""
    for indexer in indexers().values():
        yield from indexer.documents(None)
