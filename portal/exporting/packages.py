"""Describing datasets as a Data Package: a Table Schema for each, with the meaning, unit, codes and source of columns.

Source: Data Package v1, https://specs.frictionlessdata.io/data-package/ and https://specs.frictionlessdata.io/table-schema/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.exporting.dataset import ColumnType
from portal.web.locale import CHINESE, ENGLISH, spoken_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from portal.exporting.codelists import Codelist
    from portal.exporting.dataset import Column, Dataset

    Told = dict[str, object]

FILE_NAME = "datapackage.json"
FORMATS = {
    ColumnType.DATETIME: "any"
}  # ISO 8601 with the offset of Shanghai, and fractions of a second where there are any


@dataclass(frozen=True)
class Terms:
    """Who publishes a package, and on which terms."""

    publisher: str
    home: str
    licence_name: str
    licence_url: str


@dataclass(frozen=True)
class File:
    """One file of a package: of a dataset, or of something else that has no columns."""

    path: str
    media_type: str
    dataset: Dataset | None = None
    title: str = ""
    size: int | None = None
    sha256: str | None = None


def package(
    files: Iterable[File], terms: Terms, *, name: str, created: str | None, codelist_url: Callable[[str], str]
) -> Told:
    """Describe files as a Data Package, in Chinese with English beside it.

    Args:
        files: in their order.
        terms: who publishes them.
        name: of the package, for machines.
        created: when, in RFC 3339; None where the files change.
        codelist_url: the address of a codelist of ours by its name.
    """
    return {
        "profile": "data-package",
        "name": name,
        "title": terms.publisher,
        "homepage": terms.home,
        **({"created": created} if created is not None else {}),
        "licenses": [{"name": terms.licence_name, "path": terms.licence_url, "title": terms.licence_name}],
        "contributors": [{"title": terms.publisher, "path": terms.home, "role": "publisher"}],
        "resources": [_resource(file, codelist_url) for file in files],
    }


def schema(dataset: Dataset, codelist_url: Callable[[str], str]) -> Told:
    """Write the Table Schema of a dataset."""
    return {
        "fields": [_field(column, codelist_url) for column in dataset.columns],
        "primaryKey": list(dataset.key),
        "missingValues": [""],
    }


def codelists(datasets: Iterable[Dataset]) -> dict[str, Codelist]:
    """Give every codelist that columns of some datasets name, by its name."""
    return {
        column.codelist.name: column.codelist
        for dataset in datasets
        for column in dataset.columns
        if column.codelist is not None
    }


def _resource(file: File, codelist_url: Callable[[str], str]) -> Told:
    base = file.path.rpartition("/")[2]
    told: Told = {
        "name": base.replace(".", "-").lower(),
        "path": file.path,
        "format": base.partition(".")[2],
        "mediatype": file.media_type.partition(";")[0],
    }
    if file.dataset is not None:
        told |= _in_both("title", file.dataset.title) | _in_both("description", file.dataset.description)
        told["schema"] = schema(file.dataset, codelist_url)
        if base.endswith(".csv"):
            told |= {"profile": "tabular-data-resource", "encoding": "utf-8"}
    elif file.title:
        told["title"] = file.title
    if file.size is not None and file.sha256 is not None:
        told |= {"bytes": file.size, "hash": f"sha256:{file.sha256}"}
    return told


def _field(column: Column, codelist_url: Callable[[str], str]) -> Told:
    told: Told = {"name": column.name, "type": column.type.value}
    if column.type in FORMATS:
        told["format"] = FORMATS[column.type]
    told |= _in_both("title", column.title) | _in_both("description", column.description)
    if not column.is_nullable:
        told["constraints"] = {"required": True}
    if column.unit:
        told["unit"] = column.unit
    if column.codelist is not None:
        told["codelist"] = codelist_url(column.codelist.name) if column.codelist.codes else column.codelist.url
    return told | _in_both("source", column.source)


def _in_both(name: str, message: str) -> Told:
    """Tell a msgid in Chinese, and in English beside it where that is different."""
    said = {}
    for language in (CHINESE, ENGLISH):
        with spoken_in(language):
            said[language] = gettext(message) if message else ""
    return {name: said[CHINESE], f"{name}_en": said[ENGLISH]}
