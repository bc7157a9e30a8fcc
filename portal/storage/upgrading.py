"""Bringing the database up to date."""

from __future__ import annotations

import flask_migrate

from portal.storage.database import db


def upgrade() -> None:
    """Run every migration that the database lacks."""
    flask_migrate.upgrade()
    db.session.rollback()
