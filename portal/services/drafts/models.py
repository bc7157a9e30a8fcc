"""Tables of drafts of listings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.parties.models import Government
from portal.publishing.rules import DraftAct, DraftStatus
from portal.services.listing.statements import Json
from portal.storage.database import Model
from portal.storage.immutable import make_immutable

_IS_OPEN = text("status IN ('drafting', 'submitted')")


class ListingDraft(Model):
    """What is to be published of one service, a new or a listed one, before a second person has approved it."""

    __tablename__ = "listing_draft"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> drafted_by", name="four_eyes_drafted"),
        CheckConstraint("approved_by IS NULL OR approved_by <> submitted_by", name="four_eyes_submitted"),
        CheckConstraint("status <> 'published' OR approved_by IS NOT NULL", name="approved_by_one"),
        Index("uq_listing_draft_open", "service_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    government_id: Mapped[int] = mapped_column(ForeignKey("government.id"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    # What
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    said: Mapped[Json] = mapped_column(JSON)
    base: Mapped[int] = mapped_column(default=0)
    # Who
    drafted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Lifecycle
    status: Mapped[DraftStatus] = mapped_column(default=DraftStatus.DRAFTING, index=True)
    revision: Mapped[int] = mapped_column(default=1)
    return_reason: Mapped[str] = mapped_column(Text, default="")
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    government: Mapped[Government] = relationship(lazy="joined")


class ListingDraftEvent(Model):
    """What somebody did with a draft of a listing, and when: never changed afterwards."""

    __tablename__ = "listing_draft_event"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("listing_draft.id"), index=True)
    # What
    act: Mapped[DraftAct]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    # Lifecycle
    at: Mapped[datetime]


make_immutable(ListingDraftEvent.__table__)
