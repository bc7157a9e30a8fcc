"""Only one drains at a time, on one machine or many, and what it reached is never taken back."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from portal.outbox import actions, draining
from portal.outbox.models import OutboxCursor, OutboxEvent
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flask import Flask

PATIENCE = 20


class Reader:
    """A consumer that writes down what it is given and does something while it has it."""

    name = "reader"

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.seen: list[str] = []
        self._meanwhile = meanwhile

    def handle(self, events: Sequence[OutboxEvent]) -> None:
        self.seen += [event.object_id for event in events]
        self._meanwhile()


def tell_of(*object_ids: str) -> None:
    with transaction():
        for object_id in object_ids:
            actions.append_event("service", object_id)


def position_of(name: str) -> int | None:
    found = db.session.scalar(select(OutboxCursor.position).where(OutboxCursor.consumer == name))
    db.session.rollback()
    return found


def test_whoever_comes_while_another_drains_goes_away_again(app: Flask, tmp_path: Path) -> None:
    elsewhere = []
    other = tmp_path / ("elsewhere" if db.engine.dialect.name == "postgresql" else "here") / "outbox.lock"

    def drain_elsewhere() -> None:
        thread = threading.Thread(target=lambda: elsewhere.append(draining.drain_now(app, lock_file=other)))
        thread.start()
        thread.join(PATIENCE)

    reader = Reader(meanwhile=drain_elsewhere)
    app.extensions["outbox_consumers"] = [reader]
    tell_of("1", "2")

    delivered = draining.drain_now(app, lock_file=tmp_path / "here" / "outbox.lock")

    assert (delivered, elsewhere, reader.seen) == (2, [0], ["1", "2"])


def test_after_one_has_drained_the_next_may(app: Flask, tmp_path: Path) -> None:
    reader = Reader()
    app.extensions["outbox_consumers"] = [reader]
    for number in "12":
        tell_of(number)
        draining.drain_now(app, lock_file=tmp_path / number / "outbox.lock")

    assert reader.seen == ["1", "2"]


@pytest.mark.postgresql_only
def test_the_lock_dies_with_the_connection_that_holds_it(app: Flask, tmp_path: Path) -> None:
    process = os.fork()
    if not process:
        try:
            db.engine.dispose(close=False)
            with app.app_context(), draining._alone(tmp_path / "outbox.lock") as is_alone:  # noqa: SLF001 - held for ever
                os._exit(0 if is_alone else 1)
        finally:
            os._exit(2)
    _, status = os.waitpid(process, 0)
    reader = Reader()
    app.extensions["outbox_consumers"] = [reader]
    tell_of("1")

    delivered = 0
    for _ in range(PATIENCE * 10):
        delivered += draining.drain_now(app, lock_file=tmp_path / "outbox.lock")
        if delivered:
            break
        threading.Event().wait(0.1)

    assert (os.waitstatus_to_exitcode(status), delivered, reader.seen) == (0, 1, ["1"])


def test_a_slow_reader_does_not_take_back_what_another_reached(app: Flask) -> None:
    fast = Reader()

    def drain_it_all() -> None:
        with app.app_context():
            tell_of("2")
            actions.drain([fast])

    slow = Reader(meanwhile=lambda: in_a_thread(drain_it_all))
    tell_of("1")

    actions.drain([slow])

    assert (slow.seen, fast.seen, position_of("reader")) == (["1"], ["1", "2"], 2)


def test_beginning_again_while_one_reads_is_not_forgotten(app: Flask) -> None:
    def begin_again() -> None:
        with app.app_context():
            actions.replay(Reader())

    tell_of("1")
    actions.drain([Reader()])
    tell_of("2")

    actions.drain([Reader(meanwhile=lambda: in_a_thread(begin_again))])

    assert position_of("reader") == 0


def in_a_thread(act: Callable[[], object]) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.postgresql_only
def test_two_machines_that_drain_at_once_give_every_event_once(app: Flask, tmp_path: Path) -> None:
    reader, barrier = Reader(), threading.Barrier(2)
    app.extensions["outbox_consumers"] = [reader]
    tell_of(*map(str, range(20)))

    def drain(machine: str) -> None:
        barrier.wait(PATIENCE)
        for _ in range(5):
            draining.drain_now(app, lock_file=tmp_path / machine / "outbox.lock")

    machines = [threading.Thread(target=drain, args=(name,)) for name in ("one", "other")]
    for machine in machines:
        machine.start()
    for machine in machines:
        machine.join(PATIENCE)

    assert reader.seen == list(map(str, range(20)))
    assert db.session.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) == 0
