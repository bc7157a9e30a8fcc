"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, Enum, TypeDecorator

if TYPE_CHECKING:
    from enum import StrEnum

    from sqlalchemy.engine.interfaces import Dialect


class NaiveMomentError(ValueError):
    """Raised when a moment without a time zone is about to be stored."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database (SQLite would hand it back naive)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments and turn the others to UTC."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveMomentError(value)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand back an aware moment."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_type(kind: type[StrEnum], *, name: str) -> Enum:
    """Give the type of an enum column whose check needs a name of its own: two of a kind in one table."""
    return Enum(kind, name=name, native_enum=False, length=40, create_constraint=True, values_callable=enum_values)


def enum_values(kind: type[StrEnum]) -> list[str]:
    """Store an enum by its value (the standard's spelling), not by its Python name."""
    return [member.value for member in kind]
