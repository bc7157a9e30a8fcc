"""Reads that join several capabilities."""

from __future__ import annotations

from flask import current_app

from portal.outbox.queries import lag


def readiness() -> dict[str, int]:
    """Tell how many events each consumer of the outbox has still to take."""
    return {consumer.name: lag(consumer.name) for consumer in current_app.extensions["outbox_consumers"]}
