"""Plans as a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.feeds.spec import NEWEST, Entry, FeedSource
from portal.kernel.text import N_
from portal.planning import queries
from portal.storage.database import db
from portal.web import links
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.web.filters import Filters


def _entries(filters: Filters) -> Sequence[Entry]:
    return [
        Entry(
            kind="plan", object_id=str(item.id), title=pick(item.title, item.title_en),
            url=links.absolute("planning.show", plan_id=item.id), updated_at=item.changed_at,
            published_at=item.published_at, summary=pick(item.introduction, item.introduction_en),
        )
        for item in db.session.scalars(queries.plans(filters).limit(NEWEST))
    ]  # fmt: skip


PLANS = FeedSource("plans", N_("Plans"), N_("Purchasing plans of governments, newest first."), "planning.index", _entries)
