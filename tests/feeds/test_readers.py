"""What the world's feed readers make of our feeds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import feedparser
import pytest
from reader import make_reader
from werkzeug.serving import make_server

from portal.feeds.formats import FORMATS
from portal.kernel import clock
from portal.moderation.actions import hide
from tests.factories.procurement import OCID, make_chain, seal, tender_release
from tests.feeds.conftest import LATER, MARCH, SPOILT
from tests.servers import fetch, served

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask
    from flask.testing import FlaskClient

    from portal.settings import Settings
    from tests.feeds.conftest import World

VALIDATOR = os.environ.get("SANWEN_FEEDVALIDATOR", "")
UNKNOWN = {"UnknownNamespace None None http://purl.org/atompub/tombstones/1.0"}  # RFC 6721 is younger than it
NEWSBOAT = shutil.which("newsboat")
GOLDEN = Path(__file__).with_name("golden")
HOST = "http://127.0.0.1:8000"


@pytest.mark.skipif(not VALIDATOR, reason="w3c/feedvalidator: set SANWEN_FEEDVALIDATOR to a copy of its repository")
@pytest.mark.parametrize("form", ["rss", "atom"])
def test_the_validator_of_the_w3c_has_nothing_to_say(app: Flask, client: FlaskClient, world: World, form: str) -> None:
    with clock.frozen(LATER):
        addresses = [path.format(form) for path in world.paths(app)]
        answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {200}

    asked = [
        [HOST + quote(address, safe="/?=&"), FORMATS[form].media_type, answer.text]
        for address, answer in zip(addresses, answers, strict=True)
    ]
    program = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("validating.py")), VALIDATOR]
    found = subprocess.run(program, input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr[-2000:]

    said = zip(addresses, json.loads(found.stdout), strict=True)
    assert {(address, finding) for address, findings in said for finding in findings if finding not in UNKNOWN} == set()


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_reads_every_feed(app: Flask, client: FlaskClient, world: World, form: str) -> None:
    with clock.frozen(LATER):
        for path in world.paths(app):
            answer = client.get(path.format(form))
            read = feedparser.parse(answer.data, response_headers={"content-type": answer.content_type})

            assert (answer.status_code, bool(read.bozo)) == (200, False), path
            assert all(entry.id.startswith("tag:127.0.0.1,2026:") for entry in read.entries), path


@contextmanager
def watched(app: Flask) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Serve the portal in this process and keep which address was answered how."""
    seen: list[tuple[str, int]] = []

    def watching(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def begin(status: str, *said: Any) -> Any:
            seen.append((environ["PATH_INFO"], int(status.split(maxsplit=1)[0])))
            return start_response(status, *said)

        return app(environ, begin)

    server = make_server("127.0.0.1", 0, watching, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("world")
def test_the_reader_of_pypi_reads_every_format_and_asks_conditionally(app: Flask, tmp_path: Path) -> None:
    with watched(app) as (address, seen), closing(make_reader(str(tmp_path / "reader.sqlite"))) as reader:
        for extension in FORMATS:
            reader.add_feed(f"{address}/notices.{extension}")
        for feed in [*reader.get_feeds(), *reader.get_feeds()]:
            reader.update_feed(feed)

        ids = {feed: {entry.id for entry in reader.get_entries(feed=f"{address}/notices.{feed}")} for feed in FORMATS}
        titles = {entry.title for entry in reader.get_entries()}
    assert {feed: len(known) for feed, known in ids.items()} == {"rss": 51, "atom": 50, "feed.json": 51}
    assert ids["rss"] == ids["feed.json"] > ids["atom"]  # a tombstone is an entry where there is no word for it
    assert any(title.startswith("采购公告：养老 5 < 6 & 一") for title in titles)
    assert [status for _, status in seen] == [200] * 3 + [304] * 3


@pytest.mark.skipif(NEWSBOAT is None, reason="newsboat: apt-get install newsboat")
@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("form", ["rss", "atom"])
def test_newsboat_reads_feeds_and_takes_no_for_an_answer(app: Flask, tmp_path: Path, form: str) -> None:
    (tmp_path / "config").write_text("max-items 0\n")
    with watched(app) as (address, seen):
        (tmp_path / "urls").write_text(f"{address}/notices.{form}\n{address}/en/services.{form}\n")
        program = ["newsboat", "-C", "config", "-u", "urls", "-c", "cache.db", "-x"]
        for _ in range(4):
            subprocess.run([*program, "reload"], cwd=tmp_path, check=True, env=os.environ | {"HOME": str(tmp_path)})
        told = subprocess.run([*program, "print-unread"], cwd=tmp_path, check=True, capture_output=True, text=True)

    assert int(told.stdout.split()[0]) == (52 if form == "rss" else 51)
    assert {status for _, status in seen[:2]} == {200}
    assert {status for _, status in seen[-2:]} == {304}


def test_a_thousand_readers_at_once_are_all_answered(settings: Settings, world: World) -> None:
    del world
    with served(settings, drain="off") as (address, _process), ThreadPoolExecutor(100) as readers:
        addresses = [f"{address}/{'en/' * (n % 2)}notices.{['rss', 'atom', 'feed.json'][n % 3]}" for n in range(1000)]
        answers = list(readers.map(fetch, addresses))

    assert len(set(answers)) == 6
    assert all("notice:60" in answer for answer in answers)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_feeds_are_written_as_they_were_agreed(client: FlaskClient, extension: str, language: str) -> None:
    with clock.frozen(MARCH):
        sealed = seal(*make_chain(), tender_release(f"改正{SPOILT}", ocid=f"{OCID}-2")).sealed
    with clock.frozen(LATER):
        hide("notice", str(sealed[1]), reason="测试", by=None)
        answer = client.get(f"{'/en' * (language == 'en')}/notices.{extension}")

    golden = GOLDEN / f"notices.{language}.{extension}"
    if os.environ.get("SANWEN_WRITE_GOLDEN"):
        golden.write_bytes(answer.data)
    assert answer.data == golden.read_bytes()
