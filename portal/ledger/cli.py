"""Commands of the public memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import AppGroup

from portal.kernel.errors import PortalError
from portal.ledger import actions, checking, queries
from portal.ledger.verify import MOST_TOLD

if TYPE_CHECKING:
    from portal.settings import Settings

ledger_group = AppGroup("ledger", help="The public memory.")


@ledger_group.command("verify")
@click.pass_context
def verify(context: click.Context) -> None:
    """Check every entry, tile, commitment and signed head, and what only the database shows."""
    settings: Settings = current_app.extensions["settings"]
    verdict = checking.check(settings.data_dir / "keys", settings.ledger_origin)
    for note in verdict.notes[:MOST_TOLD]:
        click.echo(f"note: {note}", err=True)
    if len(verdict.notes) > MOST_TOLD:
        click.echo(f"note: {len(verdict.notes) - MOST_TOLD} more", err=True)
    for fault in verdict.faults:
        click.echo(fault, err=True)
    click.echo(f"{verdict.size} entries, {len(verdict.faults)} faults")
    context.exit(1 if verdict.faults else 0)


@ledger_group.command("announce-origin")
@click.option("--reason", required=True, help="What happened; it is public, so write no personal data.")
@click.pass_context
def announce_origin(context: click.Context, reason: str) -> None:
    """Go on under a new name after signed entries were lost; set SANWEN_LEDGER_ORIGIN to it first."""
    settings: Settings = current_app.extensions["settings"]
    try:
        position = actions.announce_origin(settings.ledger_origin, settings.data_dir / "keys", reason=reason)
    except PortalError as error:
        click.echo(str(error), err=True)
        context.exit(1)
    click.echo(f"entry {position} announces {settings.ledger_origin}")


@ledger_group.command("head")
@click.pass_context
def head(context: click.Context) -> None:
    """Print the newest signed checkpoint and the key, for a gazette or a witness."""
    found = queries.checkpoint()
    if found is None:
        click.echo("no checkpoint has been signed yet", err=True)
        context.exit(1)
    click.echo(found.note)
