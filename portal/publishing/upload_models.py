"""Tables of files that officials bring."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.parties.models import Government
from portal.publishing.upload_rules import RowState, UploadState
from portal.storage.database import Model


class Upload(Model):
    """A file that is looked through, waits for its confirmation, and becomes drafts; it is deleted some days later."""

    __tablename__ = "upload"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    government_id: Mapped[int] = mapped_column(ForeignKey("government.id"), index=True)
    # What
    filename: Mapped[str] = mapped_column(String(200))
    notice_type: Mapped[str] = mapped_column(String(30), default="")
    is_ocds: Mapped[bool] = mapped_column(default=False)
    sample: Mapped[list[object]] = mapped_column(JSON, default=list)
    header: Mapped[dict[str, object] | None] = mapped_column(JSON)
    # Lifecycle
    state: Mapped[UploadState] = mapped_column(default=UploadState.READING, index=True)
    rows: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    refusal: Mapped[dict[str, object] | None] = mapped_column(JSON)
    submits: Mapped[bool] = mapped_column(default=False)
    # Who and when
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime] = mapped_column(index=True)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    government: Mapped[Government] = relationship(lazy="joined")


class UploadPart(Model):
    """Some of the bytes of a file, in their order: a file is never in the memory as a whole."""

    __tablename__ = "upload_part"
    __table_args__ = (UniqueConstraint("upload_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"))
    number: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)


class UploadRow(Model):
    """One notice or release of a file as it was read: pages show it without opening the file again."""

    __tablename__ = "upload_row"
    __table_args__ = (Index("ix_upload_row_of_state", "upload_id", "state", "id"),)

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"))
    number: Mapped[int]
    key: Mapped[str] = mapped_column(String(64), index=True)
    # What
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    same_as: Mapped[int | None]
    # Lifecycle
    state: Mapped[RowState]
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"), index=True)
    is_taken: Mapped[bool] = mapped_column(default=False)


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
