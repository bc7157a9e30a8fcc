"""Reads of counts: whole days and whole months, of what may be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask_babel import gettext
from sqlalchemy import Select, func, select

from portal.disclosure.models import Document
from portal.disclosure.queries import visible_documents
from portal.exporting import registry as datasets
from portal.kernel import clock
from portal.parties.models import Organization
from portal.parties.queries import visible_organizations
from portal.ring import queries as ring
from portal.ring.rules import Kind
from portal.storage.database import db
from portal.usage.models import UsageDay, UsageMonth
from portal.usage.rules import KINDS, LIST, PAGE, Use, month_of, months_before
from portal.web import links
from portal.web.filters import choose
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from portal.web.filters import Filters

DAYS_SHOWN, MONTHS_SHOWN, MOST_SHOWN, CANDIDATES = 30, 12, 10, 50


@dataclass(frozen=True)
class Named:
    """What was used: its title in the reader's language and the local address of its page (none for a list's name)."""

    title: str
    url: str | None


def months(filters: Filters) -> Select[UsageMonth]:
    """Select the months that are over, the newest first."""
    query = select(UsageMonth).where(UsageMonth.month < month_of(clock.today()))
    kind = choose(filters.kind, KINDS, name="kind")
    if kind:
        query = query.where(UsageMonth.kind == kind)
    if filters.year:
        query = query.where(UsageMonth.month.startswith(f"{filters.year}-"))
    if filters.from_:
        query = query.where(UsageMonth.month >= month_of(filters.from_))
    if filters.to:
        query = query.where(UsageMonth.month <= month_of(filters.to))
    return query.order_by(UsageMonth.month.desc(), UsageMonth.id)


def days(filters: Filters) -> Select[UsageDay]:
    """Select the days that are over, the newest first."""
    query = select(UsageDay).where(UsageDay.day < clock.today())
    kind = choose(filters.kind, KINDS, name="kind")
    if kind:
        query = query.where(UsageDay.kind == kind)
    if filters.year:
        first = clock.today().replace(year=filters.year, month=1, day=1)
        query = query.where(UsageDay.day >= first, UsageDay.day < first.replace(year=filters.year + 1))
    if filters.from_:
        query = query.where(UsageDay.day >= filters.from_)
    if filters.to:
        query = query.where(UsageDay.day <= filters.to)
    return query.order_by(UsageDay.day.desc(), UsageDay.id)


def by_day() -> Mapping[Use, Sequence[tuple[date, int]]]:
    """Count each use on each of the last days that are over since counting began; a day without any is 0."""
    last = clock.today() - timedelta(1)
    began = db.session.scalar(select(func.min(UsageDay.day)))
    if began is None or began > last:
        return {use: [] for use in Use}
    wanted = [day for number in reversed(range(DAYS_SHOWN)) if (day := last - timedelta(number)) >= began]
    query = select(UsageDay.use, UsageDay.day, func.sum(UsageDay.count)).where(UsageDay.day.between(wanted[0], last))
    found = {
        (use, day): int(count) for use, day, count in db.session.execute(query.group_by(UsageDay.use, UsageDay.day))
    }
    return {use: [(day, found.get((use, day), 0)) for day in wanted] for use in Use}


def by_month() -> Sequence[tuple[str, Mapping[Use, int]]]:
    """Count each use in each of the last months that are over, the newest first."""
    since = month_of(months_before(clock.today(), MONTHS_SHOWN))
    query = select(UsageMonth.month, UsageMonth.use, func.sum(UsageMonth.count))
    query = query.where(UsageMonth.month >= since, UsageMonth.month < month_of(clock.today()))
    found: dict[str, dict[Use, int]] = {}
    for month, use, count in db.session.execute(query.group_by(UsageMonth.month, UsageMonth.use)):
        found.setdefault(month, {})[Use(use)] = int(count)
    return sorted(found.items(), reverse=True)


def most_used(use: Use, month: str, *, smallest: int) -> Sequence[tuple[Named, int]]:
    """List the things (not lists) that were used most in a month and may be seen, with how often."""
    query = select(UsageMonth).where(
        UsageMonth.month == month, UsageMonth.use == use, UsageMonth.count >= smallest,
        UsageMonth.kind.not_in([LIST, PAGE]),
    )  # fmt: skip
    items = db.session.scalars(query.order_by(UsageMonth.count.desc(), UsageMonth.id).limit(CANDIDATES)).all()
    known = named((item.kind, item.object_id) for item in items)
    pairs = [(known.get((item.kind, item.object_id)), item.count) for item in items]
    return [(what, count) for what, count in pairs if what is not None][:MOST_SHOWN]


def named(things: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Named]:
    """Name lists, pages and things, one statement for each kind; what nobody may see is missing."""
    wanted = list(dict.fromkeys(things))
    found = {(kind, name): Named(_title_of_list(name), None) for kind, name in wanted if kind in {LIST, PAGE}}
    of_ring = [(Kind(kind), object_id) for kind, object_id in wanted if kind in list(Kind)]
    for (kind, object_id), said in ring.describe(of_ring).items():
        found[str(kind), object_id] = Named(pick(said.title, said.title_en), ring.url_of(said))
    found |= _read(
        "organization", wanted, visible_organizations(), (Organization.id, Organization.name, Organization.name_en),
        ("pages.organization", "organization_id"),
    )  # fmt: skip
    found |= _read(
        "document", wanted, visible_documents(), (Document.id, Document.title, Document.title_en),
        ("disclosure.document", "document_id"),
    )  # fmt: skip
    return found


def _title_of_list(name: str) -> str:
    dataset = datasets.find(name)
    return gettext(dataset.title) if dataset is not None else name


def _read(
    kind: str,
    wanted: Iterable[tuple[str, str]],
    visible: Select[Any],
    columns: tuple[Any, Any, Any],
    page: tuple[str, str],
) -> dict[tuple[str, str], Named]:
    """Name things of one kind; Any because each kind has its own table."""
    numbers = [int(object_id) for of_kind, object_id in wanted if of_kind == kind]
    if not numbers:
        return {}
    rows = db.session.execute(visible.order_by(None).with_only_columns(*columns).where(columns[0].in_(numbers)))
    endpoint, name = page
    return {
        (kind, str(number)): Named(pick(title, title_en), links.path(endpoint, **{name: number}))
        for number, title, title_en in rows
    }
