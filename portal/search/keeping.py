"""Searching and updating that go on when the index is damaged: the database answers until it is mended."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from typing import TYPE_CHECKING

from flask import Flask, current_app

from portal.kernel.errors import PortalError
from portal.search import registry
from portal.search.backends.memory import look_through
from portal.search.faults import IndexDamagedError, RebuildRunningError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from portal.search.port import SearchDocument, SearchQuery, SearchResult

log = logging.getLogger(__name__)
SECONDS_TO_LOOK_THROUGH = 1.5
_mending = threading.Lock()


def search(query: SearchQuery) -> SearchResult:
    """Search; while the index is damaged, look through the database for as long as a reader waits."""
    try:
        return registry.backend().search(query)
    except IndexDamagedError:
        _mend_in_background()
        return _without_index(query)


def update(documents: Iterable[SearchDocument], *, deleted: Collection[str]) -> int:
    """Bring documents into the index; a damaged one is made anew instead."""
    waiting = list(documents)
    try:
        return registry.backend().update(waiting, deleted=deleted)
    except IndexDamagedError:
        return rebuild()


def rebuild(watched: Callable[[Iterator[SearchDocument]], Iterator[SearchDocument]] | None = None) -> int:
    """Make the index anew from the database.

    Args:
        watched: is handed every document on its way, to show progress.

    Raises:
        RebuildRunningError: somebody is at it already.
    """
    documents = registry.all_documents()
    return registry.backend().rebuild(watched(documents) if watched else documents, refresh=registry.documents_of)


def _without_index(query: SearchQuery) -> SearchResult:
    end = time.monotonic() + SECONDS_TO_LOOK_THROUGH
    documents = itertools.takewhile(lambda _: time.monotonic() < end, registry.all_documents())
    found = look_through(documents, query)
    return type(found)(found.hits, found.total, found.facets, is_partial=True)


def _mend_in_background() -> None:
    """Rebuild in a thread of its own, one at a time."""
    if _mending.acquire(blocking=False):
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's way
        threading.Thread(target=_mend, args=(app,), name="search-mending", daemon=True).start()


def _mend(app: Flask) -> None:
    try:
        with app.app_context():
            log.warning("search: the index is damaged and is made anew")
            log.warning("search: %s documents are in the new index", rebuild())
    except RebuildRunningError:
        log.info("search: another process is making the index anew")
    except (PortalError, OSError):
        log.exception("search: the index could not be made anew; it is tried again at the next search")
    finally:
        _mending.release()
