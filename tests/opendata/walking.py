"""Reading every publication by each of the paths that carry them all, as programs outside do.

A path is a function that gives the (ocid, release id) of everything it carries; `PATHS` names them. Whoever adds a way
to read every publication adds it there.
"""

from __future__ import annotations

import csv
import io
import json
from contextvars import Context
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flask.testing import FlaskClient

    Key = tuple[str, str]


def by_json_lines(client: FlaskClient) -> list[Key]:
    return [(row["ocid"], row["release_id"]) for row in map(json.loads, text_at(client, "/notices.jsonl").splitlines())]


def by_csv(client: FlaskClient) -> list[Key]:
    return [(row["ocid"], row["release_id"]) for row in csv.DictReader(io.StringIO(text_at(client, "/notices.csv")))]


def by_ocds(client: FlaskClient) -> list[Key]:
    return [
        (release["ocid"], release["id"])
        for package in packages(client, "/ocds/releases.json")
        for release in package["releases"]
    ]


def by_api(client: FlaskClient) -> list[Key]:
    found: list[Key] = []
    address = "/api/v1/notices?limit=20&fields=ocid,release_id"
    while address:
        page = json.loads(text_at(client, address))
        found += [(row["ocid"], row["release_id"]) for row in page["data"]]
        address = local(page["links"]["next"] or "")
    return found


def by_years(client: FlaskClient) -> list[Key]:
    lines = text_at(client, "/ocds/releases/2026.jsonl").splitlines()
    return [(release["ocid"], release["id"]) for release in map(json.loads, lines)]


def packages(client: FlaskClient, address: str) -> Iterator[dict[str, list[dict[str, str]]]]:
    """Follow `links.next` to the end."""
    while address:
        package = json.loads(text_at(client, address))
        yield package
        address = local(package.get("links", {}).get("next", ""))


def text_at(client: FlaskClient, address: str) -> str:
    """Ask as somebody outside does: without the test's own session, whose snapshot of the database may be older."""
    return Context().run(lambda: client.get(address).text)


def local(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


PATHS: Mapping[str, Callable[[FlaskClient], list[Key]]] = {
    "JSON Lines": by_json_lines,
    "CSV": by_csv,
    "API": by_api,
    "OCDS packages": by_ocds,
    "OCDS by year": by_years,
}
