"""Publications as a feed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask_babel import gettext
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from portal.classification.queries import category_name, region_name
from portal.feeds.listing import Rows
from portal.feeds.spec import LATEST, Category, Entry, FeedSource, Gone, Subject, ThingFeed
from portal.kernel.text import N_
from portal.moderation.feeds import hidden_of, numbers_hidden
from portal.parties.queries import kept_id, organization
from portal.procurement import queries, rules, values
from portal.procurement.models import Process, ProcessSupplier, Release
from portal.procurement.withholding import SOURCE, successor_id
from portal.ring.rules import Kind
from portal.storage.database import db
from portal.web import links
from portal.web.filters import as_number
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from portal.web.filters import Filters


def _seen(filters: Filters) -> Select[Release]:
    return queries.notices(filters).where(Release.sha256 != "")


def _ever(filters: Filters) -> Select[Release]:
    return queries.notices(filters, among=select(Release))


def _entries(items: Sequence[Release]) -> list[Entry]:
    buyers = queries.buyers_of([item.ocid for item in items])
    return [_entry(item, buyers.get(item.ocid)) for item in items]


def _entry(item: Release, buyer: tuple[str, str | None] | None) -> Entry:
    kind = gettext(rules.TAG_NAMES[item.tag])
    said = {} if item.is_withheld else item.body
    description = values.first_text(values.child(said, "tender").get("description"), said.get("description"))
    return Entry(
        kind=queries.NOTICE, object_id=str(item.id), title=f"{kind}{gettext(': ')}{pick(item.title, item.title_en)}",
        url=links.absolute("procurement.release", ocid=item.ocid, release_id=item.id), updated_at=item.sealed_at,
        published_at=item.date_at, summary=description, author=pick(*buyer) if buyer else "",
        categories=[Category(item.tag, label=kind)],
    )  # fmt: skip


def went(numbers: Sequence[int] | None) -> Mapping[int, Gone]:
    """Tell which publications went: hidden or withdrawn, with their process, or withheld by law."""
    return _withheld(numbers) | _hidden_with_process(numbers) | numbers_hidden(queries.NOTICE)(numbers)


def _hidden_with_process(numbers: Sequence[int] | None) -> dict[int, Gone]:
    marks = hidden_of(Kind.PROCESS)
    query = select(Release.id, Release.ocid).where(Release.ocid.in_(marks))
    if numbers is not None:
        query = query.where(Release.id.in_(numbers))
    rows = db.session.execute(query.order_by(Release.id.desc()).limit(LATEST)) if marks else ()
    return {number: Gone(queries.NOTICE, str(number), marks[ocid]) for number, ocid in rows}


def _withheld(numbers: Sequence[int] | None) -> dict[int, Gone]:
    """Tell which publications the law had destroyed, since the release that says so, and what it says."""
    query = select(Release).where(Release.sha256 == "")
    if numbers is not None:
        query = query.where(Release.id.in_(numbers))
    found = db.session.scalars(query.order_by(Release.id.desc()).limit(LATEST)).all()
    ocids = {one.ocid for one in found}
    following = select(Release.ocid, Release.release_id, Release.sealed_at).where(
        Release.ocid.in_(ocids), Release.source == SOURCE
    )
    moments = {(ocid, number): at for ocid, number, at in (db.session.execute(following) if ocids else ())}
    return {
        one.id: Gone(
            queries.NOTICE,
            str(one.id),
            moments.get((one.ocid, successor_id(one.release_id)), one.sealed_at),
            note=pick(one.title, one.title_en),
        )
        for one in found
    }


LISTING = Rows(
    kind=queries.NOTICE,
    visible=_seen,
    ever=_ever,
    write=_entries,
    id=Release.id,
    published=Release.sealed_at,
    went=went,
    knows_all_gone=True,
    options=(joinedload(Release.payload),),
)


def _of_process(ocid: str) -> Subject:
    found = queries.process(ocid)
    shown = list(queries.shown_with(ocid))
    return Subject(ocid, pick(found.title, found.title_en), _only(Release.ocid.in_(shown)))


def _of_organization(number: str) -> Subject:
    found = organization(kept_id(as_number(number)))
    won = select(ProcessSupplier.ocid).where(ProcessSupplier.organization_id == found.id)
    theirs = select(Process.ocid).where(or_(Process.buyer_id == found.id, Process.ocid.in_(won)))
    return Subject(str(found.id), pick(found.name, found.name_en), _only(Release.ocid.in_(theirs)))


def _only(condition: ColumnElement[bool]) -> Rows:
    """Narrow the notices."""
    return replace(
        LISTING,
        visible=lambda filters: _seen(filters).where(condition),
        ever=lambda filters: _ever(filters).where(condition),
    )


OF_PROCESS = ThingFeed(
    "processes",
    N_("One purchase"),
    N_("Every notice of one purchase, joined ones too."),
    "procurement.process",
    "ocid",
    _of_process,
    kind=Kind.PROCESS,
)
OF_ORGANIZATION = ThingFeed(
    "organizations",
    N_("One organisation"),
    N_("Every notice of what one organisation buys or wins."),
    "pages.organization",
    "organization_id",
    _of_organization,
    kind="organization",
)


def _processes(items: Sequence[Process]) -> list[Entry]:
    ocids = [item.ocid for item in items]
    buyers = queries.buyers_of(ocids)
    sealed = select(Release.ocid, func.max(Release.sealed_at)).where(Release.ocid.in_(ocids)).group_by(Release.ocid)
    moments = dict(db.session.execute(sealed).all())
    return [_process(item, moments.get(item.ocid, item.changed_at), buyers.get(item.ocid)) for item in items]


def _process(item: Process, at: datetime, buyer: tuple[str, str | None] | None) -> Entry:
    codes = ((item.category_code, category_name), (item.region_code, region_name))
    return Entry(
        kind=Kind.PROCESS, object_id=item.ocid, title=pick(item.title, item.title_en),
        url=links.absolute("procurement.process", ocid=item.ocid), updated_at=at,
        published_at=item.first_release_at, summary=item.description, author=pick(*buyer) if buyer else "",
        categories=[Category(code, label=name(code)) for code, name in codes if code],
    )  # fmt: skip


def _processes_went(ocids: Sequence[str] | None) -> Mapping[str, Gone]:
    return {ocid: Gone(Kind.PROCESS, ocid, at) for ocid, at in hidden_of(Kind.PROCESS, ocids).items()}


def _sealed(choose: Callable[[Any], ColumnElement[datetime]]) -> ColumnElement[Any]:
    """Give the first or last moment when something of a process was published, whatever days its notices tell."""
    return select(choose(Release.sealed_at)).where(Release.ocid == Process.ocid).scalar_subquery()


PROCESSES = FeedSource(
    "processes",
    N_("Purchases"),
    N_("Every purchase, what was last published on first."),
    "procurement.processes",
    Rows(
        kind=Kind.PROCESS,
        visible=queries.processes,
        ever=lambda filters: queries.processes(filters, among=select(Process)),
        write=_processes,
        id=Process.ocid,
        published=_sealed(func.min),
        changed=_sealed(func.max),
        went=_processes_went,
    ),
)
NOTICES = FeedSource(
    "notices",
    N_("Notices"),
    N_("Every publication on public purchases, newest first."),
    "procurement.notices",
    LISTING,
)
