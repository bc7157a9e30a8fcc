"""Commands of ratings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from portal.kernel import clock
from portal.ratings import actions

if TYPE_CHECKING:
    from datetime import datetime

ratings_group = AppGroup("ratings", help="Closing weeks of ratings; the further questions.")


@ratings_group.command("close")
@click.option(
    "--as-of",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="A day (today): what was said before its week is counted.",
)
def close(as_of: datetime | None) -> None:
    """Publish new figures where at least five residents have answered since the last ones."""
    made = actions.close_week(as_of.date() if as_of else clock.today())
    click.echo(f"summaries: {len(made)}")


@ratings_group.command("load-questions")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def load_questions(file: Path | None) -> None:
    """Load the further questions from FILE, or from the file that comes with the portal."""
    click.echo(f"questions: {actions.load_dimensions(file or actions.DIMENSIONS)}")
