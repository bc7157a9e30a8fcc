"""What the world's feed readers make of our feeds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import feedparser
import pytest

from portal.feeds.formats import FORMATS
from portal.kernel import clock
from tests.feeds.conftest import LATER

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.feeds.conftest import World

VALIDATOR = os.environ.get("SANWEN_FEEDVALIDATOR", "")
UNKNOWN = {"UnknownNamespace None None http://purl.org/atompub/tombstones/1.0"}  # RFC 6721 is younger than it
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
