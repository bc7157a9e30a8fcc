"""Table of what is hidden."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.database import Model


class HiddenMark(Model):
    """A mark that takes one thing of any kind out of everything public at once."""

    __tablename__ = "hidden_mark"
    __table_args__ = (UniqueConstraint("kind", "object_id"),)

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(200))
    # Why
    reason: Mapped[str] = mapped_column(Text)
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    is_withdrawal: Mapped[bool] = mapped_column(default=False)
    # Lifecycle
    at: Mapped[datetime]
