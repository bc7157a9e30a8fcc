"""Only what is durable is signed, and a ledger that lost entries does not go on in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from portal.ledger import actions, checking, queries
from portal.outbox.actions import drain
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from portal.settings import Settings

ORIGIN, NEW = "test.example/ledger", "test.example/ledger/2"
PUBLISH_AND_DIE = """
import os
from wsgi import app
from portal.ledger.actions import append_entry
from portal.storage.transactions import transaction
with app.app_context():
    with transaction():
        append_entry("answer", 1, action="publish", public=b"bytes")
    os._exit(9)
"""


def publish(count: int = 1) -> None:
    with transaction():
        for number in range(count):
            actions.append_entry("answer", number, action="publish", public=b"bytes")


def test_an_entry_that_is_not_committed_is_not_signed(app: Flask, settings: Settings, tmp_path: Path) -> None:
    publish(2)
    with transaction():
        actions.append_entry("answer", 9, action="publish", public=b"bytes")
        signed = in_another_process(settings, "worker", "--once")
        with pytest.raises(actions.SigningUncommittedError):
            actions.sign_checkpoint(ORIGIN, tmp_path)

    head = queries.checkpoint()
    assert signed in {0, 1}  # SQLite may refuse to sign while somebody else writes
    assert head is None or head.size == 2
    assert queries.size() == 3


def test_a_process_killed_between_commit_and_signing_leaves_an_entry_that_is_signed_later(
    app: Flask, settings: Settings
) -> None:
    done = subprocess.run([sys.executable, "-c", PUBLISH_AND_DIE], check=False, env=environment_of(settings))
    before = queries.checkpoint()
    db.session.rollback()

    drain(app.extensions["outbox_consumers"])

    head = queries.checkpoint()
    assert (done.returncode, before) == (9, None)
    assert head is not None
    assert head.size == 1
    assert checking.check(settings.data_dir / "keys", settings.ledger_origin).faults == []


def test_a_head_that_was_to_be_shown_is_remembered_before_it_is(app: Flask, tmp_path: Path) -> None:
    publish(2)
    actions.sign_checkpoint(ORIGIN, tmp_path)

    assert queries.published(tmp_path) == {ORIGIN: 2}
    assert (tmp_path / queries.PUBLISHED_FILE).read_text() == f"2 {ORIGIN}\n"


def test_the_size_that_was_kept_before_names_were_still_counts(app: Flask, tmp_path: Path) -> None:
    publish(2)
    (tmp_path / queries.PUBLISHED_FILE).write_text("3")
    with pytest.raises(actions.ShorterThanPublishedError):
        actions.sign_checkpoint(ORIGIN, tmp_path)
    publish(1)

    actions.sign_checkpoint(ORIGIN, tmp_path)

    assert queries.published(tmp_path) == {ORIGIN: 3}


def test_a_backup_that_lost_entries_is_refused_from_inside_too(app: Flask, tmp_path: Path) -> None:
    publish(2)
    queries.remember_published(tmp_path, ORIGIN, 5)

    with pytest.raises(actions.ShorterThanPublishedError):
        actions.sign_checkpoint(ORIGIN, tmp_path)

    faults = checking.check(tmp_path, ORIGIN).faults
    assert faults == ["2 entries, but a checkpoint for 5 was published"]


def test_another_name_is_not_signed_until_it_is_announced(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    publish(2)
    queries.remember_published(tmp_path, ORIGIN, 5)
    with pytest.raises(actions.UnannouncedOriginError):
        actions.sign_checkpoint(NEW, tmp_path)
    position = actions.announce_origin(NEW, tmp_path, reason="磁盘损坏")

    head = actions.sign_checkpoint(NEW, tmp_path)

    assert position == 2
    assert head is not None
    assert head.note.startswith(f"{NEW}\n3\n")
    assert queries.published(tmp_path) == {ORIGIN: 5, NEW: 3}
    page = client.get("/en/ledger").text
    assert "This ledger was begun anew" in page
    assert NEW in page
    assert checking.check(tmp_path, NEW).faults == []


def test_announcing_twice_is_once(app: Flask, tmp_path: Path) -> None:
    queries.remember_published(tmp_path, ORIGIN, 5)

    positions = [actions.announce_origin(NEW, tmp_path, reason="磁盘损坏") for _ in range(2)]

    assert positions == [0, 0]


def test_the_present_name_cannot_be_announced(app: Flask, tmp_path: Path) -> None:
    queries.remember_published(tmp_path, ORIGIN, 5)

    with pytest.raises(actions.SameOriginError):
        actions.announce_origin(ORIGIN, tmp_path, reason="磁盘损坏")
    with pytest.raises(actions.NoReasonError):
        actions.announce_origin(NEW, tmp_path, reason=" ")


def test_the_commands_announce_and_print_the_head(app: Flask, settings: Settings) -> None:
    runner, keys = app.test_cli_runner(), settings.data_dir / "keys"
    nothing = runner.invoke(args=["portal", "ledger", "head"])
    queries.remember_published(keys, "lost.example/ledger", 5)

    announced = runner.invoke(args=["portal", "ledger", "announce-origin", "--reason", "磁盘损坏"])
    drain(app.extensions["outbox_consumers"])
    again = runner.invoke(args=["portal", "ledger", "announce-origin", "--reason", "磁盘损坏"])
    head = runner.invoke(args=["portal", "ledger", "head"])

    assert (nothing.exit_code, announced.exit_code, again.exit_code) == (1, 0, 1)
    assert announced.output == f"entry 0 announces {settings.ledger_origin}\n"
    assert head.output.startswith(f"{settings.ledger_origin}\n1\n")


def test_no_entry_is_earlier_than_the_one_before_it(app: Flask) -> None:
    with transaction():
        actions.append_entry("answer", 1, action="publish", public=b"x")
        actions.append_entry("answer", 2, action="publish", public=b"x", at=queries.EARLIEST.replace(year=2020))

    assert queries.entry(0).at == queries.entry(1).at


def environment_of(settings: Settings) -> dict[str, str]:
    return os.environ | {
        "SANWEN_DATA_DIR": str(settings.data_dir), "SANWEN_DATABASE_URL": settings.database, "SANWEN_DRAIN": "off",
    }  # fmt: skip


def in_another_process(settings: Settings, *command: str) -> int:
    start = "import sys; from portal.app import main; sys.argv[0] = 'portal'; main()"
    run = [sys.executable, "-c", start, *command]
    return subprocess.run(run, check=False, env=environment_of(settings), capture_output=True).returncode
