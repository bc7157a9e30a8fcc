"""The command that destroys what a release says, where the law asks for it."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal.disclosure.cli import check_told
from portal.kernel.errors import PortalError
from portal.procurement.redacting import redact_release

releases_group = AppGroup("releases", help="Releases that are published.")


@releases_group.command("redact")
@click.argument("ocid")
@click.argument("release_id")
@click.option("--reason", required=True, help="Why; it is public, so personal data are refused.")
@click.option("--basis", required=True, help="The law that asks for it, with its article.")
@click.option("--by", required=True, help="Who asks for it.")
@click.option("--approved-by", required=True, help="The second person, who approves it.")
@click.pass_context
def redact(context: click.Context, /, **said: str) -> None:
    """Destroy the content of release RELEASE_ID of process OCID for good; the ledger says so and why."""
    try:
        check_told(said)
        position = redact_release(said.pop("ocid"), said.pop("release_id"), **said)
    except PortalError as error:
        click.echo(str(error), err=True)
        context.exit(1)
    click.echo(f"withheld by entry {position}")
