"""Every search as a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.classification.exports import CATEGORY, REGION
from portal.exporting import meanings
from portal.exporting.codelists import Codelist, of_names
from portal.exporting.dataset import ID, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.kernel.clock import start_of
from portal.kernel.text import N_
from portal.opendata import queries
from portal.search.snippets import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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


def _kinds() -> Sequence[tuple[str, str, str]]:
    return of_names(queries.kind_titles())()


KINDS = Codelist("kinds", N_("Kinds of things"), codes=_kinds)
SEARCH = Dataset(
    name="search",
    title=N_("Search results"),
    description=N_("Everything that a search finds, best first: add your words to the address as ?q=…"),
    columns=(
        ID,
        URL,
        UPDATED_AT,
        Column(
            "kind",
            N_("Kind"),
            description=N_("What sort of thing it is; `id` is unique within it."),
            codelist=KINDS,
            source=meanings.GIVEN,
        ),
        Column("title", N_("Title"), description=meanings.IN_CHINESE, source=meanings.GIVEN),
        Column(
            "snippet",
            N_("Snippet"),
            description=N_("The text around the first hit."),
            source=meanings.COMPUTED,
        ),
        Column(
            "date",
            N_("Day"),
            ColumnType.DATE,
            description=N_("Of the thing, as its page shows it."),
            source=meanings.GIVEN,
        ),
        REGION,
        CATEGORY,
    ),
    rows=found_rows,
    key=("kind", "id"),
    is_in_snapshots=False,
)
