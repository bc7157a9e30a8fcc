"""The command that loads the demonstration."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.demo import loader

NOT_EMPTY = 1


@click.command("demo")
@click.option("--scale", default=1, type=click.IntRange(1, 50), help="How many times as much.")
@click.option("--sign-ins", "wants_sign_ins", is_flag=True, help="Only tell how to sign in.")
@click.pass_context
@with_appcontext
def demo(context: click.Context, scale: int, *, wants_sign_ins: bool) -> None:
    """Load the demonstration province into an empty database."""
    if not wants_sign_ins:
        if not loader.is_empty():
            click.echo("The database is not empty: nothing was loaded.", err=True)
            context.exit(NOT_EMPTY)
        loader.load(scale=scale, tell=lambda what: click.echo(f"loading {what}", err=True))
    click.echo(loader.sign_ins())
