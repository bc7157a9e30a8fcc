"""The commands `portal export …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal.kernel import terminal
from portal.opendata import snapshots

export_group = AppGroup("export", help="Write data to take away.")


@export_group.command("bulk")
@click.option("--keep", type=click.IntRange(min=1), help="Delete all but the newest so many snapshots.")
def bulk(keep: int | None) -> None:
    """Write every dataset in every format into a folder of today, with sizes, SHA-256 and a description.

    A folder of today that is there is kept as it is, unless something in it was hidden or destroyed since. A run that
    was killed leaves nothing that is served.
    """
    try:
        with terminal.busy("writing"):
            made = snapshots.make()
            gone = snapshots.leave_newest(keep) if keep is not None else []
    except snapshots.SnapshotWithdrawnError as error:
        click.echo("export: something was hidden or destroyed while it was written; run it again", err=True)
        raise SystemExit(1) from error
    click.echo(f"{made.folder}: {len(made.files)} files, {made.size / 1e6:,.1f} MB")
    for day in gone:
        click.echo(f"{day}: deleted")
