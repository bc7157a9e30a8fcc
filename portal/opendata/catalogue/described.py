"""The catalogue in the words of schema.org, for the page of open data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from flask_babel import gettext

from portal.exporting import registry as datasets
from portal.exporting.formats.table import FORMATS
from portal.web import links, locale, structured

if TYPE_CHECKING:
    from portal.exporting.dataset import Dataset
    from portal.settings import Settings
    from portal.web.structured import Thing


def data() -> list[Thing]:
    """Describe the catalogue with every public dataset, in the language of the request."""
    settings: Settings = current_app.extensions["settings"]
    return [
        structured.data_catalog(
            name=f"{settings.publisher_name} · {gettext('Open data')}",
            description=gettext(
                "Everything that is published here can be taken away whole, in formats for machines and for "
                "spreadsheets, without an account."
            ),
            url=links.absolute("opendata.data"),
            publisher=_publisher(settings),
            datasets=[dataset(one) for one in datasets.public_datasets()],
        )
    ]


def dataset(one: Dataset) -> Thing:
    """Describe one dataset with its files, in the language of the request."""
    settings: Settings = current_app.extensions["settings"]
    publisher = _publisher(settings)
    return structured.thing(
        "Dataset",
        name=gettext(one.title),
        description=gettext(one.description),
        url=links.absolute("opendata_files.dictionary", name=one.name),
        license=settings.licence_url,
        creator=publisher,
        publisher=publisher,
        isAccessibleForFree=True,
        inLanguage=list(locale.HTML_NAMES.values()),
        variableMeasured=[gettext(column.title) for column in one.columns],
        distribution=[
            structured.download(links.absolute("opendata.bulk", list_name=one.name, extension=ending), made.media_type)
            for ending, made in FORMATS.items()
        ],
    )


def _publisher(settings: Settings) -> Thing:
    return structured.publishing_body(settings.publisher_name, links.absolute("pages.home"))
