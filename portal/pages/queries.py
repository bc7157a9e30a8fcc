"""Reads that join several capabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import func, select

from portal.demand.models import Proposal
from portal.demand.queries import standings, visible_proposals
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.outbox.queries import lag
from portal.parties.queries import organization, organization_names
from portal.procurement.models import Process, Release
from portal.procurement.queries import listed_processes, visible_releases
from portal.ratings.queries import latest_summaries
from portal.services.queries import contracts_of, service_count
from portal.services.rules import contract_time
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select

    from portal.demand.queries import Standing
    from portal.parties.models import Organization
    from portal.procurement.models import Contract
    from portal.ratings.models import RatingSummary
    from portal.services.models import Service

NEWEST = 5


@dataclass(frozen=True)
class News:
    """What the home page shows."""

    notices: Sequence[Release]
    proposals: Sequence[Proposal]
    standings: Mapping[int, Standing]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Behind:
    """What a service rests on: who provides and pays, its contracts by time, the newest published ratings."""

    provider: Organization | None
    buyer: Organization | None
    current: Sequence[Contract]
    coming: Sequence[Contract]
    past: Sequence[Contract]
    suppliers: Mapping[int, tuple[str, str | None]]
    summary: RatingSummary | None


def news() -> News:
    """Read what is new."""
    notices = db.session.scalars(visible_releases().order_by(Release.date_at.desc(), Release.id.desc()).limit(NEWEST))
    proposals = db.session.scalars(
        visible_proposals().order_by(Proposal.published_at.desc(), Proposal.id.desc()).limit(NEWEST)
    ).all()
    counts = {
        "services": service_count(),
        "proposals": _count(visible_proposals()),
        "processes": _count(listed_processes()),
    }
    return News(notices.all(), proposals, standings(proposals), counts)


def behind_service(service: Service) -> Behind:
    """Read what a service rests on."""
    return Behind(
        provider=_organization(service.provider_id),
        buyer=_organization(service.buyer_id),
        **_by_time(contracts_of(service.id)),
        summary=latest_summaries([service.id]).get(service.id),
    )


def _by_time(contracts: Sequence[Contract]) -> dict[str, Any]:
    """Part contracts into those that run today, those that have not begun, and those that are over."""
    today = clock.today()
    parts: dict[str, Any] = {"current": [], "coming": [], "past": []}
    for one in contracts:
        parts[str(contract_time(one.status, one.starts_on or one.signed_on, one.ends_on, today))].append(one)
    return parts | {"suppliers": organization_names([one.supplier_id for one in contracts])}


def readiness() -> dict[str, int]:
    """Tell how many events each consumer of the outbox has still to take."""
    return {consumer.name: lag(consumer.name) for consumer in current_app.extensions["outbox_consumers"]}


def _organization(organization_id: int | None) -> Organization | None:
    if organization_id is None:
        return None
    try:
        return organization(organization_id)
    except NotFoundError:
        return None


def _count(query: Select[Proposal] | Select[Process]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
