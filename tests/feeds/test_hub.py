"""A hub is told which feeds changed: once, kindly, and never inside anybody's network."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import feedparser
import pytest
from flask import Flask

from portal.app import create_app
from portal.feeds.announcing import FIRST_WAIT, MOST_TRIES, Announcer
from portal.feeds.hub import ForbiddenHubError, HttpHub, HubError, MemoryHub
from portal.kernel import clock
from portal.outbox.actions import drain
from portal.settings import Settings
from portal.storage.database import db
from tests.factories.procurement import OCID, make_chain, seal, tender_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from portal.feeds.hub import Hub

Announced = tuple[Flask, list[tuple[str, str]]]
TOPICS = ["https://portal.test/notices.atom", "https://portal.test/en/notices.rss?x=养老&y=1"]


@contextmanager
def served_hub(status: int = 204, location: str = "") -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Serve a hub on the loopback address that keeps what it is told."""
    told: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.extend(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            del args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hub?key=1", told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(params=["memory", "http"])
def hub(request: pytest.FixtureRequest) -> Iterator[tuple[Hub, Callable[[], list[str]]]]:
    """Give each hub with a way to know what it was told."""
    if request.param == "memory":
        kept = MemoryHub()
        yield kept, lambda: kept.told
        return
    with served_hub() as (address, told):
        yield (
            HttpHub(address, allows_loopback=True),
            lambda: [value for name, value in told if name == "hub.url"],
        )


def test_a_hub_is_told_every_topic(hub: tuple[Hub, Callable[[], list[str]]]) -> None:
    port, told = hub

    port.publish(TOPICS)
    port.publish(TOPICS[:1])

    assert told() == [*TOPICS, TOPICS[0]]


def test_a_hub_is_told_in_its_own_words() -> None:
    with served_hub() as (address, told):
        HttpHub(address, allows_loopback=True).publish(TOPICS[:1])

    assert told == [("hub.mode", "publish"), ("hub.url", TOPICS[0])]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "::1", "10.1.2.3", "192.168.0.1", "172.16.5.5", "169.254.169.254", "fe80::1", "fc00::1",
        "100.64.0.1", "224.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::", "fe80::1%eth0",
        "0.0.0.0",  # noqa: S104 - nothing is bound
    ],
)  # fmt: skip
def test_a_hub_inside_a_network_is_refused_whatever_its_name(address: str) -> None:
    port = HttpHub("https://hub.example.org/", resolve=lambda _host, _port: ["93.184.216.34", address])

    with pytest.raises(ForbiddenHubError):
        port.publish(TOPICS)


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::ffff:192.168.1.1"])
def test_leave_for_loopback_is_leave_for_nothing_else(address: str) -> None:
    port = HttpHub("http://hub.example.org/", allows_loopback=True, resolve=lambda _host, _port: [address])

    with pytest.raises(ForbiddenHubError):
        port.publish(TOPICS)


@pytest.mark.parametrize(
    "url", ["ftp://hub.example.org/", "file:///etc/passwd", "hub", "http://", "http://a:b@hub.example.org/"]
)
def test_what_is_no_address_of_a_hub_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenHubError):
        HttpHub(url, resolve=lambda _host, _port: ["93.184.216.34"]).publish(TOPICS)


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        del port
        asked.append(host)
        return ["127.0.0.1"]

    with served_hub() as (address, told):
        HttpHub(address.replace("127.0.0.1", "hub.invalid"), allows_loopback=True, resolve=resolve).publish(TOPICS)

    assert (asked, len(told)) == (["hub.invalid"], 3)


@pytest.mark.parametrize("status", [302, 307, 308, 400, 500])
def test_a_hub_that_refuses_or_sends_elsewhere_is_not_followed(status: int) -> None:
    with served_hub() as (elsewhere, told), served_hub(status, elsewhere) as (address, _), pytest.raises(HubError):
        HttpHub(address, allows_loopback=True).publish(TOPICS)

    assert told == []


def test_a_hub_that_is_away_is_an_error_of_the_hub() -> None:
    with served_hub() as (address, _):
        pass

    with pytest.raises(HubError):
        HttpHub(address, allows_loopback=True).publish(TOPICS)


@dataclass
class FailingHub:
    """A hub that is away for some tries."""

    failures: int
    tries: int = 0
    told: list[str] = field(default_factory=list)

    def publish(self, topics: Sequence[str]) -> None:
        self.tries += 1
        if self.tries <= self.failures:
            raise HubError("away")
        self.told += topics


@dataclass(frozen=True)
class Happened:
    kind: str = "notice"
    object_id: str = "1"

    @property
    def at(self) -> object:
        return clock.now()


def announcer(hub: Hub) -> Announcer:
    return Announcer(hub, lambda things: [f"https://portal.test/{kind}/{name}" for kind, name in things])


def test_a_hub_that_was_away_is_told_later(caplog: pytest.LogCaptureFixture) -> None:
    hub, start = FailingHub(failures=2), clock.now()
    telling = announcer(hub)

    with caplog.at_level(logging.WARNING):
        for seconds in (0, 10, 31, 40, 100):
            with clock.frozen(start + timedelta(seconds=seconds)):
                telling.handle([Happened()]) if seconds == 0 else telling.try_again()

    assert (hub.tries, hub.told) == (3, ["https://portal.test/notice/1"])
    assert "away" in caplog.text


def test_a_hub_that_stays_away_is_given_up() -> None:
    hub, moment = FailingHub(failures=10**6), clock.now()
    telling = announcer(hub)
    telling.handle([Happened()])

    for _ in range(100):
        moment += FIRST_WAIT * 200
        with clock.frozen(moment):
            telling.try_again()

    assert hub.tries == MOST_TRIES


def test_nobody_announces_the_past() -> None:
    hub = MemoryHub()
    event = Happened()

    with clock.frozen(clock.now() - timedelta(days=1)):
        old = type("Old", (), {"kind": "notice", "object_id": "0", "at": clock.now()})()
    announcer(hub).handle([old, event, event])

    assert hub.told == ["https://portal.test/notice/1"]


@pytest.fixture
def announced(settings: Settings, tmp_path: Path) -> Iterator[tuple[Flask, list[tuple[str, str]]]]:
    """Give a portal with a hub."""
    with served_hub() as (address, told):
        said = {**vars(settings), "websub_hub": address, "websub_loopback": 1, "data_dir": tmp_path / "hub"}
        app = create_app(Settings(**said))
        with app.app_context():
            yield app, told
            db.session.remove()
            db.engine.dispose()


def test_a_publication_is_announced_in_every_format_and_language(
    announced: Announced,
) -> None:
    app, told = announced
    seal(*make_chain())

    drain(app.extensions["outbox_consumers"])

    topics = {value.removeprefix("http://127.0.0.1:8000") for name, value in told if name == "hub.url"}
    for path in ("/notices", f"/processes/{OCID}", "/en/notices", f"/en/processes/{OCID}"):
        assert {f"{path}.rss", f"{path}.atom", f"{path}.feed.json"} <= topics
    assert all(app.test_client().get(topic).status_code == 200 for topic in topics)


def test_an_import_announces_lists_only(announced: Announced) -> None:
    app, told = announced
    seal(*(tender_release(ocid=f"{OCID}-{number}") for number in range(60)))

    drain(app.extensions["outbox_consumers"])

    topics = {value for name, value in told if name == "hub.url"}
    assert "http://127.0.0.1:8000/notices.atom" in topics
    assert not any("/processes/" in topic for topic in topics)


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_names_its_hub_where_the_hub_is_told_of_it(announced: Announced, form: str) -> None:
    app, _ = announced
    seal(*make_chain())
    client = app.test_client()

    whole, narrowed = (client.get(f"/notices.{form}{query}") for query in ("", "?kind=tender"))

    links = [feedparser.parse(one.data).feed.links for one in (whole, narrowed)]
    hubs = [{link.rel: link.href for link in found}.get("hub") for found in links]
    assert hubs == [app.extensions["settings"].websub_hub, None]
    assert 'rel="hub"' in whole.headers["Link"]
    assert 'rel="self"' in whole.headers["Link"]
    assert 'rel="hub"' not in narrowed.headers["Link"]
    assert client.get("/notices.feed.json").json["hubs"][0]["type"] == "WebSub"


def test_without_a_hub_nothing_is_announced(app: Flask) -> None:
    assert [consumer.name for consumer in app.extensions["outbox_consumers"]].count("websub") == 0
