"""Files that officials bring in the office."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.storage.database import db
from tests.factories.web import send

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

URL = "/office/releases/upload"


def bring(client: FlaskClient, data: bytes, government: int, name: str = "表.xlsx", url: str = URL) -> TestResponse:
    """Send a file as an official does."""
    return send(client, url, government=str(government), file=(io.BytesIO(data), name))


def kept(model: type[object]) -> int:
    """Count the rows of a table."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0
