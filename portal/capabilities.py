"""THE list of capabilities, and what each one brings to the portal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask.cli import AppGroup

import portal.exporting.registry as exporting_registry
import portal.feeds.registry as feeds_registry
import portal.search.registry as search_registry
from portal.accounts import cli as accounts_cli
from portal.accounts import permissions as accounts_permissions
from portal.accounts import routes as accounts_routes
from portal.alerts import actions as alerts_actions
from portal.alerts import routes as alerts_routes
from portal.alerts import sending as alerts_sending
from portal.classification import cli as classification_cli
from portal.classification import queries as classification
from portal.demand import exports as demand_exports
from portal.demand import feeds as demand_feeds
from portal.demand import indexing as demand_indexing
from portal.demand import office as demand_office
from portal.demand import permissions as demand_permissions
from portal.demand import queries as demand
from portal.demand import routes as demand_routes
from portal.demo import cli as demo_cli
from portal.disclosure import cli as disclosure_cli
from portal.disclosure import exports as disclosure_exports
from portal.disclosure import feeds as disclosure_feeds
from portal.disclosure import files as disclosure_files
from portal.disclosure import indexing as disclosure_indexing
from portal.disclosure import office as disclosure_office
from portal.disclosure import permissions as disclosure_permissions
from portal.disclosure import queries as disclosure
from portal.disclosure import routes as disclosure_routes
from portal.feeds.announcing import Announcer
from portal.feeds.hub import make_hub
from portal.ledger import checking, openings
from portal.ledger import cli as ledger_cli
from portal.ledger import feeds as ledger_feeds
from portal.ledger import queries as ledger
from portal.ledger import routes as ledger_routes
from portal.moderation import actions as moderation_actions
from portal.moderation import permissions as moderation_permissions
from portal.moderation import queries as moderation
from portal.moderation import routes as moderation_routes
from portal.opendata import cli as opendata_cli
from portal.opendata import downloads as opendata_downloads
from portal.opendata import exports as opendata_exports
from portal.opendata import feed_routes
from portal.opendata import feeds as opendata_feeds
from portal.opendata import permissions as opendata_permissions
from portal.opendata import routes as opendata_routes
from portal.opendata.api import reference as api_reference
from portal.opendata.api import routes as api_routes
from portal.opendata.catalogue import routes as catalogue_routes
from portal.opendata.feed_topics import topics_of
from portal.opendata.hsds import routes as hsds_routes
from portal.opendata.snapshots import SnapshotRemover
from portal.outbox import cli as outbox_cli
from portal.pages import health, merge_office
from portal.pages import indexing as pages_indexing
from portal.pages import routes as pages_routes
from portal.parties import cli as parties_cli
from portal.parties import exports as parties_exports
from portal.parties import feeds as parties_feeds
from portal.parties import indexing as parties_indexing
from portal.parties import permissions as parties_permissions
from portal.parties import routes as parties_routes
from portal.planning import exports as planning_exports
from portal.planning import feeds as planning_feeds
from portal.planning import indexing as planning_indexing
from portal.planning import permissions as planning_permissions
from portal.planning import queries as planning
from portal.planning import routes as planning_routes
from portal.procurement import actions as procurement_actions
from portal.procurement import cli as procurement_cli
from portal.procurement import exports as procurement_exports
from portal.procurement import feeds as procurement_feeds
from portal.procurement import indexing as procurement_indexing
from portal.procurement import link_exports as procurement_link_exports
from portal.procurement import link_office as procurement_link_office
from portal.procurement import link_queries as procurement_link_queries
from portal.procurement import permissions as procurement_permissions
from portal.procurement import queries as procurement
from portal.procurement import remembering
from portal.procurement import routes as procurement_routes
from portal.procurement.link_consumer import LinkSuggester
from portal.publishing import approval_office as publishing_approval_office
from portal.publishing import corrections_office as publishing_corrections_office
from portal.publishing import documents_office as publishing_documents_office
from portal.publishing import due as publishing_due
from portal.publishing import office as publishing_office
from portal.publishing import permissions as publishing_permissions
from portal.publishing import upload_drafts_office as publishing_upload_drafts_office
from portal.publishing import upload_office as publishing_upload_office
from portal.publishing import upload_work as publishing_upload_work
from portal.publishing.erasures import cli as erasure_cli
from portal.publishing.erasures import office as erasure_office
from portal.publishing.notices import model as notice_model
from portal.ratings import cli as ratings_cli
from portal.ratings import exports as ratings_exports
from portal.ratings import permissions as ratings_permissions
from portal.ratings import queries as ratings
from portal.ratings import routes as ratings_routes
from portal.ring import queries as ring
from portal.ring.rules import Kind
from portal.search import cli as search_cli
from portal.search.consumer import SearchConsumer
from portal.services import exports as services_exports
from portal.services import feeds as services_feeds
from portal.services import indexing as services_indexing
from portal.services import office as services_office
from portal.services import permissions as services_permissions
from portal.services import queries as services
from portal.services import routes as services_routes
from portal.services.drafts import office as draft_office
from portal.storage.cli import migrations
from portal.usage import exports as usage_exports
from portal.usage import routes as usage_routes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import click
    from flask import Blueprint, Flask

    from portal.accounts.rules import Role
    from portal.exporting.dataset import Dataset
    from portal.feeds.spec import FeedSource, ThingFeed
    from portal.outbox.actions import Consumer
    from portal.ring.rules import Describer
    from portal.search.port import Indexer
    from portal.settings import Settings


@dataclass(frozen=True)
class Capability:
    """What one package brings: pages, permissions, names for the ring, feeds, datasets, search, commands."""

    name: str
    blueprints: Sequence[Blueprint] = ()
    grants: Mapping[Role, frozenset[str]] = field(default_factory=dict)
    describers: Mapping[Kind, Describer] = field(default_factory=dict)
    feeds: Sequence[FeedSource] = ()
    thing_feeds: Sequence[ThingFeed] = ()
    datasets: Sequence[Dataset] = ()
    indexers: Sequence[Indexer] = ()
    commands: Sequence[click.Command] = ()
    imports: Sequence[click.Command] = ()


PAGES_OF_DRAFTS = (  # they share one blueprint
    publishing_office, publishing_documents_office, publishing_approval_office, publishing_corrections_office,
)  # fmt: skip
CAPABILITIES: Sequence[Capability] = (
    Capability("demo", commands=(demo_cli.demo,)),
    Capability("outbox", commands=(outbox_cli.worker,)),
    Capability(
        "ledger",
        blueprints=(ledger_routes.bp,),
        feeds=(ledger_feeds.CHECKPOINTS,),
        commands=(ledger_cli.ledger_group,),
    ),
    Capability(
        "accounts",
        blueprints=(accounts_routes.bp,),
        grants=accounts_permissions.GRANTS,
        commands=(accounts_cli.users_group,),
    ),
    Capability("moderation", blueprints=(moderation_routes.bp,), grants=moderation_permissions.GRANTS),
    Capability("classification", commands=(classification_cli.reference_group,)),
    Capability(
        "parties",
        blueprints=(parties_routes.bp,),
        grants=parties_permissions.GRANTS,
        imports=(parties_cli.import_grades,),
        feeds=(parties_feeds.ORGANIZATIONS,),
        datasets=(parties_exports.ORGANIZATIONS,),
        indexers=(parties_indexing.ORGANIZATIONS,),
    ),
    Capability(
        "procurement",
        blueprints=(procurement_routes.bp, procurement_link_office.bp),
        grants=procurement_permissions.GRANTS,
        describers={Kind.PROCESS: procurement.describe_processes, Kind.CONTRACT: procurement.describe_contracts},
        feeds=(procurement_feeds.NOTICES, procurement_feeds.PROCESSES),
        thing_feeds=(procurement_feeds.OF_PROCESS, procurement_feeds.OF_ORGANIZATION),
        datasets=(
            procurement_exports.NOTICES,
            procurement_exports.PROCESSES,
            procurement_exports.CONTRACTS,
            procurement_link_exports.JOINS,
        ),
        indexers=(procurement_indexing.NOTICES, procurement_indexing.PROCESSES),
        commands=(procurement_cli.rebuild,),
        imports=(procurement_cli.import_ocds, procurement_cli.import_sheet),
    ),
    Capability(
        "disclosure",
        blueprints=(disclosure_routes.bp, disclosure_office.bp),
        grants=disclosure_permissions.GRANTS,
        feeds=(disclosure_feeds.DOCUMENTS,),
        datasets=(disclosure_exports.DOCUMENTS,),
        indexers=(disclosure_indexing.DOCUMENTS,),
        commands=(disclosure_cli.documents_group,),
        imports=(disclosure_cli.import_documents,),
    ),
    Capability(
        "publishing",
        blueprints=(
            *dict.fromkeys(pages.bp for pages in PAGES_OF_DRAFTS),
            publishing_upload_office.bp,
            publishing_upload_drafts_office.bp,
            erasure_office.bp,
        ),
        grants=publishing_permissions.GRANTS,
        commands=(erasure_cli.releases_group,),
    ),
    Capability(
        "services",
        blueprints=(services_routes.bp, services_office.bp, draft_office.bp),
        grants=services_permissions.GRANTS,
        describers={Kind.SERVICE: services.describe_services},
        feeds=(services_feeds.SERVICES,),
        thing_feeds=(services_feeds.OF_SERVICE,),
        datasets=(services_exports.SERVICES,),
        indexers=(services_indexing.SERVICES,),
    ),
    Capability(
        "demand",
        blueprints=(demand_routes.bp, demand_office.bp),
        grants=demand_permissions.GRANTS,
        describers={Kind.PROPOSAL: demand.describe_proposals, Kind.NEED: demand.describe_needs},
        feeds=(demand_feeds.PROPOSALS, demand_feeds.NEEDS),
        thing_feeds=(demand_feeds.OF_PROPOSAL, demand_feeds.OF_NEED),
        datasets=(demand_exports.PROPOSALS, demand_exports.NEEDS, demand_exports.DEMAND_SUMMARY),
        indexers=(demand_indexing.PROPOSALS, demand_indexing.NEEDS),
    ),
    Capability(
        "ratings",
        blueprints=(ratings_routes.bp,),
        grants=ratings_permissions.GRANTS,
        describers={Kind.RATING: ratings.describe_ratings},
        datasets=(ratings_exports.RATINGS,),
        commands=(ratings_cli.ratings_group,),
    ),
    Capability(
        "planning",
        blueprints=(planning_routes.bp,),
        grants=planning_permissions.GRANTS,
        describers={Kind.PLAN: planning.describe_plans, Kind.PLAN_LINE: planning.describe_plan_lines},
        feeds=(planning_feeds.PLANS,),
        thing_feeds=(planning_feeds.OF_PLAN,),
        datasets=(planning_exports.PLANS, planning_exports.PLAN_LINES),
        indexers=(planning_indexing.PLANS,),
    ),
    Capability("search", commands=(search_cli.search_group,)),
    Capability("pages", blueprints=(pages_routes.bp, health.bp, merge_office.bp), indexers=(pages_indexing.HELP,)),
    Capability("usage", blueprints=(usage_routes.bp,), datasets=(usage_exports.MONTHS, usage_exports.DAYS)),
    Capability("catalogue", blueprints=(catalogue_routes.bp,)),
    Capability("feeds", blueprints=(feed_routes.bp,)),
    Capability(
        "opendata",
        blueprints=(opendata_routes.bp, opendata_downloads.bp, api_routes.bp, api_reference.bp, hsds_routes.bp),
        grants=opendata_permissions.GRANTS,
        feeds=(opendata_feeds.SEARCH,),
        thing_feeds=(opendata_feeds.OF_REGION, opendata_feeds.OF_CATEGORY),
        datasets=(opendata_exports.SEARCH,),
        commands=(opendata_cli.export_group,),
    ),
    Capability("alerts", blueprints=(alerts_routes.bp,)),
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
    _fill_registries(app)
    _let_ledger_read()
    moderation_actions.use_followers([procurement_actions.follow_hiding])
    app.jinja_env.globals["redaction_at"] = ledger.redaction_at
    app.jinja_env.globals["documents_of"] = disclosure.documents_of
    app.jinja_env.filters |= {
        "region": classification.region_name,
        "category": classification.category_name,
        "organization_type": classification.organization_type_name,
    }
    notice_model.notice_types()
    app.extensions["due_acts"] = (
        publishing_upload_work.work_on_files,
        publishing_due.publish_due,
        alerts_actions.forget_unconfirmed,
        alerts_sending.send_due,
        *[announcer.try_again for announcer in _announcers(app)],
    )
    accounts_permissions.join(capability.grants for capability in CAPABILITIES)
    portal_group.add_command(import_group)
    portal_group.add_command(migrations)
    app.cli.add_command(portal_group)


def consumers(app: Flask) -> Sequence[Consumer]:
    """List whoever follows the outbox, besides the signer of checkpoints; who speaks to the world comes last."""
    return (SnapshotRemover(), LinkSuggester(), SearchConsumer(), *_announcers(app))


def _announcers(app: Flask) -> Sequence[Announcer]:
    """Give who tells the hub of the settings which feeds changed; nobody where there is no hub."""
    settings: Settings = app.extensions["settings"]
    if "announcers" not in app.extensions:
        hub = make_hub(settings.websub_hub, allows_loopback=bool(settings.websub_loopback))
        app.extensions["announcers"] = [Announcer(hub, topics_of)] if hub else []
    found: Sequence[Announcer] = app.extensions["announcers"]
    return found


def _let_ledger_read() -> None:
    """Tell the ledger, which knows no capability, where public bytes lie and what is hidden."""
    openings.readers["release"] = remembering.bytes_at
    openings.concealers |= {
        "release": remembering.hidden_at,
        "join": procurement_link_queries.hidden_at,
        "document": disclosure.hidden_at,
        "answer": moderation.hidden_at(Kind.PROPOSAL),
        "plan": moderation.hidden_at(Kind.PLAN),
        "rating-count": moderation.hidden_at(Kind.RATING),
    }
    checking.inside["releases"] = remembering.faults


def _fill_registries(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    disclosure_files.use(app, disclosure_files.make_store(settings))
    feeds_registry.init_app(
        app,
        [feed for capability in CAPABILITIES for feed in capability.feeds],
        things=[feed for capability in CAPABILITIES for feed in capability.thing_feeds],
    )
    exporting_registry.init_app(app, [dataset for capability in CAPABILITIES for dataset in capability.datasets])
    search_registry.init_app(
        app,
        [indexer for capability in CAPABILITIES for indexer in capability.indexers],
        backend=search_registry.make_backend(settings.search_backend, settings.data_dir / "search"),
    )
