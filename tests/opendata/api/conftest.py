"""A portal with something in every dataset, and ways to read the API as a program does."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from portal.app import create_app
from portal.kernel import clock
from portal.outbox.actions import append_event
from portal.parties.models import Organization
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from portal.settings import Settings


class Reader:
    """A program that reads the API."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, *, status: int = 200) -> Any:
        answer = self.client.get(url)
        assert answer.status_code == status, (url, answer.text)
        return answer.get_json(force=True)

    def pages(self, url: str) -> Iterator[Any]:
        """Follow a list to its end."""
        following: str | None = url
        while following:
            page = self.get(following)
            yield page
            target = page["links"]["next"]
            following = target and target.removeprefix(f"{urlsplit(target).scheme}://{urlsplit(target).netloc}")

    def walk(self, url: str) -> list[Any]:
        return [row for page in self.pages(url) for row in page["data"]]

    def ids(self, url: str) -> list[str]:
        return [str(row["id"]) for row in self.walk(url)]


@pytest.fixture
def api(client: FlaskClient) -> Reader:
    """Give a program that reads the API."""
    return Reader(client)


@contextmanager
def portal_of(settings: Settings) -> Iterator[Flask]:
    """Give a further portal on the same database, with settings of its own, for as long as the block lasts."""
    made = create_app(settings)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def make_organizations(*names: str) -> list[int]:
    """Add organisations, as a publication does."""
    with transaction():
        made = [Organization(name=name, name_key=name, is_buyer=True, changed_at=clock.now()) for name in names]
        db.session.add_all(made)
        db.session.flush()
        for one in made:
            append_event("organization", one.id)
        return [one.id for one in made]
