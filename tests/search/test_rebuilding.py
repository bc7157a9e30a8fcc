"""Publishing and hiding go on while a new index is made from a real database, and the new one has both."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from portal.moderation.actions import hide
from portal.outbox.actions import drain
from portal.search import keeping, registry
from portal.search.port import SearchQuery
from tests.factories.purchases import make_release, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from portal.search.port import SearchDocument


def found(text: str) -> list[str]:
    return [hit.key for hit in registry.backend().search(SearchQuery(text, filters={"kind": {"notice"}})).hits]


def test_what_is_published_and_hidden_while_the_index_is_made_anew_is_right_in_it(app: Flask) -> None:
    first = publish(make_release(1, tender={"id": "T", "title": "甲公告独有一", "status": "active"}))[0]
    second: list[int] = []

    def meanwhile() -> None:
        with app.app_context():
            second.extend(publish(make_release(2, tender={"id": "T", "title": "乙公告独有二", "status": "active"})))
            hide("notice", str(first), reason="误公开", by=None)
            drain(app.extensions["outbox_consumers"])

    def watched(documents: Iterator[SearchDocument]) -> Iterator[SearchDocument]:
        yield from documents
        thread = threading.Thread(target=meanwhile)
        thread.start()
        thread.join()

    keeping.rebuild(watched)

    assert found("乙公告独有二") == [f"notice:{second[0]}"]
    assert found("甲公告独有一") == []
