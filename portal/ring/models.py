"""Table of the ring."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ring.rules import Kind, Relation
from portal.storage.database import Model
from portal.storage.types import enum_type


class RingLink(Model):
    """One link of the ring; what it means is said by its relation."""

    __tablename__ = "ring_link"
    __table_args__ = (
        UniqueConstraint("relation", "from_id", "to_id"),
        Index("ix_ring_link_from", "from_kind", "from_id"),
        Index("ix_ring_link_to", "to_kind", "to_id"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    relation: Mapped[Relation]
    # Ends
    from_kind: Mapped[Kind] = mapped_column(enum_type(Kind, name="from_kind"))
    from_id: Mapped[str] = mapped_column(String(200))
    to_kind: Mapped[Kind] = mapped_column(enum_type(Kind, name="to_kind"))
    to_id: Mapped[str] = mapped_column(String(200))
    # Lifecycle
    note: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
