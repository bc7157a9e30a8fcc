"""The table of proposals to erase a publication."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.parties.models import Government
from portal.procurement.models import Release
from portal.procurement.redacting import LONGEST_REASON
from portal.publishing.erasures.rules import ErasureStatus
from portal.storage.database import Model

_WAITS = text("status = 'proposed'")


class Erasure(Model):
    """A proposal to erase a publication by law, and what came of it; it keeps nothing of what was erased."""

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="four_eyes"),
        CheckConstraint(
            "status <> 'done' OR (approved_by IS NOT NULL AND ledger_position IS NOT NULL)", name="approved_by_one"
        ),
        Index("uq_erasure_waiting", "release_id", unique=True, sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    government_id: Mapped[int] = mapped_column(ForeignKey("government.id"), index=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), index=True)
    # Why: both are public once it is done
    basis: Mapped[str] = mapped_column(String(LONGEST_REASON))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    refusal: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    # Who
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    refused_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Lifecycle
    status: Mapped[ErasureStatus] = mapped_column(default=ErasureStatus.PROPOSED, index=True)
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    ledger_position: Mapped[int | None]

    government: Mapped[Government] = relationship(lazy="joined")
    release: Mapped[Release] = relationship(lazy="joined")
