"""What every test may use: a portal on a fresh database, a client, the shared data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portal.app import create_app
from portal.settings import Settings
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = create_app(Settings(data_dir=tmp_path / "var", testing=True, drain="off"))
    with made.app_context():
        import sqlalchemy as sa

        for t in ("government", "organization"):
            if t not in db.metadata.tables:
                sa.Table(t, db.metadata, sa.Column("id", sa.Integer, primary_key=True))
        db.create_all()
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def shared_data() -> Path:
    if not SHARED.exists():
        pytest.skip("needs ../shared/data")
    return SHARED
