"""Searching and updating that go on when the index is damaged or gone: the database answers until it is mended."""

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

    from portal.search.port import SearchDocument, SearchQuery, SearchResult, Title

log = logging.getLogger(__name__)
SECONDS_TO_LOOK_THROUGH = 1.5
SECONDS_BETWEEN_TRIES = 60.0
SECONDS_BETWEEN_LOOKS = 600.0
_mending = threading.Lock()
_not_before = 0.0


def search(query: SearchQuery) -> SearchResult:
    """Search; while the index is damaged, look through the database for as long as a reader waits."""
    try:
        return registry.backend().search(query)
    except IndexDamagedError:
        _mend_in_background()
        return _without_index(query)


def titles(kinds: Collection[str]) -> tuple[str, Iterable[Title]]:
    """Tell the titles of some kinds with the state of the index they are from; none while it is damaged."""
    try:
        state = registry.backend().state()
        return state, registry.backend().titles(kinds)
    except IndexDamagedError:
        _mend_in_background()
        return "", ()


def state() -> str | None:
    """Name what is in the index now; None while it is damaged."""
    try:
        return registry.backend().state()
    except IndexDamagedError:
        return None


def update(documents: Iterable[SearchDocument], *, deleted: Collection[str]) -> int:
    """Bring documents into the index; a damaged one is made anew instead."""
    waiting = list(documents)
    try:
        return registry.backend().update(waiting, deleted=deleted)
    except IndexDamagedError:
        return rebuild()


def rebuild(watched: Callable[[Iterator[SearchDocument]], Iterator[SearchDocument]] | None = None) -> int:
    """Make the index anew from the database.

    It reads in a context of its own, so that it sees what is committed now and not what the caller saw.

    Args:
        watched: is handed every document on its way, to show progress.

    Raises:
        RebuildRunningError: somebody is at it already.
    """
    with _application().app_context():
        documents = registry.all_documents()
        return registry.backend().rebuild(watched(documents) if watched else documents, refresh=_read_again)


def examine() -> None:
    """Compare the files of the index with their checksums, and make it anew where they differ."""
    faults = registry.backend().faults()
    if faults:
        log.error("search: %s", "; ".join(faults))
        _mend_in_background()


def start_watching(app: Flask) -> threading.Thread:
    """Examine the index at the start and every ten minutes, in a thread of this process."""
    thread = threading.Thread(target=_watch, args=(app,), name="search-watching", daemon=True)
    thread.start()
    return thread


def _watch(app: Flask) -> None:
    while True:
        with app.app_context():
            try:
                examine()
            except (PortalError, OSError):
                log.exception("search: the index could not be examined")
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _read_again(keys: Collection[str]) -> list[SearchDocument]:
    """Read what was touched meanwhile as it is now: a long read still sees the database as it began."""
    with _application().app_context():
        return list(registry.documents_of(keys))


def _without_index(query: SearchQuery) -> SearchResult:
    end = time.monotonic() + SECONDS_TO_LOOK_THROUGH
    documents = itertools.takewhile(lambda _: time.monotonic() < end, registry.all_documents())
    found = look_through(documents, query)
    return type(found)(found.hits, found.total, found.facets, is_partial=True)


def _mend_in_background() -> None:
    """Rebuild in a thread of its own, one at a time, and not again at once where it did not work."""
    if time.monotonic() >= _not_before and _mending.acquire(blocking=False):
        threading.Thread(target=_mend, args=(_application(),), name="search-mending", daemon=True).start()


def _mend(app: Flask) -> None:
    global _not_before  # noqa: PLW0603 - one time for the whole process, guarded by the lock
    try:
        with app.app_context():
            log.warning("search: the index is damaged or missing and is made anew")
            log.warning("search: %s documents are in the new index", rebuild())
    except RebuildRunningError:
        log.info("search: another process is making the index anew")
    except (PortalError, OSError):
        _not_before = time.monotonic() + SECONDS_BETWEEN_TRIES
        log.exception("search: the index could not be made anew; it is tried again in a minute")
    finally:
        _mending.release()


def _application() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's way
    return app
