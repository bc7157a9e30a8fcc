"""Commands of ratings."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal.ratings.actions import publish_summaries

ratings_group = AppGroup("ratings", help="Ratings of services.")


@ratings_group.command("publish")
def publish() -> None:
    """Publish the counts of services with at least five new ratings (run it weekly)."""
    click.echo(f"{len(publish_summaries())} summaries published")
