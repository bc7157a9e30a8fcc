"""Counting in memory, written once a minute: no request waits for it, and a killed process loses at most a minute.

An answer is looked at when it is finished; of the request only the address, the method and what the program calls
itself are read, and nothing of it is kept but one number more.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import Counter
from typing import TYPE_CHECKING

from flask import current_app, request

from portal.storage.database import db
from portal.usage.actions import add_counts
from portal.usage.readers import is_reader
from portal.usage.rules import Key, is_use, key_of
from portal.web import access

if TYPE_CHECKING:
    from flask import Flask, Response

    from portal.settings import Settings

log = logging.getLogger(__name__)
SECONDS = 60.0
MOST_KEYS = 20_000
_EXTENSION = "usage"


class Counts:
    """What this process has counted and not yet written."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lock = threading.Lock()
        self._counts = Counter[Key]()
        self.is_full = threading.Event()

    def add(self, key: Key) -> None:
        """Count one use."""
        with self._lock:
            self._counts[key] += 1
            if len(self._counts) >= MOST_KEYS:
                self.is_full.set()

    def take(self) -> Counter[Key]:
        """Hand over what was counted, to be written."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
            self.is_full.clear()
        return taken

    def give_back(self, counts: Counter[Key]) -> None:
        """Take back what could not be written."""
        with self._lock:
            self._counts += counts


def init_app(app: Flask) -> None:
    """Look at every answer, unless the settings say that nothing is counted."""
    settings: Settings = app.extensions["settings"]
    app.extensions[_EXTENSION] = Counts()
    if settings.usage == "on":
        app.after_request(_count)


def start(app: Flask) -> None:
    """Write what is counted once a minute in a thread of this process, and when it ends."""
    settings: Settings = app.extensions["settings"]
    if settings.usage == "on":
        threading.Thread(target=_run, args=(app,), name="usage", daemon=True).start()
        atexit.register(write, app)


def write(app: Flask) -> None:
    """Write what was counted; what cannot be written now is kept for the next time."""
    counts: Counts = app.extensions[_EXTENSION]
    settings: Settings = app.extensions["settings"]
    taken = counts.take()
    if not taken:
        return
    with app.app_context():
        try:
            add_counts(taken, months_kept=settings.usage_months)
        except Exception:  # the thread must outlive any fault of the database
            log.exception("usage: %s counts could not be written; they are tried again", taken.total())
            counts.give_back(taken)
        finally:
            db.session.remove()


def _run(app: Flask) -> None:
    counts: Counts = app.extensions[_EXTENSION]
    while True:
        counts.is_full.wait(SECONDS)
        write(app)


def _count(response: Response) -> Response:
    declared = access.declared(current_app, request.endpoint)
    if declared is None or not declared.is_public:
        return response
    key = key_of(request.path)
    purpose = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    if (
        key is not None
        and is_use(key.use, method=request.method, status=response.status_code, purpose=purpose)
        and is_reader(request.headers.get("User-Agent", ""), key.use)
    ):
        counts: Counts = current_app.extensions[_EXTENSION]
        counts.add(key)
    return response
