"""Signed heads as a feed: whoever follows it keeps what the portal has promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.feeds.spec import NEWEST, Entry, FeedSource
from portal.kernel.text import N_
from portal.ledger import queries
from portal.storage.database import db
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.ledger.models import LedgerCheckpoint
    from portal.web.filters import Filters


def _entries(filters: Filters) -> Sequence[Entry]:
    del filters  # heads have none
    return [_entry(head) for head in db.session.scalars(queries.checkpoints().limit(NEWEST))]


def _entry(head: LedgerCheckpoint) -> Entry:
    return Entry(
        kind="checkpoint", object_id=str(head.size), title=gettext("%(n)s entries", n=head.size),
        url=links.absolute("ledger.checkpoint_of", size=head.size), updated_at=head.signed_at, summary=head.note,
    )  # fmt: skip


CHECKPOINTS = FeedSource(
    "checkpoints",
    N_("Signed checkpoints of the ledger"),
    N_("Every signed head of the public ledger, newest first: keep them, and compare."),
    "ledger.heads",
    _entries,
)
