"""Commands of the public memory."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from portal.ledger import checking

ledger_group = AppGroup("ledger", help="The public memory.")


@ledger_group.command("verify")
@click.pass_context
def verify(context: click.Context) -> None:
    """Check every entry, tile, commitment and signed head, and what only the database shows."""
    verdict = checking.check(current_app.extensions["settings"].data_dir / "keys")
    for note in verdict.notes:
        click.echo(f"note: {note}", err=True)
    for fault in verdict.faults:
        click.echo(fault, err=True)
    click.echo(f"{verdict.size} entries, {len(verdict.faults)} faults")
    context.exit(1 if verdict.faults else 0)
