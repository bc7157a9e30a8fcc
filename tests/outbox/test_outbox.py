"""Events reach every consumer, in order of their commit, once and for good."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.outbox import actions, queries
from portal.outbox.models import OutboxEvent
from portal.storage.database import db
from portal.storage.modes import WriteOutsideTransactionError
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask


class Notebook:
    """A consumer that writes down what it is given, and fails when told to."""

    name = "notebook"

    def __init__(self, *, fails: bool = False) -> None:
        self.seen: list[str] = []
        self.fails = fails

    def handle(self, events: Sequence[OutboxEvent]) -> None:
        if self.fails:
            raise ConnectionError
        self.seen += [event.object_id for event in events]


def tell_of(*object_ids: str) -> None:
    with transaction():
        for object_id in object_ids:
            actions.append_event("service", object_id)


def test_a_consumer_is_given_every_event_once_and_in_order(app: Flask) -> None:
    notebook = Notebook()
    tell_of("1", "2")
    actions.drain([notebook])
    tell_of("3")

    actions.drain([notebook])
    actions.drain([notebook])

    assert notebook.seen == ["1", "2", "3"]


def test_what_is_rolled_back_is_never_told(app: Flask) -> None:
    notebook = Notebook()

    with pytest.raises(KeyError), transaction():
        actions.append_event("service", "1")
        raise KeyError
    actions.drain([notebook])

    assert notebook.seen == []


def test_a_consumer_that_failed_is_given_the_same_events_again(app: Flask) -> None:
    tell_of("1")
    with pytest.raises(ConnectionError):
        actions.drain([Notebook(fails=True)])
    notebook = Notebook()

    actions.drain([notebook])

    assert notebook.seen == ["1"]


def test_a_consumer_may_begin_again_from_nothing(app: Flask) -> None:
    notebook = Notebook()
    tell_of("1")
    actions.drain([notebook])

    actions.replay(notebook)
    actions.drain([notebook])

    assert notebook.seen == ["1", "1"]


def test_an_event_outside_a_transaction_is_refused(app: Flask) -> None:
    with pytest.raises(WriteOutsideTransactionError):
        actions.append_event("service", "1")


def test_the_state_of_changes_differs_after_every_commit_and_after_its_sequencing(app: Flask) -> None:
    states = [queries.change_state()]
    for number in "12":
        tell_of(number)
        states.append(queries.change_state())
    actions.give_positions()
    states.append(queries.change_state())

    assert len(set(states)) == len(states)
    assert queries.change_state() == states[-1]


def test_the_lag_counts_what_a_consumer_has_still_to_take(app: Flask) -> None:
    tell_of("1", "2")

    before = queries.lag("notebook")
    actions.drain([Notebook()])

    assert (before, queries.lag("notebook")) == (2, 0)


@pytest.mark.postgresql_only
def test_two_transactions_that_commit_in_the_other_order_are_both_delivered(app: Flask) -> None:
    """The lower id commits last: whoever remembered the higher id would never see it."""
    notebook, began, may_commit = Notebook(), threading.Event(), threading.Event()

    def commit_late() -> None:
        with app.app_context(), transaction():
            actions.append_event("service", "began first")
            db.session.flush()
            began.set()
            assert may_commit.wait(20)

    late = threading.Thread(target=commit_late)
    late.start()
    assert began.wait(20)
    tell_of("began second")
    actions.drain([notebook])
    may_commit.set()
    late.join(20)
    actions.drain([notebook])

    ids = dict(db.session.execute(select(OutboxEvent.object_id, OutboxEvent.id)).all())
    assert ids["began first"] < ids["began second"]
    assert notebook.seen == ["began second", "began first"]
