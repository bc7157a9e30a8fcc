"""The one way to write: an act is one transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from portal.storage import modes
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_after_commit: list[Callable[[], None]] = []


@contextmanager
def transaction() -> Iterator[None]:
    """Do everything inside in one transaction: all of it is kept, or nothing.

    A nested call joins the outer one. Whatever was read before is read again under the write
    lock, so that a decision never rests on a stale value.
    """
    if modes.is_writing():
        yield
        return
    db.session.rollback()
    token = modes.begin_writing()
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        modes.end_writing(token)
    for tell in _after_commit:
        tell()


def call_after_commit(tell: Callable[[], None]) -> None:
    """Register something quick to be called after every commit (waking a thread, say)."""
    if tell not in _after_commit:
        _after_commit.append(tell)
