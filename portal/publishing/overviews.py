"""How drafts stand beside the law: the deadlines of each, for its page, lists and approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.classification.queries import calendar
from portal.kernel import clock
from portal.procurement import queries as procurement
from portal.procurement.models import Process, Release
from portal.procurement.process_events import PUBLICATIONS
from portal.procurement.rules import Tag
from portal.procurement.values import day
from portal.publishing.notices import deadlines
from portal.publishing.notices.model import notice_types
from portal.publishing.queries import release_of_draft
from portal.publishing.rules import Purpose
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from portal.classification.rules import Calendar
    from portal.procurement.verdicts import Finding
    from portal.publishing.models import Draft
    from portal.publishing.notices.model import NoticeType


@dataclass(frozen=True)
class Overview:
    """What a draft shows: its notice type, and how the rules of the law stand."""

    draft: Draft
    notice: NoticeType
    deadlines: Sequence[Finding]


def overviews(drafts: Sequence[Draft]) -> list[Overview]:
    """Tell how the rules of the law stand for several drafts, with a fixed number of statements."""
    days, ocids = calendar(), {draft.ocid for draft in drafts}
    published, known = _published_days(ocids), _categories(ocids)
    others = _releases_beside(drafts)
    return [
        _overview_of_file(one, days, others.get(one.ocid, ()))
        if one.body is not None
        else _overview(one, days, published.get(one.ocid, {}), known.get(one.ocid))
        for one in drafts
    ]


def _overview(draft: Draft, days: Calendar, published: Mapping[str, date], category: str | None) -> Overview:
    notice = notice_types()[draft.notice_type]
    if draft.purpose is not Purpose.PUBLISH:
        return Overview(draft, notice, [])
    found = deadlines.deadlines_of(
        notice, {"category": category, **draft.values}, published, calendar=days, today=clock.today(),
        published_on=None if draft.published_at is None else clock.day_of(draft.published_at),
    )  # fmt: skip
    return Overview(draft, notice, found)


def _overview_of_file(draft: Draft, days: Calendar, beside: Sequence[Release]) -> Overview:
    """Read the days of a draft from its release: one that says it is older than the draft was published elsewhere."""
    release, notice = release_of_draft(draft, clock.now()), notice_types()[draft.notice_type]
    on = day(release.get("date"))
    is_published = draft.published_at is not None or (on is not None and on < clock.day_of(draft.begun_at))
    found = deadlines.deadlines_of_release(
        notice, release, [one.body for one in beside if one.id != draft.release_id],
        calendar=days, today=clock.today(), is_published=is_published,
    )  # fmt: skip
    return Overview(draft, notice, found)


def _releases_beside(drafts: Sequence[Draft]) -> Mapping[str, Sequence[Release]]:
    """Read what is published of the purchases of drafts that hold a whole release: at most one statement."""
    ocids = {one.ocid for one in drafts if one.body is not None}
    found: dict[str, list[Release]] = {}
    for one in procurement.releases_of(*ocids) if ocids else ():
        if not one.is_withheld:
            found.setdefault(one.ocid, []).append(one)
    return found


def _published_days(ocids: Collection[str]) -> Mapping[str, Mapping[str, date]]:
    """Tell when purchases were first published about, by event: one statement."""
    query = select(Release.ocid, Release.tag, func.min(Release.date_at)).group_by(Release.ocid, Release.tag)
    found: dict[str, dict[str, date]] = {}
    for ocid, tag, at in db.session.execute(query.where(Release.ocid.in_(ocids), Release.tag.in_(PUBLICATIONS))):
        found.setdefault(ocid, {})[PUBLICATIONS[Tag(tag)]] = clock.day_of(at)
    return found


def _categories(ocids: Collection[str]) -> Mapping[str, str | None]:
    return dict(db.session.execute(select(Process.ocid, Process.category_code).where(Process.ocid.in_(ocids))).all())
