"""The log in the database: appended with the publication, signed after it, never changed."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portal.ledger import actions, checking, queries, rules
from portal.ledger.keys import signing_key
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

ORIGIN = "test.example/ledger"


def publish(count: int) -> list[int]:
    with transaction():
        return [actions.append_entry("answer", number, action="publish", public=b"bytes") for number in range(count)]


def test_entries_are_numbered_from_nought_without_gaps(app: Flask) -> None:
    assert publish(3) + publish(2) == [0, 1, 2, 3, 4]


def test_a_publication_that_fails_leaves_no_entry(app: Flask) -> None:
    with pytest.raises(KeyError), transaction():
        actions.append_entry("release", 1, action="publish", public=b"bytes")
        raise KeyError

    assert queries.size() == 0


def test_the_stored_root_is_the_root_of_the_entries(app: Flask) -> None:
    publish(11)

    leaves = [queries.entry(position).body for position in range(11)]

    half = rules.root(11, queries.node)
    assert checking.check().faults == []
    assert queries.entry(3).leaf == rules.leaf_hash(leaves[3])
    assert half == queries.root(11)


def test_equal_bytes_have_different_commitments(app: Flask) -> None:
    first, second = publish(2)

    assert queries.entry(first).body.split(b"commitment")[1] != queries.entry(second).body.split(b"commitment")[1]
    assert rules.commitment(queries.salt(first) or b"", b"bytes").encode() in queries.entry(first).body


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET type = 'x'", "DELETE FROM ledger_entry"])
def test_the_database_refuses_to_change_an_entry(app: Flask, statement: str) -> None:
    publish(1)

    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text(statement))

    assert checking.check().faults == []


def test_a_checkpoint_is_signed_by_the_key_outside_the_database(app: Flask, tmp_path: Path) -> None:
    publish(5)

    checkpoint = actions.sign_checkpoint(ORIGIN, tmp_path)

    assert checkpoint is not None
    body = rules.checkpoint_text(ORIGIN, 5, queries.root(5))
    assert checkpoint.note.startswith(body + "\n\N{EM DASH} " + ORIGIN + " ")
    key = Ed25519PublicKey.from_public_bytes(signing_key(tmp_path).public_key().public_bytes_raw())
    key.verify(_signature(checkpoint.note), body.encode())


def test_a_log_shorter_than_a_published_checkpoint_is_not_signed(app: Flask, tmp_path: Path) -> None:
    publish(5)
    queries.remember_published(tmp_path, ORIGIN, 6)

    with pytest.raises(actions.ShorterThanPublishedError):
        actions.sign_checkpoint(ORIGIN, tmp_path)


def test_tiles_serve_only_what_is_signed(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    publish(300)
    before = client.get("/ledger/tile/0/000").status_code
    actions.sign_checkpoint(ORIGIN, tmp_path)

    full, part = client.get("/ledger/tile/0/000"), client.get("/ledger/tile/0/001.p/44")

    assert before == 404
    assert (len(full.data), len(part.data)) == (256 * 32, 44 * 32)
    assert "immutable" in full.headers["Cache-Control"]
    assert client.get("/ledger/tile/0/001").status_code == 404
    assert client.get("/ledger/tile/1/000.p/1").data == queries.node((8, 0))


def test_a_bundle_holds_the_entries_with_their_lengths(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    publish(2)
    actions.sign_checkpoint(ORIGIN, tmp_path)

    bundle = client.get("/ledger/tile/entries/000.p/2").data

    bodies = [queries.entry(0).body, queries.entry(1).body]
    assert bundle == b"".join(len(body).to_bytes(2, "big") + body for body in bodies)


def test_the_pages_show_the_entries_and_their_proof(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    publish(3)
    actions.sign_checkpoint(ORIGIN, tmp_path)

    assert client.get("/ledger").status_code == 200
    page = client.get("/ledger/entries/1").text
    assert queries.entry(1).leaf.hex() in page
    assert queries.node((0, 0)).hex() in page


def _signature(note: str) -> bytes:
    return base64.b64decode(note.rsplit(" ", 1)[1])[4:]
