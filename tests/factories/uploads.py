"""Files that officials bring in the office."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.publishing import uploads
from portal.publishing.upload_models import Upload
from portal.storage.database import db
from tests.factories.web import send

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from portal.publishing.ocds_uploads import Imported
    from portal.publishing.sheet_rows import Candidate

URL = "/office/releases/upload"


def bring(client: FlaskClient, data: bytes, government: int, name: str = "表.xlsx", url: str = URL) -> TestResponse:
    """Send a file as an official does."""
    return send(client, url, government=str(government), file=(io.BytesIO(data), name))


def keep(name: str, data: bytes, government: int, by: int, notice_type: str = "") -> Upload:
    """Keep a file as the office does."""
    return uploads.keep_upload(uploads.Bring(name, io.BytesIO(data), government, by, notice_type))


def newest() -> Upload:
    """Read the file that came last."""
    return db.session.scalars(select(Upload).order_by(Upload.id.desc()).limit(1)).one()


def notices_of(upload: Upload) -> Sequence[Candidate | Imported]:
    """Give the notices of a file as its pages show them, the first twenty."""
    total = sum(uploads.counts(upload).values())
    return uploads.rows_page(upload, 1, state=None, total=total).items


def kept(model: type[object]) -> int:
    """Count the rows of a table."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0
