"""Appending to the public memory, and signing its head."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import text

from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.kernel.errors import ConflictError
from portal.kernel.text import N_
from portal.ledger import queries, rules
from portal.ledger.keys import signing_key
from portal.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerNode, LedgerSalt
from portal.outbox.actions import append_event
from portal.storage import modes
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from portal.outbox.models import OutboxEvent

ENTRY_VERSION = 1
SALT_BYTES = 32
APPEND_LOCK = 7_310_002


class ShorterThanPublishedError(ConflictError):
    """Raised when the log is shorter than a head that was already shown to the public."""

    code = "ledger-too-short"
    message = N_(
        "The ledger has %(size)s entries, but a checkpoint for %(published)s was already published. "
        "Restore a newer backup, or announce a new ledger origin."
    )


def append_entry(
    type_: str, object_id: str | int, *, action: str, public: bytes, at: datetime | None = None, reason: str = ""
) -> int:
    """Append one entry inside the transaction of the publication it remembers.

    Args:
        type_: kind of publication: `release`, `plan`, `answer`, `moderation`, `rating-count` …
        object_id: its identifier, never personal data.
        action: `publish`, `amend`, `withdraw`, `redact` …
        public: the exact public bytes; the entry holds only a salted commitment to them.
        at: when it was published; now when left out.
        reason: a code or sentence without personal data.

    Returns:
        The position of the entry, from 0.
    """
    if not modes.is_writing():
        raise modes.WriteOutsideTransactionError
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": APPEND_LOCK})
    position = queries.size()
    moment = at or clock.now()
    salt = secrets.token_bytes(SALT_BYTES)
    said = {
        "v": ENTRY_VERSION, "type": type_, "id": str(object_id), "action": action,
        "at": moment.isoformat(timespec="seconds"), "commitment": rules.commitment(salt, public),
    }  # fmt: skip
    body = canonical_json(said | ({"reason": reason} if reason else {}))
    leaf = rules.leaf_hash(body)
    db.session.add(
        LedgerEntry(position=position, type=type_, object_id=str(object_id), body=body, leaf=leaf, at=moment)
    )
    db.session.flush()
    db.session.add(LedgerSalt(position=position, salt=salt))
    _add_nodes(position, leaf)
    append_event("ledger", position, "appended")
    return position


def sign_checkpoint(origin: str, key_folder: Path) -> LedgerCheckpoint | None:
    """Sign the head of what is durably committed; None when that head is signed already.

    Raises:
        ShorterThanPublishedError: entries that the public has seen are missing.
    """
    size = queries.size()
    published = queries.published_size(key_folder)
    if size < published:
        raise ShorterThanPublishedError(size=size, published=published)
    if db.session.get(LedgerCheckpoint, size) is not None:
        return None
    key = signing_key(key_folder)
    body = rules.checkpoint_text(origin, size, queries.root(size))
    note = rules.signed_note(
        body, origin, public_key=key.public_key().public_bytes_raw(), signature=key.sign(body.encode())
    )
    with transaction():
        checkpoint = LedgerCheckpoint(size=size, note=note, signed_at=clock.now())
        db.session.add(checkpoint)
    queries.remember_published(key_folder, size)
    return checkpoint


class CheckpointSigner:
    """The consumer that signs the head after commits."""

    name = "ledger-checkpoint"

    def __init__(self, origin: str, key_folder: Path) -> None:
        """Keep the origin of the log and where its key lies."""
        self._origin, self._key_folder = origin, key_folder

    def handle(self, events: Sequence[OutboxEvent]) -> None:
        """Sign once for all new entries."""
        if any(event.kind == "ledger" for event in events):
            sign_checkpoint(self._origin, self._key_folder)


def _add_nodes(position: int, leaf: bytes) -> None:
    found = leaf
    for level, number in rules.completed_by(position):
        if level > 0:
            left = db.session.get_one(LedgerNode, (level - 1, 2 * number)).hash
            found = rules.node_hash(left, found)
        db.session.add(LedgerNode(level=level, number=number, hash=found))
    db.session.flush()
