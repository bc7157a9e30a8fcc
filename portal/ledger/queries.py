"""Reads of the public memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.kernel.errors import NotFoundError
from portal.ledger import rules
from portal.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerNode, LedgerSalt
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Select

PUBLISHED_FILE = "ledger.published"
EARLIEST = datetime.min.replace(tzinfo=UTC)


def size() -> int:
    """Tell how many entries there are."""
    last = db.session.scalar(select(func.max(LedgerEntry.position)))
    return 0 if last is None else last + 1


def end() -> tuple[int, datetime]:
    """Tell how many entries there are, and when the newest was made."""
    last = db.session.execute(
        select(LedgerEntry.position, LedgerEntry.at).order_by(LedgerEntry.position.desc()).limit(1)
    ).one_or_none()
    return (last.position + 1, last.at) if last else (0, EARLIEST)


def node(at: rules.Node) -> bytes:
    """Read the hash of one whole subtree."""
    return db.session.get_one(LedgerNode, at).hash


def root(count: int) -> bytes:
    """Compute the root of the first `count` entries."""
    return rules.root(count, node)


def checkpoint() -> LedgerCheckpoint | None:
    """Read the newest signed head."""
    return db.session.scalar(select(LedgerCheckpoint).order_by(LedgerCheckpoint.size.desc()).limit(1))


def checkpoint_of(count: int) -> LedgerCheckpoint | None:
    """Read the signed head for a number of entries, if there is one."""
    return db.session.get(LedgerCheckpoint, count)


def checkpoints() -> Select[LedgerCheckpoint]:
    """Select every signed head, newest first."""
    return select(LedgerCheckpoint).order_by(LedgerCheckpoint.size.desc())


@dataclass(frozen=True)
class Inclusion:
    """The signed head that covers an entry, if there is one yet, and the hashes that lead to its root."""

    checkpoint: LedgerCheckpoint | None
    steps: list[str]


def inclusion(position: int) -> Inclusion:
    """Prove that an entry is in the newest signed head."""
    head = checkpoint()
    if head is None or position >= head.size:
        return Inclusion(None, [])
    return Inclusion(head, [step.hex() for step in rules.inclusion_proof(position, head.size, node)])


def consistency(old: int, new: int) -> tuple[LedgerCheckpoint, LedgerCheckpoint, list[str]]:
    """Prove that one signed head continues another.

    Raises:
        NotFoundError: one of them was never signed, or the older is not smaller.
    """
    first, second = checkpoint_of(old), checkpoint_of(new)
    if first is None or second is None or old > new:
        raise NotFoundError
    return first, second, [step.hex() for step in rules.consistency_proof(old, new, node)]


def announcements() -> Sequence[LedgerEntry]:
    """Read the entries that announce a new name of the ledger, oldest first."""
    query = select(LedgerEntry).where(LedgerEntry.type == rules.LEDGER)
    return db.session.scalars(query.order_by(LedgerEntry.position)).all()


def redaction_at(position: int) -> LedgerEntry | None:
    """Find the entry that withholds the content of the entry at a position."""
    found = db.session.get(LedgerEntry, position)
    return redaction_of(found) if found else None


def redaction_of(entry_: LedgerEntry) -> LedgerEntry | None:
    """Find the entry that says why what this one commits to was destroyed."""
    later = entries_about(entry_.type, entry_.object_id)
    return next((one for one in later if rules.redacted_by(one.body) == entry_.position), None)


def entries() -> Select[LedgerEntry]:
    """Select every entry, newest first."""
    return select(LedgerEntry).order_by(LedgerEntry.position.desc())


def entry(position: int) -> LedgerEntry:
    """Read one entry."""
    found = db.session.get(LedgerEntry, position)
    if found is None:
        raise NotFoundError
    return found


def entries_about(type_: str, object_id: str | int) -> Sequence[LedgerEntry]:
    """Read the entries about one thing, oldest first."""
    return db.session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.type == type_, LedgerEntry.object_id == str(object_id))
        .order_by(LedgerEntry.position)
    ).all()


def salt(position: int) -> bytes | None:
    """Read the salt of an entry's commitment; None when it was destroyed."""
    found = db.session.get(LedgerSalt, position)
    return found.salt if found else None


def signed_size() -> int:
    """Tell how many entries the newest signed head covers."""
    return db.session.scalar(select(func.max(LedgerCheckpoint.size))) or 0


def tile(asked: rules.Tile, signed: int) -> bytes:
    """Read one tile (32-byte hashes) or one bundle (entries, each after its 16-bit length).

    Args:
        asked: which one.
        signed: how many entries may be told of; to the public only what a signed checkpoint covers.

    Raises:
        NotFoundError: the log does not reach so far.
    """
    level = 0 if asked.level is None else asked.level * rules.TILE_HEIGHT
    first = asked.number * rules.TILE_WIDTH
    if level >= signed.bit_length() or first + asked.width > signed >> level:
        raise NotFoundError
    numbers = (first, first + asked.width)
    if asked.level is None:
        bodies = db.session.scalars(
            select(LedgerEntry.body)
            .where(LedgerEntry.position >= numbers[0], LedgerEntry.position < numbers[1])
            .order_by(LedgerEntry.position)
        )
        return b"".join(len(body).to_bytes(2, "big") + body for body in bodies)
    hashes = db.session.scalars(
        select(LedgerNode.hash)
        .where(LedgerNode.level == level, LedgerNode.number >= numbers[0], LedgerNode.number < numbers[1])
        .order_by(LedgerNode.number)
    )
    return b"".join(hashes)


def published(folder: Path) -> dict[str, int]:
    """Tell the size of the largest head ever published under each name, kept beside the key, not in the database.

    Before names were kept there was one size alone, which stands under no name: it is of the first one.
    """
    path = folder / PUBLISHED_FILE
    lines = path.read_text().splitlines() if path.exists() else []
    return {name: int(count) for count, _, name in (line.partition(" ") for line in lines)}


def remember_published(folder: Path, origin: str, count: int) -> None:
    """Note that a head of this size was published, so that it survives whatever happens to the database."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{PUBLISHED_FILE}.{os.getpid()}"
    known = {name: size for name, size in published(folder).items() if name} | {origin: count}
    with fresh.open("w") as handle:
        handle.write("".join(f"{size} {name}\n" for name, size in known.items()))
        handle.flush()
        os.fsync(handle.fileno())
    fresh.replace(folder / PUBLISHED_FILE)
