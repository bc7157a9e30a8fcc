"""Every list that is declared is served in every format, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import feedparser
import pytest

from portal.exporting import registry as datasets
from portal.exporting.formats.table import FORMATS as FILE_FORMATS
from portal.feeds import registry as feeds
from portal.feeds.formats import FORMATS as FEED_FORMATS

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


@pytest.mark.parametrize("extension", sorted(FEED_FORMATS))
@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.usefixtures("app")
def test_every_declared_feed_is_served(client: FlaskClient, prefix: str, extension: str) -> None:
    for source in feeds.all_feeds():
        answer = client.get(f"{prefix}/{source.name}.{extension}")

        assert answer.status_code == 200, source.name
        assert extension == "feed.json" or not feedparser.parse(answer.data).bozo, source.name


@pytest.mark.parametrize("extension", sorted(FILE_FORMATS))
@pytest.mark.usefixtures("app")
def test_every_declared_dataset_is_served(client: FlaskClient, extension: str) -> None:
    for dataset in datasets.public_datasets():
        answers = [client.get(f"{folder}/{dataset.name}.{extension}") for folder in ("", "/data")]

        assert [answer.status_code for answer in answers] == [200, 200], dataset.name


@pytest.mark.usefixtures("app")
def test_every_declared_dataset_is_in_the_api(client: FlaskClient) -> None:
    names = {dataset.name for dataset in datasets.public_datasets()} - {"search"}
    answers = {name: client.get(f"/api/v1/{name}").status_code for name in names}

    assert len(names) > 8
    assert answers == dict.fromkeys(names, 200)
    assert {one["name"] for one in client.get("/api/v1/").get_json()["data"]} == names


def test_the_search_itself_can_be_followed_and_taken_away(app: Flask) -> None:
    with app.app_context():
        names = {source.name for source in feeds.all_feeds()}, {made.name for made in datasets.public_datasets()}

    assert all("search" in known for known in names)
