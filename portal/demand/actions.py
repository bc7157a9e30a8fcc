"""Writes of demand: each act is one transaction with its events and, where public, its ledger entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.classification.queries import categories, regions
from portal.demand import queries, rules
from portal.demand.models import Answer, Need, Proposal, Support
from portal.demand.rules import ProposalStatus, Verdict
from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.kernel.errors import NotFoundError
from portal.ledger.actions import append_entry
from portal.outbox.actions import append_event
from portal.parties.queries import government_of_region
from portal.ring.actions import add_link
from portal.ring.rules import Kind, Relation
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True)
class ProposalText:
    """What a resident writes."""

    title: str
    body: str
    region_code: str
    category_code: str
    beneficiaries: str = ""
    people_count: int | None = None
    title_en: str | None = None
    body_en: str | None = None


@dataclass(frozen=True)
class NeedText:
    """What a planner writes about a need."""

    title: str
    region_code: str
    category_code: str
    year: int
    description: str = ""
    title_en: str | None = None
    description_en: str | None = None


def submit_proposal(text: ProposalText, *, by: int | None) -> Proposal:
    """Take a proposal in; it is public after moderation.

    Raises:
        PersonalDataError, UnknownCodeError: naming the field.
    """
    for field, value in (("title", text.title), ("body", text.body), ("beneficiaries", text.beneficiaries)):
        rules.check_text(value, field=field)
    with transaction():
        _check_codes(text.region_code, text.category_code)
        now, government = clock.now(), government_of_region(text.region_code)
        proposal = Proposal(
            title=text.title, title_en=text.title_en, body=text.body, body_en=text.body_en,
            beneficiaries=text.beneficiaries, people_count=text.people_count, region_code=text.region_code,
            category_code=text.category_code, government_id=government.id if government else None,
            author_id=by, year=clock.day_of(now).year, status=ProposalStatus.SUBMITTED, created_at=now, changed_at=now,
        )  # fmt: skip
        db.session.add(proposal)
        db.session.flush()
        return proposal


def moderate_proposal(proposal_id: int, *, publish: bool, reason: str, governments: Collection[int]) -> None:
    """Publish a proposal, or refuse it with a reason that its author is shown.

    Raises:
        NotFoundError, WrongStateError
        MissingReasonError: it is refused without a reason.
    """
    if not publish and not reason:
        raise rules.MissingReasonError(field="reason")
    with transaction():
        proposal = queries.proposal_in_office(proposal_id, governments)
        new = ProposalStatus.PUBLISHED if publish else ProposalStatus.REFUSED
        rules.check_move(proposal.status, new)
        now = clock.now()
        proposal.status, proposal.changed_at = new, now
        proposal.refusal = "" if publish else reason
        if publish:
            proposal.published_at = proposal.published_at or now
        act = "publish" if publish else "refuse"
        public = canonical_json({"proposal": proposal.id, "action": act, "reason": reason})
        append_entry("moderation", f"{Kind.PROPOSAL}:{proposal.id}", action=act, public=public)
        append_event(Kind.PROPOSAL, proposal.id, "published" if publish else "changed")


def withdraw_proposal(proposal_id: int, *, by: int) -> None:
    """Let the author take a proposal back."""
    with transaction():
        proposal = queries.own_proposal(proposal_id, by)
        rules.check_move(proposal.status, ProposalStatus.WITHDRAWN)
        proposal.status, proposal.changed_at = ProposalStatus.WITHDRAWN, clock.now()
        append_event(Kind.PROPOSAL, proposal.id, "deleted")


def support_proposal(proposal_id: int, *, by: int) -> None:
    """Add a resident's support, once.

    Raises:
        NotFoundError, AlreadySupportedError
    """
    with transaction():
        queries.proposal(proposal_id)
        if queries.is_supported_by(proposal_id, by):
            raise rules.AlreadySupportedError
        db.session.add(Support(proposal_id=proposal_id, person_id=by, at=clock.now()))
        db.session.flush()
        append_event(Kind.PROPOSAL, proposal_id, "supported")


def withdraw_support(proposal_id: int, *, by: int) -> None:
    """Take a resident's support back.

    Raises:
        NotFoundError, NotSupportedError
    """
    with transaction():
        queries.proposal(proposal_id)
        found = db.session.scalar(select(Support).where(Support.proposal_id == proposal_id, Support.person_id == by))
        if found is None:
            raise rules.NotSupportedError
        db.session.delete(found)
        append_event(Kind.PROPOSAL, proposal_id, "supported")


def answer_proposal(
    proposal_id: int, verdict: Verdict, reason: str, *, by: int | None, governments: Collection[int],
    reason_en: str | None = None,
) -> Answer:  # fmt: skip
    """Say publicly what becomes of a proposal, and why; it is remembered in the ledger.

    Raises:
        NotFoundError, PersonalDataError
    """
    rules.check_text(reason, field="reason")
    with transaction():
        proposal = queries.proposal_in_office(proposal_id, governments)
        if proposal.status is not ProposalStatus.PUBLISHED:
            raise rules.WrongStateError
        now = clock.now()
        public = canonical_json(
            {"proposal": proposal_id, "verdict": verdict.value, "reason": reason, "at": now.isoformat()}
        )
        position = append_entry("answer", proposal_id, action="publish", public=public, at=now)
        answer = Answer(
            proposal_id=proposal_id, verdict=verdict, reason=reason, reason_en=reason_en, by_person_id=by, at=now,
            ledger_position=position,
        )  # fmt: skip
        db.session.add(answer)
        proposal.changed_at = now
        append_event(Kind.PROPOSAL, proposal_id, "answered")
        return answer


def create_need(text: NeedText, *, government_id: int) -> Need:
    """Make a need of a government.

    Raises:
        UnknownCodeError, PersonalDataError
    """
    rules.check_text(f"{text.title} {text.description}", field="title")
    with transaction():
        _check_codes(text.region_code, text.category_code)
        now = clock.now()
        need = Need(
            title=text.title, title_en=text.title_en, description=text.description,
            description_en=text.description_en, region_code=text.region_code, category_code=text.category_code,
            government_id=government_id, year=text.year, created_at=now, changed_at=now,
        )  # fmt: skip
        db.session.add(need)
        db.session.flush()
        append_event(Kind.NEED, need.id, "published")
        return need


def gather_proposals(proposal_ids: Sequence[int], need_id: int, *, governments: Collection[int]) -> None:
    """Make proposals part of a need; their supports stay theirs and are counted per resident.

    Raises:
        NotFoundError: a proposal or the need is not public, or belongs to another government.
    """
    with transaction():
        need = queries.need(need_id)
        if need.government_id not in governments:
            raise NotFoundError
        for proposal_id in proposal_ids:
            proposal = queries.proposal_in_office(proposal_id, governments)
            if proposal.status is not ProposalStatus.PUBLISHED:
                raise rules.WrongStateError
            add_link(Relation.GATHERED_INTO, str(proposal_id), str(need_id))
        need.changed_at = clock.now()
        append_event(Kind.NEED, need_id)


def gather_into_new_need(proposal_id: int, title: str, *, year: int, governments: Collection[int]) -> Need:
    """Make a need of the proposal's own region and category, and gather the proposal into it."""
    with transaction():
        proposal = queries.proposal_in_office(proposal_id, governments)
        text = NeedText(title, proposal.region_code, proposal.category_code, year)
        need = create_need(text, government_id=proposal.government_id or 0)
        gather_proposals([proposal_id], need.id, governments=governments)
        return need


def _check_codes(region_code: str, category_code: str) -> None:
    if region_code not in regions().names:
        raise rules.UnknownCodeError(field="region")
    if category_code not in categories().names:
        raise rules.UnknownCodeError(field="category")
