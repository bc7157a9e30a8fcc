"""Signed heads as a feed: whoever follows it keeps what the portal has promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.feeds.listing import Rows
from portal.feeds.spec import Entry, FeedSource
from portal.kernel.text import N_
from portal.ledger import queries
from portal.ledger.models import LedgerCheckpoint
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from portal.web.filters import Filters


def _heads(filters: Filters) -> Select[LedgerCheckpoint]:
    del filters  # heads have none
    return queries.checkpoints()


def _entries(items: Sequence[LedgerCheckpoint]) -> list[Entry]:
    return [_entry(head) for head in items]


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
    Rows(
        kind="checkpoint",
        visible=_heads,
        ever=_heads,
        write=_entries,
        id=LedgerCheckpoint.size,
        published=LedgerCheckpoint.signed_at,
    ),
)
