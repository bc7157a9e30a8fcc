"""THE list of capabilities, and what each one brings to the portal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import flask_migrate.cli
from flask.cli import AppGroup

from portal.accounts import cli as accounts_cli
from portal.accounts import permissions as accounts_permissions
from portal.accounts import routes as accounts_routes
from portal.ledger import cli as ledger_cli
from portal.ledger import routes as ledger_routes
from portal.outbox import cli as outbox_cli
from portal.pages import health
from portal.pages import routes as pages_routes
from portal.ring import queries as ring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import click
    from flask import Blueprint, Flask

    from portal.accounts.rules import Role
    from portal.exporting.dataset import Dataset
    from portal.feeds.spec import FeedSource
    from portal.outbox.actions import Consumer
    from portal.ring.rules import Describer, Kind
    from portal.search.port import Indexer


@dataclass(frozen=True)
class Capability:
    """What one package brings: pages, permissions, names for the ring, feeds, datasets, search, commands."""

    name: str
    blueprints: Sequence[Blueprint] = ()
    grants: Mapping[Role, frozenset[str]] = field(default_factory=dict)
    describers: Mapping[Kind, Describer] = field(default_factory=dict)
    feeds: Sequence[FeedSource] = ()
    datasets: Sequence[Dataset] = ()
    indexers: Sequence[Indexer] = ()
    commands: Sequence[click.Command] = ()
    imports: Sequence[click.Command] = ()


CAPABILITIES: Sequence[Capability] = (
    Capability("outbox", commands=(outbox_cli.worker,)),
    Capability("ledger", blueprints=(ledger_routes.bp,), commands=(ledger_cli.ledger_group,)),
    Capability(
        "accounts",
        blueprints=(accounts_routes.bp,),
        grants=accounts_permissions.GRANTS,
        commands=(accounts_cli.users_group,),
    ),
    Capability("pages", blueprints=(pages_routes.bp, health.bp)),
)


def register(app: Flask) -> None:
    """Bring every capability into the application."""
    portal_group, import_group = AppGroup("portal", help="The portal."), AppGroup("import", help="Take data in.")
    for capability in CAPABILITIES:
        for blueprint in capability.blueprints:
            app.register_blueprint(blueprint)
        ring.describers.update(capability.describers)
        for command in capability.commands:
            portal_group.add_command(command)
        for command in capability.imports:
            import_group.add_command(command)
    accounts_permissions.join(capability.grants for capability in CAPABILITIES)
    portal_group.add_command(import_group)
    portal_group.add_command(flask_migrate.cli.db)
    app.cli.add_command(portal_group)


def consumers(app: Flask) -> Sequence[Consumer]:
    """List whoever follows the outbox."""
    del app
    return ()
