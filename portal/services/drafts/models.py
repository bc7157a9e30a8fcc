"""Tables of drafts of listings."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.publishing.models import ActOnDraft, TwoPersonDraft, four_eyes
from portal.services.listing.statements import Json
from portal.storage.database import Model
from portal.storage.immutable import make_immutable

_IS_OPEN = text("status IN ('drafting', 'submitted')")


class ListingDraft(TwoPersonDraft, Model):
    """What is to be published of one service, a new or a listed one, before a second person has approved it."""

    __tablename__ = "listing_draft"
    __table_args__ = (
        *four_eyes(),
        CheckConstraint("status <> 'published' OR approved_by IS NOT NULL", name="approved_by_one"),
        Index("uq_listing_draft_open", "service_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    # What
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    said: Mapped[Json] = mapped_column(JSON)
    base: Mapped[int] = mapped_column(default=0)


class ListingDraftEvent(ActOnDraft, Model):
    """What somebody did with a draft of a listing, and when: never changed afterwards."""

    __tablename__ = "listing_draft_event"

    draft_id: Mapped[int] = mapped_column(ForeignKey("listing_draft.id"), index=True)


make_immutable(ListingDraftEvent.__table__)
