"""Whoever reads everything while others publish neither misses anything nor gets it twice, by whatever path."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.opendata import ocds
from portal.procurement.models import Release
from portal.storage.database import db
from tests.factories.procurement import make_chain, make_release, seal, tender_release
from tests.opendata.walking import PATHS, local, packages, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.opendata.walking import Key

PER_PAGE, ROUNDS = 7, 8


def published() -> set[Key]:
    db.session.rollback()
    return {(ocid, number) for ocid, number in db.session.execute(select(Release.ocid, Release.release_id))}


@contextmanager
def two_writers(app: Flask) -> Iterator[threading.Event]:
    """Let two publish until the end of the block, each in an order of its own; the event tells that both are done."""
    done, faults = threading.Event(), []

    def write(name: str) -> None:
        with app.app_context():
            try:
                for number in range(ROUNDS):
                    seal(
                        *make_chain(f"ocds-test00-{name}-{number}"),
                        tender_release(ocid=f"ocds-test00-{name}-{number}-b"),
                    )
            except Exception as fault:  # noqa: BLE001 - told by the test's own thread
                faults.append(fault)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()

    def wait() -> None:
        for thread in threads:
            thread.join()
        done.set()

    watcher = threading.Thread(target=wait)
    watcher.start()
    try:
        yield done
    finally:
        watcher.join()
    assert faults == []


@pytest.mark.parametrize("path", sorted(PATHS))
def test_every_path_gives_all_that_was_there_and_each_thing_once(app: Flask, client: FlaskClient, path: str) -> None:
    seal(*make_chain())
    read: list[tuple[set[Key], list[Key], set[Key]]] = []
    with two_writers(app) as done:
        while not done.is_set():
            before = published()
            found = PATHS[path](client)
            read.append((before, found, published()))

    for before, found, after in read:
        assert len(found) == len(set(found))
        assert before <= set(found) <= after
    assert len(read) > 1


def test_all_paths_give_the_same(app: Flask, client: FlaskClient) -> None:
    with two_writers(app):
        pass

    found = {name: sorted(read(client)) for name, read in PATHS.items()}

    assert found == dict.fromkeys(PATHS, sorted(published()))
    assert len(published()) == 2 * ROUNDS * 4


@pytest.mark.parametrize(("address", "part"), [("/ocds/releases.json", "releases"), ("/ocds/records.json", "records")])
def test_a_page_that_was_full_never_changes_and_the_last_one_only_grows(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, address: str, part: str
) -> None:
    monkeypatch.setattr(ocds, "RELEASES_PER_PACKAGE", PER_PAGE)
    monkeypatch.setattr(ocds, "RECORDS_PER_PACKAGE", PER_PAGE)
    pages: dict[str, list[Key]] = {}
    with two_writers(app) as done:
        is_over = False
        while not is_over:
            is_over = done.is_set()  # once more after the writers are done
            address = follow(client, address, part, pages)

    read = [key for keys in pages.values() for key in keys]
    again = [key for package in packages(client, first_of(pages)) for key in keys_of(package[part])]
    assert len(read) == len(set(read))
    assert read == again
    assert {ocid for ocid, _ in read} == {ocid for ocid, _ in published()}


def follow(client: FlaskClient, address: str, part: str, pages: dict[str, list[Key]]) -> str:
    """Read on from an address to the end; give the address of the last page, which is asked for again later."""
    while True:
        package = json.loads(text_at(client, address))
        keys = keys_of(package[part])
        assert keys[: len(pages.get(address, []))] == pages.get(address, [])
        pages[address] = keys
        if "links" not in package:
            return address
        address = local(package["links"]["next"])


def first_of(pages: dict[str, list[Key]]) -> str:
    return next(iter(pages))


def keys_of(things: list[dict[str, str]]) -> list[Key]:
    return [(one["ocid"], one.get("id", "")) for one in things]


def test_a_process_keeps_its_place_whatever_is_published_of_it_later(client: FlaskClient) -> None:
    seal(tender_release(ocid="ocds-test00-z"), tender_release(ocid="ocds-test00-a"))
    before = [one["ocid"] for package in packages(client, "/ocds/records.json") for one in package["records"]]
    seal(make_release("award", ocid="ocds-test00-z"), tender_release(ocid="ocds-test00-0"))

    after = [one["ocid"] for package in packages(client, "/ocds/records.json") for one in package["records"]]

    assert before == ["ocds-test00-z", "ocds-test00-a"]
    assert after == [*before, "ocds-test00-0"]


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "٣", "9" * 30])
@pytest.mark.parametrize("address", ["/ocds/releases.json", "/ocds/records.json"])
def test_a_position_that_cannot_be_one_is_refused(client: FlaskClient, address: str, after: str) -> None:
    assert client.get(f"{address}?after={after}").status_code == 400
