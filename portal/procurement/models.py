"""Tables of releases and of what is compiled from them."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.procurement.rules import Json, PayloadWithheldError, Stage, contract_anchor
from portal.storage.database import Model
from portal.storage.immutable import make_immutable

SAME_RELEASE = " AND ".join(
    f"NEW.{name} = OLD.{name}"
    for name in ("id", "ocid", "release_id", "date_at", "tag", "sealed_by", "sealed_at", "ledger_position")
)
IS_WITHHELD = """OLD.sha256 <> '' AND NEW.sha256 = ''
AND NOT EXISTS (SELECT 1 FROM release_payload WHERE release_payload.release_id = OLD.id)"""
LOSES_ANOTHERS_TITLE = """NEW.sha256 = OLD.sha256 AND NEW.source = OLD.source
AND (NEW.title_en = OLD.title_en OR (NEW.title_en IS NULL AND OLD.title_en IS NULL))
AND (NEW.title = OLD.ocid OR EXISTS (SELECT 1 FROM release AS other
WHERE other.ocid = OLD.ocid AND other.id <> OLD.id AND other.title = NEW.title))"""
LAWFUL_UPDATE = f"{SAME_RELEASE} AND (({IS_WITHHELD}) OR ({LOSES_ANOTHERS_TITLE}))"
"""What the law asks of the rows: once its payload is gone, a release loses title, source and hash; and a release
without a title of its own, which shows an earlier one, shows another or none."""

WITHHELD = sql_text("sha256 = ''")


class Release(Model):
    """One immutable publication about one process: the source of truth.

    What it says lies in a table of its own, so that lists do not read it and the law can erase it. `sha256` is empty
    once that was done: of a short text, a hash lets everybody find the text by trying.
    """

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("ocid", "release_id"),
        Index("ix_release_date", "date_at", "id"),
        Index("ix_release_sealed", "sealed_at", "id"),
        Index("ix_release_withheld", "id", sqlite_where=WITHHELD, postgresql_where=WITHHELD),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    ocid: Mapped[str] = mapped_column(String(200), index=True)
    release_id: Mapped[str] = mapped_column(String(200))
    # What it says
    date_at: Mapped[datetime]
    tag: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[str] = mapped_column(String(500))
    title_en: Mapped[str | None] = mapped_column(String(500))
    sha256: Mapped[str] = mapped_column(String(64))
    payload: Mapped[ReleasePayload | None] = relationship(passive_deletes="all")
    # Provenance
    source: Mapped[str] = mapped_column(String(300))
    sealed_by: Mapped[str] = mapped_column(String(100))
    sealed_at: Mapped[datetime]
    ledger_position: Mapped[int] = mapped_column(index=True)

    @property
    def is_withheld(self) -> bool:
        """Tell whether what it says was destroyed."""
        return self.payload is None

    @property
    def public_bytes(self) -> bytes:
        """Give the very bytes that were published, whose SHA-256 is `sha256`.

        Raises:
            PayloadWithheldError: they were destroyed.
        """
        if self.payload is None:
            raise PayloadWithheldError
        return self.payload.body

    @property
    def body(self) -> Json:
        """Give the release as parsed; for many at once, select them by `queries.with_bodies`.

        Raises:
            PayloadWithheldError: what it said was destroyed.
        """
        if self.payload is None:
            raise PayloadWithheldError
        return self.payload.said


class ReleasePayload(Model):
    """The exact public bytes of a release: never changed, but destroyed where the law asks for it."""

    __tablename__ = "release_payload"

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)

    @cached_property
    def said(self) -> Json:
        """Give the release as parsed from its bytes."""
        found: Json = json.loads(self.body)
        return found


class ReleaseText(Model):
    """Everything a release can be found by, as plain text: derived from its payload, and deleted with it."""

    __tablename__ = "release_text"

    release_id: Mapped[int] = mapped_column(
        ForeignKey("release_payload.release_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    text: Mapped[str] = mapped_column(Text)


class Process(Model):
    """One contracting process, compiled from its releases; it can be thrown away and made anew."""

    __tablename__ = "process"

    # Identification
    ocid: Mapped[str] = mapped_column(String(200), primary_key=True)
    # What
    title: Mapped[str] = mapped_column(String(500))
    title_en: Mapped[str | None] = mapped_column(String(500))
    description: Mapped[str] = mapped_column(Text)
    category_code: Mapped[str | None] = mapped_column(String(20), index=True)
    # Who and where
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    region_code: Mapped[str | None] = mapped_column(String(12), index=True)
    # How far, how, how much
    stage: Mapped[Stage] = mapped_column(index=True)
    method: Mapped[str | None] = mapped_column(String(60))
    method_details: Mapped[str | None] = mapped_column(String(200))
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(10))
    number_of_tenderers: Mapped[int | None]
    # When
    tender_ends_at: Mapped[datetime | None]
    awarded_on: Mapped[date | None]
    first_release_at: Mapped[datetime]
    last_release_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime]
    # All of it
    compiled: Mapped[dict[str, object]] = mapped_column(JSON)


class ProcessSupplier(Model):
    """An organisation that won something in a process."""

    __tablename__ = "process_supplier"

    ocid: Mapped[str] = mapped_column(ForeignKey("process.ocid"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True, index=True)


class Contract(Model):
    """A contract of a process, compiled."""

    __tablename__ = "contract"
    __table_args__ = (UniqueConstraint("ocid", "contract_id"),)

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    ocid: Mapped[str] = mapped_column(ForeignKey("process.ocid"), index=True)
    contract_id: Mapped[str] = mapped_column(String(200))
    award_id: Mapped[str | None] = mapped_column(String(200))
    # What
    title: Mapped[str] = mapped_column(String(500))
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    supplier_name: Mapped[str | None] = mapped_column(String(300))
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(10))
    # When
    status: Mapped[str | None] = mapped_column(String(40))
    signed_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    @property
    def anchor(self) -> str:
        """Name its place on the page of its process."""
        return contract_anchor(self.contract_id)


make_immutable(Release.__table__, unless=LAWFUL_UPDATE)
make_immutable(ReleasePayload.__table__, refused=("UPDATE",))
