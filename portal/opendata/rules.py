"""What the search page needs to know of each kind of thing, and of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from portal.search.snippets import Part

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # told where the data have no moment
PER_PAGE = 20

PAGES: Mapping[str, tuple[str, str]] = {
    "notice": ("procurement.notice", "notice_id"),
    "document": ("disclosure.document", "document_id"),
    "service": ("pages.service", "service_id"),
    "process": ("procurement.process", "ocid"),
    "organization": ("pages.organization", "organization_id"),
    "proposal": ("demand.show", "proposal_id"),
    "need": ("demand.need", "need_id"),
    "plan": ("planning.show", "plan_id"),
    "help": ("pages.help_page", "name"),
}


FIRST_YEAR = 2015
LICENCES = {"https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0"}


@dataclass(frozen=True)
class FoundThing:
    """A hit, ready to be shown: its texts as parts, each a hit or not."""

    kind: str
    object_id: str
    title: Sequence[Part]
    snippet: Sequence[Part]
    url: str
    absolute_url: str
    date: date | None
    region: str | None
    category: str | None
    amount_fen: int | None


def page_of(kind: str, object_id: str) -> tuple[str, dict[str, str]]:
    """Tell the endpoint and the values of the page that shows a thing."""
    endpoint, name = PAGES[kind]
    return endpoint, {name: object_id}


def years_offered(today: date) -> Sequence[int]:
    """Tell the years that a search may be narrowed to, the coming one first."""
    return range(today.year + 1, FIRST_YEAR - 1, -1)


def licence_name(url: str) -> str:
    """Name a licence by its address; one that we do not know is named by the address itself."""
    return LICENCES.get(url, url)
