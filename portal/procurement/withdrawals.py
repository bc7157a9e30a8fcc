"""Reads of notices that their publishers withdrew: nothing is left of one but what it was, when it went, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import String, and_, cast, select
from sqlalchemy.orm import aliased

from portal.kernel import clock
from portal.moderation.models import HiddenMark
from portal.moderation.queries import not_hidden
from portal.procurement import joins
from portal.procurement.models import Release
from portal.procurement.rules import Tag, WithdrawnError
from portal.ring.rules import Kind
from portal.storage.database import db

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True)
class Tombstone:
    """A withdrawn notice."""

    id: int
    ocid: str
    tag: Tag
    date_at: datetime
    withdrawn_on: date
    reason: str
    ledger_position: int

    @property
    def published_on(self) -> date:
        """Give the day on which it was published."""
        return clock.day_of(self.date_at)


def tombstones_of(*ocids: str) -> list[Tombstone]:
    """Read the withdrawn notices of processes that are not hidden themselves, oldest first: one statement."""
    gone = aliased(HiddenMark)
    there = and_(gone.kind == str(joins.NOTICE), gone.object_id == cast(Release.id, String))
    query = (
        select(Release.id, Release.ocid, Release.tag, Release.date_at, Release.ledger_position)
        .add_columns(gone.at, gone.reason)
        .join(gone, there)
        .where(Release.ocid.in_(ocids), gone.is_withdrawal, not_hidden(Kind.PROCESS, Release.ocid))
        .order_by(Release.date_at, Release.id)
    )
    return [
        Tombstone(number, ocid, Tag(tag), date_at, clock.day_of(at), reason, position)
        for number, ocid, tag, date_at, position, at, reason in db.session.execute(query)
    ]


def check_not_withdrawn(ocid: str) -> None:
    """Tell of a process that cannot be seen why that is, where its publisher withdrew it.

    Raises:
        WithdrawnError: a notice of it was withdrawn.
    """
    gone = tombstones_of(ocid)
    if gone:
        raise WithdrawnError(on=gone[-1].withdrawn_on, reason=gone[-1].reason)
