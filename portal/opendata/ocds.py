"""OCDS release and record packages of what everybody may see, in pages that neither skip nor repeat.

Pages are sought by the position of a release in the ledger. Positions are given under the ledger's lock, which is held
to the end of the transaction: whoever has read up to one has read everything below it, on both databases.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.opendata import extension
from portal.opendata.rules import EARLIEST
from portal.procurement import queries as procurement
from portal.procurement.extensions import extensions_of
from portal.procurement.models import Process, Release, ReleasePayload
from portal.procurement.values import child, children
from portal.storage.database import db
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Select

    from portal.procurement.rules import Json
    from portal.settings import Settings

VERSION = "1.1"
LINES_AT_ONCE = 200
RELEASES_PER_PACKAGE, RECORDS_PER_PACKAGE = 100, 50
PAGINATION = (
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_pagination_extension/master/extension.json"
)


def release_package(after: int | None) -> bytes:
    """Write the package of the releases that follow a position of the ledger, in the order of their publication.

    `links.next` asks for what follows the last one here, so that a page is never a moving window.
    """
    following = procurement.with_bodies(procurement.visible_releases())
    if after is not None:
        following = following.where(Release.ledger_position > after)
    ordered = following.order_by(None).order_by(Release.ledger_position).limit(RELEASES_PER_PACKAGE)
    rows = db.session.scalars(ordered).all()
    releases = [row.body for row in rows if not row.is_withheld]
    package = _package(
        links.absolute("opendata.releases", after=after), _published_at(rows), [PAGINATION, *extensions_of(releases)]
    )
    package["releases"] = releases
    if len(rows) == RELEASES_PER_PACKAGE:
        package["links"] = {"next": links.absolute("opendata.releases", after=rows[-1].ledger_position)}
    return _written(package)


def record_packages(after: int | None) -> bytes:
    """Write the package of the processes whose first release follows a position of the ledger, in that order.

    A process keeps its place for good, whatever is published of it later; its record is as it is now.
    """
    rows = db.session.execute(_processes_in_order(after).limit(RECORDS_PER_PACKAGE)).all()
    ocids = [ocid for ocid, _ in rows]
    told = _releases_of(ocids)
    compiled = dict(
        db.session.execute(
            procurement.visible_processes()
            .with_only_columns(Process.ocid, Process.compiled)
            .where(Process.ocid.in_(ocids))
        ).all()
    )
    records = [_record(ocid, told[ocid], compiled[ocid]) for ocid in ocids if ocid in compiled]
    package = _package(
        links.absolute("opendata_files.records", after=after),
        _published_at([release for ocid in ocids for release in told[ocid]]),
        [PAGINATION, *_extensions_in(records)],
    )
    package["records"] = records
    if len(rows) == RECORDS_PER_PACKAGE:
        package["links"] = {"next": links.absolute("opendata_files.records", after=rows[-1][1])}
    return _written(package)


def record_package(ocid: str) -> bytes:
    """Write the package of one contracting process: its releases and what they compile to.

    Raises:
        NotFoundError: there is no such process, or nobody may see it.
    """
    process = db.session.scalar(procurement.visible_processes().where(Process.ocid == ocid))
    if process is None:
        raise NotFoundError
    rows = _releases_of([ocid])[ocid]
    record = _record(ocid, rows, process.compiled)
    package = _package(links.absolute("opendata.record", ocid=ocid), _published_at(rows), _extensions_in([record]))
    package["records"] = [record]
    return _written(package)


def releases_of_year(year: int) -> Iterator[bytes]:
    """Give every release of a year as one line of JSON, byte by byte as published, in the order of their dates."""
    query = (
        procurement.visible_releases()
        .join(ReleasePayload, ReleasePayload.release_id == Release.id)
        .where(Release.date_at >= clock.start_of_year(year), Release.date_at < clock.start_of_year(year + 1))
        .with_only_columns(ReleasePayload.body)
        .order_by(Release.date_at, Release.id)
    )
    for bodies in db.session.scalars(query.execution_options(yield_per=LINES_AT_ONCE)).partitions(LINES_AT_ONCE):
        yield b"".join(bytes(body) + b"\n" for body in bodies)


def years() -> Sequence[int]:
    """Tell the years in which something was published that may be seen, newest first."""
    dates = procurement.visible_releases().with_only_columns(func.min(Release.date_at), func.max(Release.date_at))
    first, last = db.session.execute(dates.order_by(None)).one()
    return range(clock.day_of(last).year, clock.day_of(first).year - 1, -1) if first else ()


def _processes_in_order(after: int | None) -> Select[*tuple[Any, ...]]:
    """Select the visible processes, each with the position of its first release, hidden or not."""
    earlier = aliased(Release)
    is_first = ~exists().where(earlier.ocid == Release.ocid, earlier.ledger_position < Release.ledger_position)
    visible = procurement.visible_processes().with_only_columns(Process.ocid)
    query = select(Release.ocid, Release.ledger_position).where(is_first, Release.ocid.in_(visible))
    if after is not None:
        query = query.where(Release.ledger_position > after)
    return query.order_by(Release.ledger_position)


def _releases_of(ocids: Sequence[str]) -> Mapping[str, Sequence[Release]]:
    query = procurement.with_bodies(procurement.visible_releases()).where(Release.ocid.in_(ocids))
    found: dict[str, list[Release]] = {ocid: [] for ocid in ocids}
    for row in db.session.scalars(query.order_by(None).order_by(Release.date_at, Release.id)):
        found[row.ocid].append(row)
    return found


def _record(ocid: str, rows: Sequence[Release], compiled: Json) -> Json:
    return {"ocid": ocid, "releases": [row.body for row in rows if not row.is_withheld], "compiledRelease": compiled}


def _extensions_in(records: Sequence[Json]) -> Sequence[str]:
    return extensions_of(
        [part for one in records for part in (*children(one, "releases"), child(one, "compiledRelease"))]
    )


def _published_at(rows: Sequence[Release]) -> datetime:
    """Tell when the newest of some releases was sealed: from the data, so that equal data give equal bytes."""
    return max((row.sealed_at for row in rows), default=EARLIEST)


def _package(uri: str, published_at: datetime, extensions: Sequence[str]) -> dict[str, object]:
    settings: Settings = current_app.extensions["settings"]
    return {
        "uri": uri,
        "version": VERSION,
        "extensions": [*extensions, extension.address()],
        "publishedDate": published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "publisher": {"name": settings.publisher_name, "uri": links.public_url()},
        "license": settings.licence_url,
        "publicationPolicy": links.absolute("opendata_files.publication_policy"),
    }


def _written(package: dict[str, object]) -> bytes:
    return json.dumps(package, ensure_ascii=False).encode("utf-8", "replace")
