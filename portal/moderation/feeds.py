"""When things were hidden, for the tombstones of feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.feeds.spec import LATEST, Gone
from portal.moderation.models import HiddenMark
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime


def hidden_of(kind: str, ids: Sequence[object] | None = None) -> dict[str, datetime]:
    """Read when things of a kind were hidden: of some of them, or the newest of all."""
    query = select(HiddenMark.object_id, HiddenMark.at).where(HiddenMark.kind == str(kind))
    if ids is not None:
        query = query.where(HiddenMark.object_id.in_([str(one) for one in ids]))
    return dict(db.session.execute(query.order_by(HiddenMark.id.desc()).limit(LATEST)).all())


def numbers_hidden(kind: str) -> Callable[[Sequence[int] | None], dict[int, Gone]]:
    """Give what tells which things of a kind with numbers were hidden: `went` of a feed's rows."""

    def tell(ids: Sequence[int] | None) -> dict[int, Gone]:
        marks = hidden_of(kind, ids)
        return {int(one): Gone(kind, one, at) for one, at in marks.items() if one.isascii() and one.isdigit()}

    return tell
