"""Proposals and needs as feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.classification.queries import category_name, region_name
from portal.demand import queries
from portal.feeds.spec import NEWEST, Category, Entry, FeedSource
from portal.kernel.text import N_
from portal.storage.database import db
from portal.web import links
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.demand.models import Need, Proposal
    from portal.web.filters import Filters


def _categories(item: Proposal | Need) -> list[Category]:
    return [
        Category(item.category_code, label=category_name(item.category_code)),
        Category(item.region_code, label=region_name(item.region_code)),
    ]


def _proposals(filters: Filters) -> Sequence[Entry]:
    return [
        Entry(
            kind="proposal", object_id=str(item.id), title=pick(item.title, item.title_en),
            url=links.absolute("demand.show", proposal_id=item.id), updated_at=item.changed_at,
            published_at=item.published_at, summary=pick(item.body, item.body_en), categories=_categories(item),
        )
        for item in db.session.scalars(queries.proposals(filters).limit(NEWEST))
    ]  # fmt: skip


def _needs(filters: Filters) -> Sequence[Entry]:
    return [
        Entry(
            kind="need", object_id=str(item.id), title=pick(item.title, item.title_en),
            url=links.absolute("demand.need", need_id=item.id), updated_at=item.changed_at,
            published_at=item.created_at, summary=pick(item.description, item.description_en),
            categories=_categories(item),
        )
        for item in db.session.scalars(queries.needs(filters).limit(NEWEST))
    ]  # fmt: skip


PROPOSALS = FeedSource(
    "proposals", N_("Proposals"), N_("What residents ask for, and the answers they get."), "demand.index", _proposals
)
NEEDS = FeedSource("needs", N_("Needs"), N_("What proposals came to, for the next plan."), "demand.needs", _needs)
