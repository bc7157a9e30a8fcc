"""Migration 0003 moves what releases say to a table of its own, byte by byte."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portal.kernel.canonical import canonical_json, sha256_hex
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    Migrate = Callable[[str], None]

RELEASES = [
    {"ocid": "o-1", "id": "1", "tender": {"title": "社区助餐 “服务”\n二", "value": {"amount": 120000.0}}},
    {"ocid": "o-1", "id": "2", "z": [1.5, 1e-7, 2**53, True, None], "a": {"\u00e9": "e\u0301 😀", "": {}}},
    *({"ocid": f"o-{number}", "id": "1"} for number in range(2, 1300)),
]


@pytest.fixture
def upgraded(migrated_to: Migrate) -> None:
    migrated_to("0002")
    with transaction():
        db.session.execute(
            text(
                "INSERT INTO release (id, ocid, release_id, date_at, tag, title, body, sha256, source, sealed_by,"
                " sealed_at, ledger_position) VALUES (:number, :ocid, :id, CURRENT_TIMESTAMP, 'tender', 't', :body,"
                " :digest, 'f', 'b', CURRENT_TIMESTAMP, :number)"
            ),
            [
                {
                    "number": number, "ocid": release["ocid"], "id": release["id"], "body": json.dumps(release),
                    "digest": sha256_hex(canonical_json(release)),
                }
                for number, release in enumerate(RELEASES, start=1)
            ],
        )  # fmt: skip
    migrated_to("head")


@pytest.mark.usefixtures("upgraded")
def test_each_release_keeps_the_bytes_whose_hash_it_has() -> None:
    query = "SELECT sha256, p.body FROM release JOIN release_payload AS p ON p.release_id = release.id ORDER BY id"
    rows = db.session.execute(text(query)).all()

    assert [bytes(body) for _, body in rows] == [canonical_json(release) for release in RELEASES]
    assert all(sha256_hex(bytes(body)) == digest for digest, body in rows)


@pytest.mark.usefixtures("upgraded")
@pytest.mark.parametrize(
    "statement", ["UPDATE release SET title = 'x'", "DELETE FROM release", "UPDATE release_payload SET body = 'x'"]
)
def test_releases_stay_guarded_after_the_upgrade(statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction():
        db.session.execute(text(statement))


@pytest.mark.usefixtures("upgraded")
def test_what_a_release_says_can_be_erased() -> None:
    with transaction():
        db.session.execute(text("DELETE FROM release_payload WHERE release_id = 1"))

    assert db.session.execute(text("SELECT count(*) FROM release_payload")).scalar() == len(RELEASES) - 1
