"""What waits for an official: counts with the page where each is done, only of what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from portal.demand.queries import queue
from portal.demand.rules import ProposalStatus
from portal.disclosure.models import Document
from portal.kernel import clock
from portal.kernel.text import N_
from portal.planning.models import Plan
from portal.planning.queries import plans_in_office
from portal.planning.rules import PlanStatus
from portal.procurement.joining_rules import SuggestionState
from portal.procurement.link_queries import suggestions
from portal.publishing.erasures.models import Erasure
from portal.publishing.erasures.queries import erasures
from portal.publishing.erasures.rules import ErasureStatus
from portal.publishing.models import Draft
from portal.publishing.queries import drafts
from portal.publishing.rules import OPEN, DraftStatus
from portal.publishing.upload_models import Upload
from portal.publishing.upload_rules import UploadState
from portal.services.drafts.models import ListingDraft
from portal.services.models import Service, ServiceReport
from portal.services.queries import services_in_office
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Select

    from portal.web.access import Actor

    Counted = Callable[[frozenset[int]], Select[Any]]  # any kind of thing is counted

SOON_DAYS, MOST_UPLOADS = 3, 5


@dataclass(frozen=True)
class Kind:
    """A kind of thing that waits: who may do it, what it is called, and which page it is done on."""

    permission: str
    label: str
    endpoint: str
    things: Counted
    args: Mapping[str, str] = field(default_factory=dict)
    is_urgent: bool = False


@dataclass(frozen=True)
class Waiting:
    """How much of a kind waits."""

    kind: Kind
    count: int


def waiting_for(actor: Actor) -> list[Waiting]:
    """Count what waits for an official: one statement, however much it is."""
    kinds = [one for one in KINDS if actor.can(one.permission)]
    counts = [
        select(func.count())
        .select_from(one.things(actor.government_ids_for(one.permission)).order_by(None).subquery())
        .scalar_subquery()
        for one in kinds
    ]
    found: Sequence[int] = db.session.execute(select(*counts)).one() if counts else ()
    return [Waiting(kind, count) for kind, count in zip(kinds, found, strict=True)]


def uploads_waiting(actor: Actor) -> Sequence[Upload]:
    """Read the files that an official's governments brought and nobody has confirmed, the newest first."""
    query = select(Upload).where(Upload.government_id.in_(actor.government_ids_for("release.draft")))
    query = query.where(Upload.state.not_in((UploadState.TAKING, UploadState.TAKEN)))
    return db.session.scalars(query.order_by(Upload.id.desc()).limit(MOST_UPLOADS)).all()


def _late(governments: frozenset[int]) -> Select[Any]:
    return drafts(governments).where(Draft.status.in_(OPEN), Draft.due_on < clock.today())


def _soon(governments: frozenset[int]) -> Select[Any]:
    today = clock.today()
    is_near = and_(Draft.due_on >= today, Draft.due_on <= today + timedelta(SOON_DAYS))
    return drafts(governments).where(Draft.status.in_(OPEN), is_near)


def _given_back(governments: frozenset[int]) -> Select[Any]:
    return drafts(governments, DraftStatus.DRAFTING).where(Draft.return_reason != "")


def _erasures(governments: frozenset[int]) -> Select[Any]:
    return erasures(governments).where(Erasure.status == ErasureStatus.PROPOSED)


def _listings(governments: frozenset[int]) -> Select[Any]:
    submitted = ListingDraft.status == DraftStatus.SUBMITTED
    return select(ListingDraft.id).where(ListingDraft.government_id.in_(governments), submitted)


def _reports(governments: frozenset[int]) -> Select[Any]:
    theirs = services_in_office(governments).order_by(None).with_only_columns(Service.id)
    return select(ServiceReport.id).where(ServiceReport.service_id.in_(theirs), ServiceReport.answer.is_(None))


def _drafts(status: DraftStatus) -> Counted:
    return lambda governments: drafts(governments, status)


def _documents(_governments: frozenset[int]) -> Select[Any]:
    return select(Document.id).where(Document.published_at.is_(None))


KINDS = (
    Kind("release.read", N_("Notices whose legal day is over"), "publishing.index", _late, is_urgent=True),
    Kind("release.read", N_("Notices to publish within three days"), "publishing.index", _soon, is_urgent=True),
    Kind(
        "release.publish", N_("Erasures by law that wait for a second official"), "erasures.index", _erasures,
        is_urgent=True,
    ),
    Kind(
        "release.publish", N_("Notices that wait for approval"), "publishing.index", _drafts(DraftStatus.SUBMITTED),
        {"stage": DraftStatus.SUBMITTED.value},
    ),
    Kind(
        "release.draft", N_("Notices that were given back"), "publishing.index", _given_back,
        {"stage": DraftStatus.DRAFTING.value},
    ),
    Kind(
        "release.draft", N_("Notices that are being written"), "publishing.index", _drafts(DraftStatus.DRAFTING),
        {"stage": DraftStatus.DRAFTING.value},
    ),
    Kind(
        "release.read", N_("Notices that are approved for a later moment"), "publishing.index",
        _drafts(DraftStatus.APPROVED), {"stage": DraftStatus.APPROVED.value},
    ),
    Kind(
        "process.join", N_("Notices that may be one purchase"), "link_office.index",
        lambda _: suggestions(SuggestionState.OPEN),
    ),
    Kind("document.publish", N_("Documents that wait for publication"), "disclosure_office.index", _documents),
    Kind("service.publish", N_("Listings that wait for approval"), "services_office.index", _listings),
    Kind("service.edit", N_("Reports of wrong listings"), "services_office.index", _reports),
    Kind(
        "proposal.moderate", N_("Proposals that wait for moderation"), "demand_office.queue",
        lambda governments: queue(governments, ProposalStatus.SUBMITTED), {"stage": "moderation"},
    ),
    Kind("proposal.answer", N_("Proposals that wait for an answer"), "demand_office.queue", queue),
    Kind(
        "plan.publish", N_("Plans that wait for approval"), "planning.office",
        lambda governments: plans_in_office(governments).where(Plan.status == PlanStatus.SUBMITTED),
    ),
)  # fmt: skip
