"""The index follows the events, whatever their order and however often they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from portal.search import registry
from portal.search.backends.memory import MemoryBackend
from portal.search.cli import search_group
from portal.search.consumer import SearchConsumer
from portal.search.port import Indexer, SearchDocument, SearchQuery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass
class Event:
    """An event as the outbox hands it on."""

    kind: str
    object_id: str


class Shelf:
    """A table of public texts."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.texts: dict[str, str] = {}

    def documents(self, ids: Sequence[str] | None) -> Iterator[SearchDocument]:
        for object_id in self.texts if ids is None else [one for one in ids if one in self.texts]:
            yield SearchDocument(f"{self.kind}:{object_id}", self.kind, object_id, self.texts[object_id])


@pytest.fixture
def services() -> Shelf:
    return Shelf("service")


@pytest.fixture
def notices() -> Shelf:
    return Shelf("notice")


@pytest.fixture
def app(services: Shelf, notices: Shelf) -> Iterator[Flask]:
    app = Flask(__name__)
    indexers = [
        Indexer("service", services.documents),
        Indexer("notice", notices.documents, event_kinds=("release",)),
    ]
    registry.init_app(app, indexers, backend=MemoryBackend())
    app.cli.add_command(search_group)
    with app.app_context():
        yield app


def found(text: str) -> list[str]:
    return [hit.key for hit in registry.backend().search(SearchQuery(text)).hits]


@pytest.mark.usefixtures("app")
def test_an_event_brings_its_object_into_the_index(services: Shelf, notices: Shelf) -> None:
    services.texts["1"], notices.texts["7"] = "养老", "养老"

    SearchConsumer().handle([Event("service", "1"), Event("release", "7"), Event("plan", "1")])

    assert sorted(found("养老")) == ["notice:7", "service:1"]


@pytest.mark.usefixtures("app")
def test_an_event_about_what_nobody_may_see_takes_it_out(services: Shelf) -> None:
    services.texts["1"] = "养老"
    SearchConsumer().handle([Event("service", "1")])

    del services.texts["1"]
    SearchConsumer().handle([Event("service", "1")])

    assert found("养老") == []


@pytest.mark.usefixtures("app")
def test_repeated_events_change_nothing(services: Shelf) -> None:
    services.texts["1"] = "养老"

    SearchConsumer().handle([Event("service", "1"), Event("service", "1")])
    SearchConsumer().handle([Event("service", "1")])

    assert found("养老") == ["service:1"]


def test_the_check_names_what_differs_and_the_rebuild_mends_it(app: Flask, services: Shelf) -> None:
    services.texts["1"] = "养老"
    registry.backend().update([SearchDocument("service:2", "service", "2", "旧")])
    runner = app.test_cli_runner()

    before, rebuilt, after = (runner.invoke(args=["search", word]) for word in ("check", "rebuild", "check"))

    assert before.exit_code == 1
    assert "service:1" in before.output
    assert "service:2" in before.output
    assert (rebuilt.exit_code, after.exit_code) == (0, 0)
    assert "1 documents, index and database agree" in after.output
