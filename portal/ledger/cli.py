"""Commands of the public memory."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal.ledger import checking

ledger_group = AppGroup("ledger", help="The public memory.")


@ledger_group.command("verify")
@click.pass_context
def verify(context: click.Context) -> None:
    """Hash every entry again and compare with what is stored and signed."""
    verdict = checking.verify()
    for fault in verdict.faults:
        click.echo(fault, err=True)
    click.echo(f"{verdict.size} entries, {len(verdict.faults)} faults")
    context.exit(1 if verdict.faults else 0)
