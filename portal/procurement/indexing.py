"""Publications and processes as they can be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.text import N_
from portal.parties.rules import short_forms
from portal.procurement import joins, queries, summaries, values
from portal.procurement.models import Process, Release
from portal.ring.rules import Kind
from portal.search.port import Indexer, SearchDocument, document_key
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BATCH = 200


def _notices(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query = queries.with_bodies(queries.visible_releases()).order_by(Release.id)
    if ids is not None:
        query = query.where(Release.id.in_([int(number) for number in ids]))
    for items in db.session.scalars(query.execution_options(yield_per=BATCH)).partitions(BATCH):
        parties = queries.parties_of([item.ocid for item in items])
        yield from (_notice(item, parties.get(item.ocid, queries.NO_PARTIES)) for item in items)


def _notice(item: Release, parties: queries.Parties) -> SearchDocument:
    said = {} if item.is_withheld else item.body
    summary = summaries.summarise(said, [item.tag])
    suppliers = parties.suppliers if summary.suppliers else {}
    return SearchDocument(
        key=document_key(queries.NOTICE, item.id), kind=queries.NOTICE, object_id=str(item.id), title=item.title,
        title_en=item.title_en, body=f"{values.searched_text(said)}\n{_short_names(parties.buyer, suppliers)}",
        region=summary.region_code or parties.region_code, category=summary.category_code or parties.category_code,
        buyer=_first(parties.buyer), suppliers=_keys(suppliers), stage=summary.stage, date=clock.day_of(item.date_at),
        year=clock.day_of(item.date_at).year, amount_fen=summary.amount.minor if summary.amount else None,
        within=(document_key(Kind.PROCESS, item.ocid),),
    )  # fmt: skip


def _processes(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query = queries.listed_processes().order_by(Process.ocid)
    if ids is not None:
        query = query.where(Process.ocid.in_(ids))
    for items in db.session.scalars(query.execution_options(yield_per=BATCH)).partitions(BATCH):
        parties = queries.parties_of([item.ocid for item in items])
        purchases = joins.purchases_of(item.ocid for item in items)
        for item in items:
            joined = purchases[item.ocid].members[1:] if item.ocid in purchases else ()
            yield _process(item, parties.get(item.ocid, queries.NO_PARTIES), joined)


def _process(item: Process, parties: queries.Parties, joined: Sequence[Process]) -> SearchDocument:
    names = " ".join([*parties.buyer.values(), *parties.suppliers.values()])
    others = "\n".join(f"{one.title} {one.ocid}" for one in joined)
    said = (item.description, item.ocid, names, _short_names(parties.buyer, parties.suppliers), others)
    return SearchDocument(
        key=document_key(Kind.PROCESS, item.ocid), kind=Kind.PROCESS, object_id=item.ocid, title=item.title,
        title_en=item.title_en, body="\n".join(filter(None, said)), region=item.region_code,
        category=item.category_code, buyer=_first(parties.buyer), suppliers=_keys(parties.suppliers),
        stage=item.stage, year=clock.day_of(item.first_release_at).year, date=clock.day_of(item.last_release_at),
        amount_fen=item.amount_fen, within=tuple(document_key(Kind.PROCESS, one.ocid) for one in joined),
    )  # fmt: skip


def _short_names(*parties: Mapping[int, str]) -> str:
    return " ".join(form for names in parties for name in names.values() for form in short_forms(name))


def _keys(parties: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(map(str, parties))


def _first(parties: Mapping[int, str]) -> str | None:
    return next(iter(_keys(parties)), None)


def _releases_of_processes(kind: str, ids: Sequence[str]) -> list[str]:
    """Tell the publications that a hidden or restored process takes with it."""
    return queries.release_ids_of(ids) if kind == Kind.PROCESS else []


def _processes_of_releases(kind: str, ids: Sequence[str]) -> list[str]:
    """Tell the processes that a hidden or restored publication changes, and those that follow another process."""
    if kind == Kind.PROCESS:
        return joins.joined_with(ids)
    return joins.with_companions(queries.ocids_of(ids)) if kind == queries.NOTICE else []


NOTICES = Indexer(queries.NOTICE, _notices, N_("Notices"), affected=_releases_of_processes)
PROCESSES = Indexer(Kind.PROCESS, _processes, N_("Purchases"), affected=_processes_of_releases)
