"""Commands of reference data."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from portal.classification import actions

reference_group = AppGroup("reference", help="Regions, catalogue, working days, kinds of organisations.")


@reference_group.command("load")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def load(folder: Path | None) -> None:
    """Load reference data from FOLDER, or from the files that come with the portal."""
    for table, count in actions.load_reference_data(folder or actions.DATA).items():
        click.echo(f"{table}: {count}")
