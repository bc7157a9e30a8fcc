"""Table of documents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.database import Model


class Document(Model):
    """An original that belongs to a process, with its public text.

    `pages` holds what may be public: with personal data masked while the original is withheld. The
    unmasked text is not kept here; it can be read again from the original. `page_count` is how many
    pages the file has where fewer were read, `skipped` names parts of it that could not be read.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("ocid", "sha256"),
        CheckConstraint(
            "added_by IS NULL OR published_by NOT LIKE 'person:%' OR published_by <> added_by", name="second_person"
        ),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    ocid: Mapped[str] = mapped_column(String(200), index=True)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    # What
    title: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str | None] = mapped_column(String(300))
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    # Text
    status: Mapped[str] = mapped_column(String(20))
    pages: Mapped[list[str]] = mapped_column(JSON)
    labels: Mapped[list[str]] = mapped_column(JSON)
    machine_pages: Mapped[int]
    page_count: Mapped[int | None]
    skipped: Mapped[list[str]] = mapped_column(JSON)
    # Personal data
    findings: Mapped[dict[str, int]] = mapped_column(JSON)
    is_withheld: Mapped[bool]
    rendition_sha256: Mapped[str | None] = mapped_column(String(64))
    # Lifecycle
    added_at: Mapped[datetime]
    added_by: Mapped[str | None] = mapped_column(String(100))
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    published_by: Mapped[str | None] = mapped_column(String(100))
    ledger_position: Mapped[int | None]
