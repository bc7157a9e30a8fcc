"""Bringing the database up to date."""

from __future__ import annotations

from pathlib import Path

import flask_migrate
from flask import current_app

from portal.storage.database import db

MIGRATIONS = Path(__file__).parent / "migrations"


def prepare() -> None:
    """Let Flask-Migrate know where the migrations are."""
    if "migrate" not in current_app.extensions:
        flask_migrate.Migrate(current_app, db, directory=str(MIGRATIONS), compare_type=True)


def upgrade() -> None:
    """Run every migration that the database lacks."""
    prepare()
    flask_migrate.upgrade()
    db.session.rollback()
