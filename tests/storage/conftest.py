"""A database as it was before an upgrade."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import flask_migrate
import pytest

from portal.app import create_app
from portal.settings import Settings
from portal.storage.database import db
from portal.storage.upgrading import prepare
from tests import postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def migrated_to(database_server: str, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Give a way to bring a new and empty database to a revision, inside the context of its portal."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    address = f"{database_server}/{name}" if database_server else f"sqlite:///{tmp_path / name}"
    if database_server:
        postgres.administer(database_server, f"CREATE DATABASE {name}")
    made = create_app(Settings(data_dir=tmp_path / "var", database_url=address, testing=True, drain="off"))

    def migrate(revision: str) -> None:
        prepare()
        flask_migrate.upgrade(revision=revision)
        db.session.rollback()

    with made.app_context():
        yield migrate
        db.session.remove()
        db.engine.dispose()
    if database_server:
        postgres.drop(database_server, name)
