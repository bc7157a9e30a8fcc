"""Every search as a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.exporting.dataset import ID, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.kernel.clock import start_of
from portal.kernel.text import N_
from portal.opendata import queries
from portal.search.snippets import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portal.web.filters import Filters


def found_rows(filters: Filters) -> Iterator[Mapping[str, object]]:
    """Yield one row for each thing that a search finds."""
    for thing in queries.all_found(filters):
        yield {
            "id": thing.object_id,
            "url": thing.absolute_url,
            "updated_at": start_of(thing.date) if thing.date else None,
            "kind": thing.kind,
            "title": plain(thing.title),
            "snippet": plain(thing.snippet),
            "date": thing.date,
            "region": thing.region,
            "category": thing.category,
        }


SEARCH = Dataset(
    name="search",
    title=N_("Search results"),
    description=N_("Everything that a search finds, best first: add your words to the address as ?q=…"),
    columns=(
        ID,
        URL,
        UPDATED_AT,
        Column("kind", N_("Kind"), description=N_("What sort of thing it is; `id` is unique within it.")),
        Column("title", N_("Title")),
        Column("snippet", N_("Snippet"), description=N_("The text around the first hit.")),
        Column("date", N_("Day"), ColumnType.DATE),
        Column("region", N_("Region"), description=N_("Code of the administrative division.")),
        Column("category", N_("Category"), description=N_("Code in the guiding catalogue.")),
    ),
    rows=found_rows,
)
