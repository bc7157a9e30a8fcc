"""The commands `portal db …`: Flask-Migrate's own, imported when they are run."""

from __future__ import annotations

import click
from flask import g
from flask.cli import with_appcontext


class Migrations(click.Group):
    """Alembic takes 12 MB and a quarter of a second: what serves pages does without."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name Flask-Migrate's commands."""
        return self._theirs().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give one of them."""
        return self._theirs().get_command(ctx, cmd_name)

    def _theirs(self) -> click.Group:
        import flask_migrate.cli  # noqa: PLC0415 - see above

        found: click.Group = flask_migrate.cli.db
        return found


@click.command("db", cls=Migrations, help="Bring the tables up to date.")
@with_appcontext
def migrations() -> None:
    """Let Flask-Migrate's commands find our migrations, as its own group would."""
    from portal.storage.upgrading import prepare  # noqa: PLC0415 - as above

    prepare()
    g.directory, g.x_arg = None, ()
