"""Reads of the public memory."""

from __future__ import annotations

import os
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


def size() -> int:
    """Tell how many entries there are."""
    last = db.session.scalar(select(func.max(LedgerEntry.position)))
    return 0 if last is None else last + 1


def node(at: rules.Node) -> bytes:
    """Read the hash of one whole subtree."""
    return db.session.get_one(LedgerNode, at).hash


def root(count: int) -> bytes:
    """Compute the root of the first `count` entries."""
    return rules.root(count, node)


def checkpoint() -> LedgerCheckpoint | None:
    """Read the newest signed head."""
    return db.session.scalar(select(LedgerCheckpoint).order_by(LedgerCheckpoint.size.desc()).limit(1))


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


def tile(asked: rules.Tile) -> bytes:
    """Read one tile (32-byte hashes) or one bundle (entries, each after its 16-bit length).

    Only what a signed checkpoint covers is served.

    Raises:
        NotFoundError: the log does not reach so far.
    """
    head = checkpoint()
    signed = head.size if head else 0
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


def published_size(folder: Path) -> int:
    """Tell the size of the largest head ever published, kept beside the key and not in the database."""
    path = folder / PUBLISHED_FILE
    return int(path.read_text()) if path.exists() else 0


def remember_published(folder: Path, count: int) -> None:
    """Note that a head of this size was published."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{PUBLISHED_FILE}.{os.getpid()}"
    fresh.write_text(str(count))
    fresh.replace(folder / PUBLISHED_FILE)
