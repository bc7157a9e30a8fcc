"""A browser with somebody signed in, for tests of pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import g

from portal.accounts.permissions import SignedInActor
from portal.accounts.queries import person

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf_token" type="hidden" value="([^"]+)"')


def signed_in(app: Flask, person_id: int) -> FlaskClient:
    """Give a client whose requests are this person's, with the second factor."""
    grants = tuple(person(person_id).grants)
    app.extensions["actor_source"] = lambda: SignedInActor(person_id, is_staff=True, grants=grants)
    g.pop("csrf_token", None)  # kept for the context of the test, it would be the one of the browser before
    return app.test_client()


def send(client: FlaskClient, url: str, **fields: object) -> TestResponse:
    """Open a form and send it, with the token that was on the page."""
    found = _TOKEN.search(client.get(url).text)
    return client.post(url, data={"csrf_token": found[1] if found else "", **fields})


def text_of(client: FlaskClient, url: str) -> str:
    """Fetch something public and close the answer, as a server does."""
    with client.get(url) as answer:
        return str(answer.text)


def status_of(client: FlaskClient, url: str) -> int:
    """Fetch something public for its status alone."""
    with client.get(url) as answer:
        return int(answer.status_code)
