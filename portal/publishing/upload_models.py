"""Tables of files that officials bring."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.parties.models import Government
from portal.storage.database import Model


class Upload(Model):
    """A file that waits for its confirmation; it is deleted some days later."""

    __tablename__ = "upload"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    government_id: Mapped[int] = mapped_column(ForeignKey("government.id"), index=True)
    # What
    filename: Mapped[str] = mapped_column(String(200))
    notice_type: Mapped[str] = mapped_column(String(30), default="")
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    # Who and when
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime] = mapped_column(index=True)

    government: Mapped[Government] = relationship(lazy="joined")


class UploadedRow(Model):
    """Which draft a row or a release of a file became, so that it becomes no second one."""

    __tablename__ = "uploaded_row"
    __table_args__ = (UniqueConstraint("government_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    government_id: Mapped[int] = mapped_column(ForeignKey("government.id"))
    digest: Mapped[str] = mapped_column(String(64))
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)


class SavedMapping(Model):
    """What the columns of a sheet mean that has headings of its own; used again when the same headings come."""

    __tablename__ = "saved_mapping"
    __table_args__ = (UniqueConstraint("government_id", "digest"),)

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    government_id: Mapped[int] = mapped_column(ForeignKey("government.id"))
    digest: Mapped[str] = mapped_column(String(64))
    # What
    notice_type: Mapped[str] = mapped_column(String(30))
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    # Who and when
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]
