"""Appending to the public memory, and signing its head."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, text

from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.kernel.errors import ConflictError, InvalidInputError
from portal.kernel.text import N_
from portal.ledger import openings, queries, rules
from portal.ledger.keys import signing_key
from portal.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerNode, LedgerPublic, LedgerSalt
from portal.outbox.actions import append_events
from portal.storage import modes
from portal.storage.batches import insert_rows
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from portal.outbox.models import OutboxEvent

ENTRY_VERSION = 2
SALT_BYTES = 32
APPEND_LOCK = 7_310_002
NOT_PUBLIC = frozenset({"refuse"})  # told to the author alone


class ShorterThanPublishedError(ConflictError):
    """Raised when the log is shorter than a head that was already shown to the public."""

    code = "ledger-too-short"
    message = N_(
        "The ledger has %(size)s entries, but a checkpoint for %(published)s was already published. "
        "Restore a newer backup, or announce a new ledger origin."
    )


class UnannouncedOriginError(ConflictError):
    """Raised when the ledger would go on under another name without saying so."""

    code = "ledger-origin-unannounced"
    message = N_(
        "The ledger was published as %(known)s and is now to be %(origin)s. "
        "Announce it with `portal ledger announce-origin`, or set the old name again."
    )


class SameOriginError(ConflictError):
    """Raised when a name is announced as new under which checkpoints were published."""

    code = "ledger-origin-known"
    message = N_("Checkpoints were already published as %(origin)s. Set another SANWEN_LEDGER_ORIGIN first.")


class NoReasonError(InvalidInputError):
    """Raised when something is withheld or announced without saying why."""

    code = "ledger-no-reason"
    message = N_("Say why, and by which law.")


class SigningUncommittedError(RuntimeError):
    """Raised when a head is to be signed inside a transaction: a fault in the code."""


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
    return append_entries([NewEntry(type_, object_id, public, action, reason)], at=at)


@dataclass(frozen=True)
class NewEntry:
    """What is to be remembered of one publication; see `append_entry`."""

    type: str
    object_id: str | int
    public: bytes
    action: str
    reason: str = ""
    redacts: int | None = None


def append_entries(entries: Sequence[NewEntry], *, at: datetime | None = None) -> int:
    """Append many entries in their order, under one lock; see `append_entry`.

    No entry is earlier than the one before it: where clocks differ, the later moment is told.

    Returns:
        The position of the first; the others follow it without a gap.
    """
    if not modes.is_writing():
        raise modes.WriteOutsideTransactionError
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": APPEND_LOCK})
    first, newest = queries.end()
    moment = max(at or clock.now(), newest)
    salts = [secrets.token_bytes(SALT_BYTES) for _ in entries]
    bodies = [_body(entry, salt, moment) for entry, salt in zip(entries, salts, strict=True)]
    leaves = [rules.leaf_hash(body) for body in bodies]
    rows = [
        {"position": position, "type": entry.type, "object_id": str(entry.object_id), "body": body, "leaf": leaf,
         "at": moment}
        for position, (entry, body, leaf) in enumerate(zip(entries, bodies, leaves, strict=True), first)
    ]  # fmt: skip
    insert_rows(LedgerEntry, rows)
    insert_rows(LedgerSalt, [{"position": position, "salt": salt} for position, salt in enumerate(salts, first)])
    insert_rows(
        LedgerPublic,
        [
            {"position": position, "body": entry.public}
            for position, entry in enumerate(entries, first)
            if (entry.type not in openings.readers or entry.action != "publish") and entry.action not in NOT_PUBLIC
        ],
    )
    insert_rows(LedgerNode, _nodes(first, leaves))
    append_events(("ledger", first + number, "appended") for number in range(len(rows)))
    return first


def withhold(position: int, *, reason: str, basis: str) -> int:
    """Destroy what opens an entry, and append the entry that says why; twice is once.

    Inside the transaction of whoever destroys what was published. The salt is gone for good, so that nobody can
    prove from the commitment what the bytes were.

    Args:
        position: the entry whose content is destroyed.
        reason: why, without personal data.
        basis: the law that asks for it, with its article.

    Returns:
        The position of the entry `redact`.
    """
    if not modes.is_writing():
        raise modes.WriteOutsideTransactionError
    if not reason.strip() or not basis.strip():
        raise NoReasonError(field="reason")
    entry = queries.entry(position)
    known = queries.redaction_of(entry)
    if known is not None:
        return known.position
    for table in (LedgerSalt, LedgerPublic):
        db.session.execute(delete(table).where(table.position == position))
    public = canonical_json({"redacts": position, "reason": reason, "basis": basis})
    said = f"{reason} ({basis})"
    return append_entries([NewEntry(entry.type, entry.object_id, public, rules.REDACT, said, redacts=position)])


def announce_origin(origin: str, key_folder: Path, *, reason: str) -> int:
    """Say publicly that the ledger goes on under a new name, because entries that were signed are lost.

    Args:
        origin: the new name, which must be the setting `ledger_origin` by now.
        key_folder: where the size of the last published head is kept.
        reason: what happened, without personal data.

    Returns:
        The position of the announcement.

    Raises:
        NoReasonError: no reason is given.
        SameOriginError: checkpoints were published under this name.
    """
    if not reason.strip():
        raise NoReasonError(field="reason")
    published = queries.published(key_folder)
    if origin in published:
        raise SameOriginError(origin=origin)
    with transaction():
        known = next((one for one in queries.announcements() if one.object_id == origin), None)
        if known is not None:
            return known.position
        public = canonical_json({"origin": origin, "published": published, "reason": reason})
        return append_entry(rules.LEDGER, origin, action=rules.NEW_ORIGIN, public=public, reason=reason)


def sign_checkpoint(origin: str, key_folder: Path) -> LedgerCheckpoint | None:
    """Sign the head of what is durably committed; None when that head is signed already.

    Raises:
        SigningUncommittedError: it is called inside a transaction, whose entries nobody has yet.
        ShorterThanPublishedError: entries that the public has seen are missing.
        UnannouncedOriginError: the name of the ledger is another one, and no entry says so.
    """
    if modes.is_writing():
        raise SigningUncommittedError
    size, published = queries.size(), queries.published(key_folder)
    known = published.get(origin, published.get("", 0))
    if size < known:
        raise ShorterThanPublishedError(size=size, published=known)
    if (
        published
        and not {origin, ""} & published.keys()
        and not any(one.object_id == origin for one in queries.announcements())
    ):
        raise UnannouncedOriginError(origin=origin, known=", ".join(published))
    if db.session.get(LedgerCheckpoint, size) is not None:
        return None
    key = signing_key(key_folder)
    body = rules.checkpoint_text(origin, size, queries.root(size))
    note = rules.signed_note(
        body, origin, public_key=key.public_key().public_bytes_raw(), signature=key.sign(body.encode())
    )
    queries.remember_published(key_folder, origin, size)  # first: a head that is shown is never forgotten
    with transaction():
        checkpoint = LedgerCheckpoint(size=size, note=note, signed_at=clock.now())
        db.session.add(checkpoint)
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


def _body(entry: NewEntry, salt: bytes, moment: datetime) -> bytes:
    said = {
        "v": ENTRY_VERSION, "type": entry.type, "id": str(entry.object_id), "action": entry.action,
        "at": moment.isoformat(timespec="seconds"), "commitment": rules.commitment(salt, entry.public),
    }  # fmt: skip
    more = {"reason": entry.reason or None, "redacts": entry.redacts}
    return canonical_json(said | {name: value for name, value in more.items() if value is not None})


def _nodes(first: int, leaves: Sequence[bytes]) -> list[dict[str, object]]:
    """Hash the subtrees that new leaves complete; of the old ones only the peaks are read."""
    known = {peak: queries.node(peak) for peak in rules.peaks(first)}
    rows: list[dict[str, object]] = []
    for position, leaf in enumerate(leaves, first):
        found = leaf
        for level, number in rules.completed_by(position):
            if level > 0:
                found = rules.node_hash(known.pop((level - 1, 2 * number)), found)
                known.pop((level - 1, 2 * number + 1), None)
            known[level, number] = found
            rows.append({"level": level, "number": number, "hash": found})
    return rows
