"""Reads of what is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import String, and_, cast, exists, select

from portal.ledger.models import LedgerEntry
from portal.moderation.models import HiddenMark
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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


def hidden_at(kind: str) -> Callable[[Sequence[int]], Mapping[int, str]]:
    """Give what tells which ledger entries about things of a kind are hidden, and by which mark."""

    def tell(positions: Sequence[int]) -> Mapping[int, str]:
        query = select(LedgerEntry.position, LedgerEntry.object_id).where(LedgerEntry.position.in_(positions))
        query = query.join(
            HiddenMark, and_(HiddenMark.kind == str(kind), HiddenMark.object_id == LedgerEntry.object_id)
        )
        return {position: f"{kind}:{object_id}" for position, object_id in db.session.execute(query)}

    return tell


def mark(kind: str, object_id: str) -> HiddenMark | None:
    """Read the mark of one thing, if it is hidden."""
    return db.session.scalar(select(HiddenMark).where(HiddenMark.kind == kind, HiddenMark.object_id == object_id))


def marks() -> Sequence[HiddenMark]:
    """Read every mark, newest first."""
    return db.session.scalars(select(HiddenMark).order_by(HiddenMark.id.desc())).all()
