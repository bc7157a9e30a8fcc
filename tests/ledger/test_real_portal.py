"""The verifier against a portal that is really served, and the same check from inside."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import feedparser
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portal.disclosure.actions import add_document
from portal.ledger import actions, checking, queries, rules, verify
from portal.moderation.actions import hide, restore
from portal.outbox.actions import drain
from portal.storage.database import db
from tests.factories.ledgers import run_verifier
from tests.factories.procurement import OCID, make_chain, seal
from tests.servers import served

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from portal.settings import Settings

ORIGIN = "test.example/ledger"
CHANGES = {
    "an entry": ("ledger_entry", "UPDATE ledger_entry SET body = :other WHERE position = 1", "one was altered"),
    "a release": (
        "release_payload",
        "UPDATE release_payload SET body = :other WHERE release_id = 2",
        "the published bytes or their salt are not the ones that were entered",
    ),
    "a salt": (
        "ledger_salt",
        "UPDATE ledger_salt SET salt = :other WHERE position = 1",
        "the published bytes or their salt are not the ones that were entered",
    ),
    "a tile": ("ledger_node", "UPDATE ledger_node SET hash = :other WHERE level = 0 AND number = 1", "was altered"),
    "a payload taken away": (
        "release_payload",
        "DELETE FROM release_payload WHERE release_id = 2 AND body <> :other",
        "its content has vanished, and no entry says that it was withheld",
    ),
}
OTHER = json.dumps({
    "v": 2, "type": "release", "id": f"{OCID} x", "action": "publish", "at": "2026-03-01T00:00:00+00:00",
    "commitment": "0",
}).encode()  # fmt: skip


def drop_guards(table: str) -> None:
    """Do what somebody with the database's password can do."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for act in ("UPDATE", "DELETE"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{act}"))
        else:
            connection.execute(text(f"DROP TRIGGER {table}_no_change ON {table}"))


def test_a_served_portal_is_found_well_and_its_changes_are_found(app: Flask, settings: Settings) -> None:
    seal(*make_chain())
    document = add_document("公开的文件".encode(), ocid=OCID, title="文件", filename="a.txt", by="张三")
    drain(app.extensions["outbox_consumers"])
    stored = app.extensions["file_store"]
    with served(settings) as (address, _):
        well = run_verifier(address, "--full", "--key", _key(app))
        stored.delete(document.sha256)
        (settings.data_dir / "documents" / document.sha256[:2]).mkdir(parents=True, exist_ok=True)
        (settings.data_dir / "documents" / document.sha256[:2] / document.sha256).write_bytes(b"other")
        changed = run_verifier(address, "--full")

    assert well[0] == 0, well[1]
    assert "4 published texts agree with the ledger" in well[1]
    assert changed[0] == 1
    assert "is not the one that was entered" in changed[1]


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_in_the_database_is_found_from_outside_and_inside(app: Flask, settings: Settings, what: str) -> None:
    seal(*make_chain())
    drain(app.extensions["outbox_consumers"])
    table, statement, words = CHANGES[what]
    drop_guards(table)
    with db.engine.begin() as connection:
        connection.execute(text(statement), {"other": OTHER[:32] if table in {"ledger_salt", "ledger_node"} else OTHER})

    with served(settings) as (address, _):
        code, said = run_verifier(address)
    inside = app.test_cli_runner().invoke(args=["portal", "ledger", "verify"])

    assert code == 1, said
    assert words in said
    assert inside.exit_code == 1
    assert words in inside.output
    assert f"table {table}: the guard" in inside.output


def test_a_sound_portal_is_found_sound_from_inside(app: Flask) -> None:
    seal(*make_chain())
    drain(app.extensions["outbox_consumers"])

    result = app.test_cli_runner().invoke(args=["portal", "ledger", "verify"])

    assert result.exit_code == 0, result.output
    assert "3 entries, 0 faults" in result.output


def test_stored_hashes_between_the_tiles_are_checked_too(app: Flask) -> None:
    seal(*make_chain())
    drop_guards("ledger_node")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE ledger_node SET hash = :other WHERE level = 1"), {"other": bytes(32)})

    assert "node 1/0: differs from the hashes below it" in checking.check().faults


@pytest.mark.parametrize(("table", "act"), [(table, act) for table, acts in checking.GUARDED.items() for act in acts])
def test_the_database_guards_the_ledger_and_the_releases(app: Flask, table: str, act: str) -> None:
    seal(*make_chain())
    drain(app.extensions["outbox_consumers"])
    column = {"ledger_entry": "leaf", "ledger_node": "hash", "ledger_checkpoint": "note", "release": "title",
              "ledger_salt": "salt", "ledger_public": "body", "release_payload": "body"}[table]  # fmt: skip
    if table == "ledger_public":
        hide("process", OCID, reason="x", by=None)

    statement = f"UPDATE {table} SET {column} = {column}" if act == "UPDATE" else f"DELETE FROM {table}"  # noqa: S608
    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_what_is_hidden_is_not_given_out_but_named(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    seal(*make_chain())
    hide("process", OCID, reason="test", by=None)
    actions.sign_checkpoint(ORIGIN, tmp_path)
    hidden = [json.loads(line) for line in client.get("/ledger/openings/0.jsonl").data.splitlines()]
    notes = checking.check().notes
    restore("process", OCID, reason="test")
    shown = [json.loads(line) for line in client.get("/ledger/openings/0.jsonl").data.splitlines()]

    assert [one.get("hidden_by") for one in hidden] == [3, 3, 3, None]
    assert all("public" not in one for one in hidden[:3])
    assert any("hidden by entry 3 (process:" in note for note in notes)
    assert all("public" in one for one in shown)
    assert checking.check().faults == []


def test_an_entry_is_proved_by_what_machines_are_given(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    seal(*make_chain())
    actions.sign_checkpoint(ORIGIN, tmp_path)

    told = client.get("/ledger/entries/1.json").json

    assert told is not None
    head = verify.read_head(told["checkpoint"], told["checkpoint"] and _key_of(tmp_path))
    rules.verify_inclusion(
        rules.leaf_hash(told["entry"].encode()), 1, head.size, proof=[bytes.fromhex(step) for step in told["proof"]],
        root_hash=head.root,
    )  # fmt: skip
    committed = json.loads(told["entry"])["commitment"]
    assert rules.commitment(bytes.fromhex(told["salt"]), told["public"].encode()) == committed


def test_any_two_signed_heads_are_proved_consistent(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    for number in range(1, 6):
        seal(*make_chain(f"ocds-test00-{number}"))
        actions.sign_checkpoint(ORIGIN, tmp_path)

    for old in (3, 6, 9, 12):
        for new in (6, 9, 12, 15):
            answer = client.get(f"/ledger/consistency/{old}/{new}.json")
            if old > new:
                assert answer.status_code == 404
                continue
            told = answer.json
            assert told is not None
            first, second = (verify.read_head(told[name], _key_of(tmp_path)) for name in ("old", "new"))
            verify.verify_consistency(
                old, new, proof=[bytes.fromhex(step) for step in told["proof"]], old_root=first.root,
                new_root=second.root,
            )  # fmt: skip
    assert client.get("/ledger/consistency/4/15").status_code == 404
    assert client.get("/en/ledger/consistency/3/15").status_code == 200
    assert client.get("/ledger/checkpoint/6").text.split("\n")[1] == "6"
    assert client.get("/ledger/checkpoint/7").status_code == 404


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_heads_can_be_followed_and_compared(app: Flask, client: FlaskClient, tmp_path: Path, kind: str) -> None:
    for number in range(1, 4):
        seal(*make_chain(f"ocds-test00-{number}"))
        actions.sign_checkpoint(ORIGIN, tmp_path)

    entries = feedparser.parse(client.get(f"/en/checkpoints.{kind}").data).entries
    page = client.get("/en/ledger/heads").text

    assert [entry.title for entry in entries] == ["9 entries", "6 entries", "3 entries"]
    assert base64.b64encode(queries.root(9)).decode() in entries[0].summary
    assert page.count("/ledger/consistency/") == 2


def test_the_portal_gives_out_the_verifier_with_its_hash(client: FlaskClient) -> None:
    given = client.get("/ledger/verify.py").data

    assert given == Path(verify.__file__).read_bytes()
    assert sha256(given).hexdigest() in client.get("/ledger").text


def _key(app: Flask) -> str:
    settings: Settings = app.extensions["settings"]
    public = actions.signing_key(settings.data_dir / "keys").public_key().public_bytes_raw()
    return rules.verifier_key(settings.ledger_origin, public)


def _key_of(folder: Path) -> str:
    return rules.verifier_key(ORIGIN, actions.signing_key(folder).public_key().public_bytes_raw())
