"""A portal with a small list of things: a feed, a public dataset, an officials' dataset, an index."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from portal.exporting import registry as datasets
from portal.exporting.dataset import ID, UPDATED_AT, URL, Column, Dataset
from portal.feeds import registry as feeds
from portal.feeds.listing import Listed
from portal.feeds.spec import Entry, FeedSource
from portal.opendata import exports as search_exports
from portal.opendata import feeds as search_feeds
from portal.search import registry as search
from portal.search.backends.memory import MemoryBackend
from portal.search.port import Indexer, SearchDocument
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flask import Flask

    from portal.web.filters import Filters

MOMENT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
SPOILT = "养老\x0b服务\ud800公告"


class Things:
    """What is public: titles by number."""

    def __init__(self) -> None:
        self.titles: dict[str, str] = {}

    def entries(self, filters: Filters) -> Sequence[Entry]:
        return [
            Entry(
                "notice", number, title, links.absolute("procurement.notice", notice_id=number), MOMENT, summary=title
            )
            for number, title in self._chosen(filters)
        ]

    def rows(self, filters: Filters) -> Iterator[Mapping[str, object]]:
        for number, title in self._chosen(filters):
            yield {
                "id": number,
                "url": links.absolute("procurement.notice", notice_id=number),
                "updated_at": MOMENT,
                "title": title,
            }

    def documents(self, ids: Sequence[str] | None) -> Iterator[SearchDocument]:
        for number, title in self.titles.items():
            if ids is None or number in ids:
                yield SearchDocument(
                    f"notice:{number}", "notice", number, title, title_en=f"Notice {number}",
                    body=f"{title}的正文", year=2026, date=date(2026, 3, 1),
                )  # fmt: skip

    def _chosen(self, filters: Filters) -> list[tuple[str, str]]:
        return [(number, title) for number, title in self.titles.items() if not filters.q or filters.q in title]


@pytest.fixture
def things(app: Flask) -> Things:
    """Declare the things to the engines and put none in yet."""
    shelf, columns = Things(), (ID, URL, UPDATED_AT, Column("title", "Title"))
    source = FeedSource("things", "Notices", "All of them.", "procurement.notices", Listed(shelf.entries))
    feeds.init_app(app, [source, search_feeds.SEARCH])
    datasets.init_app(
        app,
        [
            Dataset("things", "Notices", "All of them.", columns, shelf.rows),
            Dataset("secret-things", "Notices", "For officials.", columns, shelf.rows, permission="plan.export"),
            search_exports.SEARCH,
        ],
    )
    indexers = [Indexer("notice", shelf.documents, "Notices"), Indexer("service", lambda _ids: iter(()), "Services")]
    search.init_app(app, indexers, backend=MemoryBackend())
    return shelf


@pytest.fixture
def indexed(things: Things) -> Things:
    """Give two notices that are in the index."""
    things.titles = {"1": "郑州市养老服务采购公告", "2": "洛阳市<b>养老</b>设施公告"}
    search.backend().rebuild(search.all_documents())
    return things
