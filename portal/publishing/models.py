"""Tables of drafts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from portal.kernel import clock
from portal.parties.models import Government
from portal.publishing.rules import DraftAct, DraftStatus, Purpose
from portal.storage.database import Model
from portal.storage.immutable import make_immutable


class TwoPersonDraft:
    """What a draft of anything has that one official writes and another one approves."""

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    government_id: Mapped[int] = mapped_column(ForeignKey("government.id"), index=True)
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

    @declared_attr
    @classmethod
    def government(cls) -> Mapped[Government]:
        """Give the government that the draft is of."""
        return relationship(Government, lazy="joined")


class ActOnDraft:
    """What somebody did with a draft of anything, and when: never changed afterwards."""

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    # What
    act: Mapped[DraftAct]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    # Lifecycle
    at: Mapped[datetime]


def four_eyes() -> tuple[CheckConstraint, CheckConstraint]:
    """Make the constraints that nobody approves what they drafted or submitted."""
    return (
        CheckConstraint("approved_by IS NULL OR approved_by <> drafted_by", name="four_eyes_drafted"),
        CheckConstraint("approved_by IS NULL OR approved_by <> submitted_by", name="four_eyes_submitted"),
    )


class Draft(TwoPersonDraft, Model):
    """A notice before its publication, of one government; also a correction or withdrawal of a published one."""

    __tablename__ = "draft"
    __table_args__ = (
        *four_eyes(),
        CheckConstraint("status NOT IN ('approved', 'published') OR approved_by IS NOT NULL", name="approved_by_one"),
        CheckConstraint("purpose = 'publish' OR (corrects_id IS NOT NULL AND reason <> '')", name="reason_given"),
    )

    # What
    purpose: Mapped[Purpose] = mapped_column(default=Purpose.PUBLISH)
    notice_type: Mapped[str] = mapped_column(String(30))
    ocid: Mapped[str] = mapped_column(String(100), index=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    values: Mapped[dict[str, object]] = mapped_column(JSON)
    body: Mapped[dict[str, object] | None] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(300), default="form")
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    # Who
    drafted_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # Lifecycle
    due_on: Mapped[date | None]
    publish_at: Mapped[datetime | None] = mapped_column(index=True)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))

    @property
    def is_scheduled_late(self) -> bool:
        """Tell whether its moment of publication lies after its legal day."""
        return self.publish_at is not None and self.due_on is not None and clock.day_of(self.publish_at) > self.due_on


class DraftEvent(ActOnDraft, Model):
    """What somebody did with a draft, and when: never changed afterwards."""

    __tablename__ = "draft_event"

    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)


class DraftDocument(Model):
    """A document that is published with a draft."""

    __tablename__ = "draft_document"
    __table_args__ = (UniqueConstraint("draft_id", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))


make_immutable(DraftEvent.__table__)
