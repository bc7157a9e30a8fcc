"""Facts about this installation that are kept in the database, each one a name and a short text."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.storage.database import Model, db
from portal.storage.transactions import transaction

DEMONSTRATION = "demonstration"


class Flag(Model):
    """One fact about this installation."""

    __tablename__ = "flag"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


def set_flag(name: str, value: str) -> None:
    """Keep a fact, replacing what was there."""
    with transaction():
        db.session.merge(Flag(name=name, value=value))


def flag(name: str) -> str | None:
    """Read a fact; None when it was never set."""
    found = db.session.get(Flag, name)
    return found.value if found else None
