"""Which public pages crawlers are led to: every list, and one source for each kind of thing.

Each source rests on the one visibility query of its kind, so that what is hidden is in no sitemap. Entries of
the ledger are left out: they are proofs, one for each publication that is listed itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.demand.models import Need, Proposal
from portal.demand.queries import visible_needs, visible_proposals
from portal.disclosure.models import Document
from portal.disclosure.queries import visible_documents
from portal.kernel.errors import NotFoundError
from portal.parties.models import Organization
from portal.parties.queries import visible_organizations
from portal.planning.models import Plan, PlanLine
from portal.planning.queries import visible_lines, visible_plans
from portal.procurement.models import Process, Release
from portal.procurement.queries import listed_processes, visible_releases
from portal.ratings.models import RatingSummary
from portal.ratings.queries import visible_summaries
from portal.services.models import Service
from portal.services.queries import visible_services

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import InstrumentedAttribute

LISTS = (
    "pages.home", "services.index", "procurement.processes", "procurement.notices", "parties.index",
    "demand.index", "demand.needs", "planning.index", "opendata.data", "feeds.index", "ledger.index",
    "opendata_files.publication_policy",
    "ledger.heads", "pages.help_index", "usage.statistics", "api_reference.page",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One kind of page.

    Args:
        name: the beginning of its files' names.
        endpoint: of the page.
        names: the parts of its address, in the order of `columns`.
        things: the visibility query; Any because each kind has its own.
        changed: the moment of the last change.
        order: stable, new things last.
    """

    name: str
    endpoint: str
    names: Sequence[str]
    columns: Sequence[InstrumentedAttribute[Any]]
    things: Callable[[], Select[Any]]
    changed: InstrumentedAttribute[Any]
    order: Sequence[InstrumentedAttribute[Any]]


SOURCES = (
    Source(
        "services", "pages.service", ("service_id",), (Service.id,), visible_services, Service.changed_at, (Service.id,)
    ),
    Source(
        "processes", "procurement.process", ("ocid",), (Process.ocid,), listed_processes, Process.last_release_at,
        (Process.first_release_at, Process.ocid),
    ),
    Source(
        "releases", "procurement.release", ("ocid", "release_id"), (Release.ocid, Release.id),
        lambda: visible_releases().where(Release.sha256 != ""), Release.date_at, (Release.id,),
    ),
    Source(
        "documents", "disclosure.document", ("document_id",), (Document.id,), visible_documents,
        Document.published_at, (Document.id,),
    ),
    Source(
        "organizations", "pages.organization", ("organization_id",), (Organization.id,), visible_organizations,
        Organization.changed_at, (Organization.id,),
    ),
    Source(
        "proposals", "demand.show", ("proposal_id",), (Proposal.id,), visible_proposals, Proposal.changed_at,
        (Proposal.id,),
    ),
    Source("needs", "demand.need", ("need_id",), (Need.id,), visible_needs, Need.changed_at, (Need.id,)),
    Source("plans", "planning.show", ("plan_id",), (Plan.id,), visible_plans, Plan.changed_at, (Plan.id,)),
    Source(
        "plan-lines", "planning.line", ("plan_id", "number"), (PlanLine.plan_id, PlanLine.number),
        lambda: visible_lines().join(Plan, Plan.id == PlanLine.plan_id), Plan.changed_at, (PlanLine.id,),
    ),
    Source(
        "ratings", "ratings.show", ("service_id", "summary_id"), (RatingSummary.service_id, RatingSummary.id),
        visible_summaries, RatingSummary.closed_at, (RatingSummary.id,),
    ),
)  # fmt: skip


def source_named(name: str) -> Source:
    """Find a source by the name of its files.

    Raises:
        NotFoundError: there is none.
    """
    for source in SOURCES:
        if source.name == name:
            return source
    raise NotFoundError
