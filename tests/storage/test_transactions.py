"""An act is one transaction: all of it or nothing, and never on stale values."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.storage.database import db
from portal.storage.flags import Flag, flag, set_flag
from portal.storage.modes import WriteOutsideTransactionError
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from flask import Flask


def test_a_failed_act_leaves_nothing(app: Flask) -> None:
    with pytest.raises(KeyError), transaction():
        db.session.add(Flag(name="a", value="1"))
        raise KeyError

    assert flag("a") is None


def test_a_nested_act_is_part_of_the_outer_one(app: Flask) -> None:
    with pytest.raises(KeyError), transaction():
        set_flag("a", "1")
        raise KeyError

    assert flag("a") is None


def test_writing_outside_a_transaction_is_refused(app: Flask) -> None:
    db.session.add(Flag(name="a", value="1"))

    with pytest.raises(WriteOutsideTransactionError):
        db.session.commit()
    db.session.rollback()


def test_what_was_read_before_is_read_again_inside(app: Flask) -> None:
    set_flag("a", "1")
    found = db.session.scalars(select(Flag)).one()
    _in_another_thread(app, lambda: set_flag("a", "2"))

    with transaction():
        seen = found.value

    assert seen == "2"


def test_no_update_is_lost_between_writers(app: Flask) -> None:
    set_flag("count", "0")

    def count() -> None:
        for _ in range(20):
            with transaction():
                db.session.execute(select(Flag).with_for_update())
                set_flag("count", str(int(flag("count") or 0) + 1))

    threads = [threading.Thread(target=lambda: _within(app, count)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    db.session.rollback()
    assert flag("count") == "80"


def _in_another_thread(app: Flask, act: object) -> None:
    thread = threading.Thread(target=lambda: _within(app, act))
    thread.start()
    thread.join(20)


def _within(app: Flask, act: object) -> None:
    assert callable(act)
    with app.app_context():
        act()
