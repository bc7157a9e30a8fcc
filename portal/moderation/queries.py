"""Reads of what is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import String, cast, exists, select

from portal.moderation.models import HiddenMark
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute


def not_hidden(kind: str, id_column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Give the condition that a thing of this kind is not hidden, for its one visibility query.

    Args:
        kind: name of the kind, as in the ring.
        id_column: the column of its identifier; Any because identifiers are numbers or texts.
    """
    return ~exists().where(HiddenMark.kind == str(kind), HiddenMark.object_id == cast(id_column, String))


def hidden_keys() -> frozenset[str]:
    """List what is hidden as `kind:id`, for engines that subtract it."""
    rows = db.session.execute(select(HiddenMark.kind, HiddenMark.object_id))
    return frozenset(f"{kind}:{object_id}" for kind, object_id in rows)


def mark(kind: str, object_id: str) -> HiddenMark | None:
    """Read the mark of one thing, if it is hidden."""
    return db.session.scalar(select(HiddenMark).where(HiddenMark.kind == kind, HiddenMark.object_id == object_id))


def marks() -> Sequence[HiddenMark]:
    """Read every mark, newest first."""
    return db.session.scalars(select(HiddenMark).order_by(HiddenMark.id.desc())).all()
