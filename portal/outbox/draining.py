"""The thread that drains the outbox in the web process, and the lock that lets only one do it.

On SQLite there is one machine, and its lock is a file; on PostgreSQL the lock is the database's, for all machines.
"""

from __future__ import annotations

import fcntl
import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from portal.outbox import actions
from portal.storage.database import db
from portal.storage.transactions import call_after_commit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from flask import Flask

log = logging.getLogger(__name__)
POLL_SECONDS = 1.0
DRAIN_LOCK = 7_310_006
_wake = threading.Event()


def start(app: Flask, *, lock_file: Path) -> threading.Thread:
    """Drain in a thread of this process, woken by every commit and once a second."""
    call_after_commit(_wake.set)
    thread = threading.Thread(target=_run, args=(app, lock_file), name="outbox", daemon=True)
    thread.start()
    return thread


def drain_now(app: Flask, *, lock_file: Path) -> int:
    """Do what is due, then drain once, unless another process is at it; return how many events were brought."""
    consumers: Sequence[actions.Consumer] = app.extensions["outbox_consumers"]
    due: Sequence[Callable[[], object]] = app.extensions.get("due_acts", ())
    with app.app_context(), _alone(lock_file) as is_alone:
        if not is_alone:
            return 0
        for act in due:
            act()
        return actions.drain(consumers)


def _run(app: Flask, lock_file: Path) -> None:
    while True:
        _wake.wait(POLL_SECONDS)
        _wake.clear()
        try:
            drain_now(app, lock_file=lock_file)
        except Exception:  # the thread must outlive any fault; the cursor has not moved, so nothing is lost
            log.exception("outbox: a consumer failed; it is tried again")
            with app.app_context():
                db.session.rollback()


@contextmanager
def _alone(lock_file: Path) -> Iterator[bool]:
    """Hold the drain lock if it is free."""
    if db.engine.dialect.name == "postgresql":
        with _alone_on_database() as is_alone:
            yield is_alone
    else:
        with _alone_on_machine(lock_file) as is_alone:
            yield is_alone


@contextmanager
def _alone_on_database() -> Iterator[bool]:
    """Hold the lock on a connection of its own, with which it dies."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as holder:
        is_alone = bool(holder.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": DRAIN_LOCK}).scalar())
        try:
            yield is_alone
        finally:
            if is_alone:
                holder.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": DRAIN_LOCK})


@contextmanager
def _alone_on_machine(lock_file: Path) -> Iterator[bool]:
    """Hold the lock of this machine; it dies with the process."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
