"""Tables of the public memory."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.database import Model
from portal.storage.immutable import make_immutable


class LedgerEntry(Model):
    """One entry: what was published, when, and a salted commitment to its public bytes."""

    __tablename__ = "ledger_entry"

    # Identification
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(200), index=True)
    # What is hashed
    body: Mapped[bytes] = mapped_column(LargeBinary)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32))
    # Lifecycle
    at: Mapped[datetime]

    @property
    def reason(self) -> str:
        """Read why, where the entry says so."""
        return str(json.loads(self.body).get("reason", ""))


class LedgerSalt(Model):
    """The salt of one commitment; destroying it makes the published bytes unprovable (erasure)."""

    __tablename__ = "ledger_salt"

    position: Mapped[int] = mapped_column(ForeignKey("ledger_entry.position"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))


class LedgerPublic(Model):
    """The public bytes that an entry commits to, unless they lie with what was published (releases)."""

    __tablename__ = "ledger_public"

    position: Mapped[int] = mapped_column(ForeignKey("ledger_entry.position"), primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerNode(Model):
    """The hash of one whole subtree."""

    __tablename__ = "ledger_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LedgerCheckpoint(Model):
    """A signed head of the log."""

    __tablename__ = "ledger_checkpoint"
    __table_args__ = (CheckConstraint("size >= 0", name="size_not_negative"),)

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime]


for _table in (LedgerEntry, LedgerNode, LedgerCheckpoint):
    make_immutable(_table.__table__)
for _erasable in (LedgerSalt, LedgerPublic):
    make_immutable(_erasable.__table__, ["UPDATE"])
