"""What the datasets of this portal mean, for programs: as a Data Package, with their codelists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import current_app

from portal.exporting import codelists, packages
from portal.exporting import registry as datasets
from portal.exporting.dataset import ColumnType
from portal.exporting.formats.csv import FORMAT as CSV
from portal.kernel.errors import NotFoundError
from portal.kernel.text import N_
from portal.opendata.rules import licence_name
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portal.settings import Settings

NAME = "sanwen"
TYPE_NAMES = {
    ColumnType.STRING: N_("text"),
    ColumnType.INTEGER: N_("whole number"),
    ColumnType.NUMBER: N_("decimal number"),
    ColumnType.BOOLEAN: N_("true or false"),
    ColumnType.DATE: N_("day (ISO 8601)"),
    ColumnType.DATETIME: N_("moment (ISO 8601, with the offset of China)"),
}
UNIT_NAMES = {
    "fen": N_("fen, a hundredth of the currency"),
    "1": N_("a plain number"),
    "By": N_("bytes"),
    "d": N_("days"),
    "a": N_("years"),
}


def live_package() -> bytes:
    """Describe every public dataset as it is served now; its files change, so that they have no size and no hash."""
    files = [packages.File(f"{one.name}.{CSV.extension}", CSV.media_type, one) for one in datasets.public_datasets()]
    return written(files, name=NAME)


def written(
    files: Iterable[packages.File], *, name: str, created: str | None = None, more: Mapping[str, object] | None = None
) -> bytes:
    """Write the description of files of this portal."""
    settings: Settings = current_app.extensions["settings"]
    licence = licence_name(settings.licence_url)
    terms = packages.Terms(settings.publisher_name, links.public_url(), licence.replace(" ", "-"), settings.licence_url)
    told = packages.package(files, terms, name=name, created=created, codelist_url=_codelist_url)
    told |= more or {}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def codelist(name: str) -> bytes:
    """Write a codelist of ours as CSV.

    Raises:
        NotFoundError: no column refers to a list of that name that is ours.
    """
    found = packages.codelists(datasets.public_datasets()).get(name)
    if found is None or found.codes is None:
        raise NotFoundError
    return codelists.written(found)


def _codelist_url(name: str) -> str:
    return links.absolute("opendata_files.codelist", name=name)
