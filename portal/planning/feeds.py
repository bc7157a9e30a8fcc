"""Plans as a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.classification.queries import region_name
from portal.feeds.listing import Listed, Rows
from portal.feeds.spec import Category, Entry, FeedSource, Subject, ThingFeed
from portal.kernel.text import N_
from portal.moderation.feeds import numbers_hidden
from portal.planning import queries
from portal.planning.models import Plan
from portal.planning.rules import PlanStatus
from portal.ring.feeds import linked
from portal.ring.rules import Kind
from portal.web import links
from portal.web.filters import as_number
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from portal.web.filters import Filters


def _ever(filters: Filters) -> Select[Plan]:
    return queries.plans(filters, among=select(Plan).where(Plan.status == PlanStatus.PUBLISHED))


def _entries(items: Sequence[Plan]) -> list[Entry]:
    return [_entry(item) for item in items]


def _entry(item: Plan) -> Entry:
    region = item.government.region_code
    return Entry(
        kind=Kind.PLAN, object_id=str(item.id), title=pick(item.title, item.title_en),
        url=links.absolute("planning.show", plan_id=item.id), updated_at=item.changed_at,
        published_at=item.published_at, summary=pick(item.introduction, item.introduction_en),
        author=pick(item.government.name, item.government.name_en),
        categories=[Category(region, label=region_name(region))],
    )  # fmt: skip


def _of_plan(number: str) -> Subject:
    found = queries.plan(as_number(number))
    return Subject(str(found.id), pick(found.title, found.title_en), Listed(lambda _filters: _history(found)))


def _history(item: Plan) -> list[Entry]:
    """Tell what became of a plan: the needs and purchases of its lines, what it leaves out."""
    lines = [(Kind.PLAN_LINE, str(line.id)) for line in queries.lines_of_plan(item.id)]
    return [_entry(item), *linked([(Kind.PLAN, str(item.id)), *lines])]


OF_PLAN = ThingFeed(
    "plans",
    N_("One plan"),
    N_("What becomes of one plan: the needs its lines answer, the purchases they come to."),
    "planning.show",
    "plan_id",
    _of_plan,
    kind=Kind.PLAN,
)
PLANS = FeedSource(
    name="plans",
    title=N_("Plans"),
    description=N_("Purchasing plans of governments, with the needs that each line answers."),
    page_endpoint="planning.index",
    listing=Rows(
        kind=Kind.PLAN,
        visible=queries.plans,
        ever=_ever,
        write=_entries,
        id=Plan.id,
        published=Plan.published_at,
        changed=Plan.changed_at,
        went=numbers_hidden(Kind.PLAN),
    ),
)
