"""What the catalogue says beside what datasets declare: read from data, and from the first and last change."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask_babel import gettext
from sqlalchemy import func, select

from portal.exporting import registry as datasets
from portal.opendata import ocds, snapshots
from portal.opendata.crawled import SOURCES
from portal.storage.database import db
from portal.web import locale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from portal.exporting.snapshots import Kept

OCDS = "ocds"
_FILE = Path(__file__).parent.parent / "data" / "catalogue.toml"


@dataclass(frozen=True)
class Spoken:
    """A text in both languages."""

    chinese: str
    english: str


@dataclass(frozen=True)
class Facts:
    """What is said of one dataset; codes are those of the European vocabularies."""

    themes: Sequence[str]
    frequency: str
    keywords: Sequence[str]
    keywords_en: Sequence[str]
    pages: str = ""
    covers_time: bool = False
    left_out: bool = False
    standard: str = ""


@dataclass(frozen=True)
class Catalogued:
    """A dataset as the catalogue tells of it; `files` are paths with the name of each, `list_name` the list it is."""

    name: str
    title: Spoken
    description: Spoken
    facts: Facts
    list_name: str = ""
    files: Sequence[tuple[str, Spoken]] = ()


@dataclass(frozen=True)
class Span:
    """When something first and last changed."""

    first: datetime
    last: datetime


def catalogued() -> Sequence[Catalogued]:
    """List what the catalogue tells of: the public datasets, then those that are no list."""
    said = read()["dataset"]
    known = [
        Catalogued(one.name, told(one.title), told(one.description), _facts(said.get(one.name, {})), list_name=one.name)
        for one in datasets.public_datasets()
    ]
    extra = [
        Catalogued(
            name,
            Spoken(more["title"], more["title_en"]),
            Spoken(more["description"], more["description_en"]),
            _facts(more),
            files=_files(more),
        )
        for name, more in read()["extra"].items()
    ]
    return [one for one in (*known, *extra) if not one.facts.left_out]


def _files(more: Mapping[str, Any]) -> list[tuple[str, Spoken]]:
    """List the files of a dataset that is no list: those that are named, then one for each year with releases."""
    found = [(file["path"], Spoken(file["title"], file["title_en"])) for file in more["files"]]
    for year in ocds.years() if "yearly" in more else ():
        path, chinese, english = (more["yearly"][part] % {"year": year} for part in ("path", "title", "title_en"))
        found.append((path, Spoken(chinese, english)))
    return found


def spans() -> Mapping[str, Span]:
    """Tell for each kind of page when the first and the last one changed: one statement each."""
    found = {}
    for source in SOURCES:
        changes = source.things().order_by(None).with_only_columns(source.changed.label("at")).subquery()
        first, last = db.session.execute(select(func.min(changes.c.at), func.max(changes.c.at))).one()
        if first is not None:
            found[source.name] = Span(first, last)
    return found


def newest_snapshot() -> tuple[str, Mapping[str, Mapping[str, Kept]]]:
    """Tell the day of the newest snapshot that may be seen, and its files (by path) of each dataset."""
    found: dict[str, dict[str, Kept]] = {}
    newest = next(iter(snapshots.valid()), None)
    if newest is None:
        return "", found
    for name, file in newest.files.items():
        dataset = OCDS if name.startswith(f"{OCDS}-") else name.partition(".")[0]
        found.setdefault(dataset, {})[f"/data/snapshots/{newest.day}/{name}"] = file
    return newest.day, found


def told(message: str) -> Spoken:
    """Tell a msgid in both languages."""
    texts = []
    for language in (locale.CHINESE, locale.ENGLISH):
        with locale.spoken_in(language):
            texts.append(str(gettext(message)))
    return Spoken(*texts)


@cache
def read() -> Mapping[str, Any]:  # tables of texts, lists and tables
    """Read the file of facts."""
    return tomllib.loads(_FILE.read_text("utf-8"))


def _facts(said: Mapping[str, Any]) -> Facts:
    names = {field.name for field in fields(Facts)}
    return Facts(**{name: value for name, value in (read()["default"] | said).items() if name in names})
