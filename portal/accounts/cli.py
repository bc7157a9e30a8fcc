"""Commands for accounts."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal.accounts import actions
from portal.accounts.rules import STAFF_ROLES, Role
from portal.kernel.errors import PortalError
from portal.storage.transactions import transaction

users_group = AppGroup("users", help="People and roles.")


@users_group.command("add-staff")
@click.argument("email")
@click.option("--name", required=True, help="Name of the person.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(sorted(STAFF_ROLES)))
@click.option("--government", "government_id", required=True, type=int, help="Number of the government.")
@click.password_option(envvar="SANWEN_NEW_PASSWORD", help="Asked for when left out.")
def add_staff(email: str, *, name: str, roles: tuple[str, ...], government_id: int, password: str) -> None:
    """Make a member of staff and print the secret for their authenticator."""
    try:
        with transaction():
            person, secret = actions.add_staff(email, name=name, password=password)
            for role in roles:
                actions.grant_role(person.id, Role(role), government_id=government_id)
    except PortalError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"authenticator secret: {secret}")
