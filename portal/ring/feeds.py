"""Links of the ring as entries: when a thing was joined to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext
from sqlalchemy import or_, select, tuple_

from portal.feeds.spec import Entry
from portal.ring.models import RingLink
from portal.ring.queries import describe, url_of
from portal.ring.rules import BACKWARD, FORWARD
from portal.storage.database import db
from portal.web import links
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.ring.rules import Described, Kind


def linked(things: Sequence[tuple[Kind, str]]) -> list[Entry]:
    """Tell of every link of some things to a thing that may be seen: a statement, and one for each kind at the ends."""
    starts, ends = tuple_(RingLink.from_kind, RingLink.from_id), tuple_(RingLink.to_kind, RingLink.to_id)
    query = select(RingLink).where(or_(starts.in_(things), ends.in_(things))).order_by(RingLink.id)
    rows, ours = db.session.scalars(query).all() if things else (), set(things)
    known = describe([(row.from_kind, row.from_id) for row in rows] + [(row.to_kind, row.to_id) for row in rows])
    entries = []
    for row in rows:
        is_ours = (row.from_kind, row.from_id) in ours
        other = (row.to_kind, row.to_id) if is_ours else (row.from_kind, row.from_id)
        if other in known:
            label = gettext((FORWARD if is_ours else BACKWARD)[row.relation])
            entries.append(_entry(row, label, known[other]))
    return entries


def _entry(row: RingLink, label: str, other: Described) -> Entry:
    return Entry(
        kind="link", object_id=str(row.id), title=f"{label}{gettext(': ')}{pick(other.title, other.title_en)}",
        url=links.public_url() + url_of(other), updated_at=row.made_at, summary=row.note,
    )  # fmt: skip
