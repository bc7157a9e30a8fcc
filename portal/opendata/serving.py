"""Turning a declared dataset into an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import current_app, request
from flask_babel import gettext

from portal.exporting.formats.format import Options
from portal.web import caching, kept_files
from portal.web.filters import choose

if TYPE_CHECKING:
    from flask import Response

    from portal.exporting.dataset import Dataset
    from portal.exporting.formats.format import Format
    from portal.settings import Settings
    from portal.web.filters import Filters


def answer_dataset(dataset: Dataset, made: Format, filters: Filters, *, for_people: bool = False) -> Response:
    """Answer with a dataset, complete and streamed, or as it was written before if nothing has changed since.

    Args:
        dataset: what is asked for.
        made: in which format.
        filters: what it is narrowed by; pages do not apply.
        for_people: name the columns in the reader's language and guard texts for spreadsheets.
    """
    wants_mark = choose(request.args.get("bom"), ("0", "1"), name="bom") == "1"
    header = [gettext(column.title) for column in dataset.columns] if for_people else None
    options = Options(for_excel=wants_mark or for_people, header=header)
    rows = replace(filters, page=1)
    answer = kept_files.answer(
        caching.page_tag(),
        lambda: made.chunks(dataset, dataset.rows(rows), options),
        media_type=made.media_type,
    )
    name = f"{dataset.name}.{made.extension}"
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Link"] = f'<{_settings().licence_url}>; rel="license"'
    return answer


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
