"""Table of documents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.database import Model


class Document(Model):
    """An original that belongs to a process, with its text."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("ocid", "sha256"),)

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    ocid: Mapped[str] = mapped_column(String(200), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    # What
    title: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str | None] = mapped_column(String(300))
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    pages: Mapped[list[str]] = mapped_column(JSON)
    # Lifecycle
    added_at: Mapped[datetime]
