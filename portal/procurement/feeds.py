"""Publications as a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.feeds.spec import NEWEST, Category, Entry, FeedSource
from portal.kernel.text import N_
from portal.procurement import queries, rules, values
from portal.storage.database import db
from portal.web import links
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.procurement.models import Release
    from portal.web.filters import Filters


def _entries(filters: Filters) -> Sequence[Entry]:
    return [_entry(item) for item in db.session.scalars(queries.with_bodies(queries.notices(filters)).limit(NEWEST))]


def _entry(item: Release) -> Entry:
    kind = gettext(rules.TAG_NAMES[item.tag])
    said = {} if item.is_withheld else item.body
    description = values.first_text(values.child(said, "tender").get("description"), said.get("description"))
    return Entry(
        kind="notice", object_id=str(item.id), title=f"{kind}: {pick(item.title, item.title_en)}",
        url=links.absolute("procurement.release", ocid=item.ocid, release_id=item.id), updated_at=item.date_at,
        published_at=item.date_at, summary=description, categories=[Category(item.tag, label=kind)],
    )  # fmt: skip


NOTICES = FeedSource(
    "notices",
    N_("Notices"),
    N_("Every publication on public purchases, newest first."),
    "procurement.notices",
    _entries,
)
