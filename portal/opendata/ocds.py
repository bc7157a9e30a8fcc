"""OCDS release and record packages of what everybody may see."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app

from portal.kernel.errors import NotFoundError
from portal.opendata import extension
from portal.opendata.rules import EARLIEST
from portal.procurement import queries as procurement
from portal.procurement.extensions import extensions_of
from portal.procurement.models import Process, Release
from portal.storage.database import db
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.settings import Settings

VERSION = "1.1"
RELEASES_PER_PACKAGE = 100
PAGINATION = (
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_pagination_extension/master/extension.json"
)


def release_package(after: int) -> bytes:
    """Write the package of the releases that follow a number, oldest first.

    `links.next` asks for what follows the last one here, so that a page is never a moving window.
    """
    following = procurement.with_bodies(procurement.visible_releases()).where(Release.id > after)
    rows = db.session.scalars(following.order_by(None).order_by(Release.id).limit(RELEASES_PER_PACKAGE)).all()
    releases = [row.body for row in rows if not row.is_withheld]
    package = _package(_address(after), _published_at(rows), [PAGINATION, *extensions_of(releases)])
    package["releases"] = releases
    if len(rows) == RELEASES_PER_PACKAGE:
        package["links"] = {"next": _address(rows[-1].id)}
    return _written(package)


def record_package(ocid: str) -> bytes:
    """Write the package of one contracting process: its releases and what they compile to.

    Raises:
        NotFoundError: there is no such process, or nobody may see it.
    """
    process = db.session.scalar(procurement.visible_processes().where(Process.ocid == ocid))
    if process is None:
        raise NotFoundError
    of_process = procurement.with_bodies(procurement.visible_releases()).where(Release.ocid == ocid)
    rows = db.session.scalars(of_process.order_by(None).order_by(Release.date_at, Release.id)).all()
    releases = [row.body for row in rows if not row.is_withheld]
    address = links.absolute("opendata.record", ocid=ocid)
    package = _package(address, _published_at(rows), extensions_of([*releases, process.compiled]))
    package["records"] = [{"ocid": ocid, "releases": releases, "compiledRelease": process.compiled}]
    return _written(package)


def _published_at(rows: Sequence[Release]) -> datetime:
    """Tell when the newest of some releases was sealed: from the data, so that equal data give equal bytes."""
    return max((row.sealed_at for row in rows), default=EARLIEST)


def _address(after: int) -> str:
    return links.absolute("opendata.releases", after=after or None)


def _package(uri: str, published_at: datetime, extensions: Sequence[str]) -> dict[str, object]:
    settings: Settings = current_app.extensions["settings"]
    return {
        "uri": uri,
        "version": VERSION,
        "extensions": [*extensions, extension.address()],
        "publishedDate": published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "publisher": {"name": settings.publisher_name, "uri": links.public_url()},
        "license": settings.licence_url,
        "publicationPolicy": links.absolute("opendata.data"),
    }


def _written(package: dict[str, object]) -> bytes:
    return json.dumps(package, ensure_ascii=False).encode("utf-8", "replace")
