"""Reads of proposals and needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Select, String, and_, cast, exists, func, or_, select

from portal.classification.queries import category_subtree, region_subtree
from portal.demand import rules
from portal.demand.models import Answer, Need, Proposal, Support
from portal.demand.rules import ProposalStatus, Waiting
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.moderation.queries import not_hidden
from portal.ring import queries as ring
from portal.ring.models import RingLink
from portal.ring.rules import Described, Kind, Relation
from portal.storage.database import db
from portal.web.filters import choose

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from portal.web.filters import Filters

Found = TypeVar("Found", Proposal, Need)
SORTS = ("-updated", "-supports")
STAGES = ("open", "answered", "planned")
MOST_SIMILAR = 5
SIMILARITY_POOL = 3000


@dataclass(frozen=True)
class Standing:
    """Where a proposal stands: its supports, its newest answer, its need, how long it has waited."""

    supports: int
    answer: Answer | None
    need_ids: Sequence[str]
    waiting: Waiting
    age_days: int


def visible_proposals() -> Select[Proposal]:
    """Select every proposal that may be seen."""
    return select(Proposal).where(Proposal.status == ProposalStatus.PUBLISHED, not_hidden(Kind.PROPOSAL, Proposal.id))


def visible_needs() -> Select[Need]:
    """Select every need that may be seen."""
    return select(Need).where(not_hidden(Kind.NEED, Need.id))


def proposals(filters: Filters, *, among: Select[Proposal] | None = None) -> Select[Proposal]:
    """Select proposals under filters; `stage` is open (no answer), answered, or planned (in a need).

    Args:
        filters: what they are narrowed by.
        among: which of them; those that may be seen unless said otherwise.
    """
    query = visible_proposals() if among is None else among
    if filters.q:
        columns = (Proposal.title, Proposal.title_en, Proposal.body, Proposal.body_en)
        query = query.where(
            and_(*(or_(*(column.icontains(term, autoescape=True) for column in columns)) for term in filters.q.split()))
        )
    if filters.region:
        query = query.where(Proposal.region_code.in_(region_subtree(filters.region)))
    if filters.category:
        query = query.where(Proposal.category_code.in_(category_subtree(filters.category)))
    if filters.year:
        query = query.where(Proposal.year == filters.year)
    if filters.from_:
        query = query.where(Proposal.published_at >= clock.start_of(filters.from_))
    stage = choose(filters.stage, STAGES, name="stage")
    if stage:
        query = query.where(_in_stage(stage))
    if choose(filters.sort, SORTS, name="sort") == "-supports":
        counted = select(func.count()).where(Support.proposal_id == Proposal.id).scalar_subquery()
        return query.order_by(counted.desc(), Proposal.id.desc())
    return query.order_by(Proposal.published_at.desc(), Proposal.id.desc())


def needs(filters: Filters, *, among: Select[Need] | None = None) -> Select[Need]:
    """Select needs under filters, among those that may be seen unless said otherwise."""
    query = visible_needs() if among is None else among
    if filters.q:
        columns = (Need.title, Need.title_en, Need.description, Need.description_en)
        query = query.where(or_(*(column.icontains(filters.q, autoescape=True) for column in columns)))
    if filters.region:
        query = query.where(Need.region_code.in_(region_subtree(filters.region)))
    if filters.category:
        query = query.where(Need.category_code.in_(category_subtree(filters.category)))
    if filters.year:
        query = query.where(Need.year == filters.year)
    return query.order_by(Need.year.desc(), Need.id.desc())


def proposal(proposal_id: int) -> Proposal:
    """Read one public proposal.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    return _one(db.session.scalar(visible_proposals().where(Proposal.id == proposal_id)))


def proposal_in_office(proposal_id: int, government_ids: Collection[int]) -> Proposal:
    """Read a proposal in any state, for the staff of its government.

    Raises:
        NotFoundError: there is none, or it belongs to another government.
    """
    query = select(Proposal).where(Proposal.id == proposal_id, Proposal.government_id.in_(government_ids))
    return _one(db.session.scalar(query))


def own_proposal(proposal_id: int, person_id: int) -> Proposal:
    """Read a proposal in any state, for its author."""
    query = select(Proposal).where(Proposal.id == proposal_id, Proposal.author_id == person_id)
    return _one(db.session.scalar(query))


def once_public(proposal_ids: Sequence[str]) -> frozenset[str]:
    """Tell which of some proposals were ever public, though they may be hidden or taken back now."""
    numbers = [int(number) for number in proposal_ids]
    found = db.session.scalars(select(Proposal.id).where(Proposal.id.in_(numbers), Proposal.published_at.is_not(None)))
    return frozenset(map(str, found))


def needs_of_proposals(proposal_ids: Sequence[str]) -> list[str]:
    """List the needs whose figures change with some proposals."""
    return [need for needs in ring.targets(Relation.GATHERED_INTO, proposal_ids).values() for need in needs]


def need(need_id: int) -> Need:
    """Read one public need."""
    return _one(db.session.scalar(visible_needs().where(Need.id == need_id)))


def needs_of_governments(government_ids: Collection[int]) -> Sequence[Need]:
    """Read the needs of some governments, newest first."""
    query = visible_needs().where(Need.government_id.in_(government_ids))
    return db.session.scalars(query.order_by(Need.year.desc(), Need.id.desc())).all()


def standings(items: Sequence[Proposal]) -> dict[int, Standing]:
    """Read where many proposals stand: three statements, however many there are."""
    ids = [item.id for item in items]
    counts = support_counts(ids)
    newest = select(func.max(Answer.id)).where(Answer.proposal_id.in_(ids)).group_by(Answer.proposal_id)
    answers = {item.proposal_id: item for item in db.session.scalars(select(Answer).where(Answer.id.in_(newest)))}
    gathered = ring.targets(Relation.GATHERED_INTO, [str(number) for number in ids])
    now = clock.now()
    return {item.id: _standing(item, counts, answers, gathered, now) for item in items}


def support_counts(proposal_ids: Sequence[int]) -> Mapping[int, int]:
    """Count the supports of many proposals: one statement."""
    query = select(Support.proposal_id, func.count()).where(Support.proposal_id.in_(proposal_ids))
    return dict(db.session.execute(query.group_by(Support.proposal_id)).all())


def is_supported_by(proposal_id: int, person_id: int) -> bool:
    """Tell whether a resident supports a proposal."""
    query = select(Support.id).where(Support.proposal_id == proposal_id, Support.person_id == person_id)
    return db.session.scalar(query) is not None


def answers(proposal_id: int) -> Sequence[Answer]:
    """Read the answers to a proposal, newest first."""
    query = select(Answer).where(Answer.proposal_id == proposal_id)
    return db.session.scalars(query.order_by(Answer.id.desc())).all()


def queue(government_ids: Collection[int], status: ProposalStatus | None = None) -> Select[Proposal]:
    """Select what waits in an office: for moderation, or (without status) for an answer; oldest first."""
    query = select(Proposal).where(Proposal.government_id.in_(government_ids))
    if status is not None:
        return query.where(Proposal.status == status).order_by(Proposal.created_at, Proposal.id)
    unanswered = ~exists().where(Answer.proposal_id == Proposal.id)
    return query.where(Proposal.status == ProposalStatus.PUBLISHED, unanswered).order_by(
        Proposal.published_at, Proposal.id
    )


def own_proposals(person_id: int) -> Sequence[Proposal]:
    """Read a resident's own proposals in any state, newest first."""
    query = select(Proposal).where(Proposal.author_id == person_id).order_by(Proposal.id.desc())
    return db.session.scalars(query).all()


def similar_proposals(title: str, body: str, *, region_code: str | None = None) -> Sequence[Proposal]:
    """Find up to five published proposals whose words are much like these; the likest first."""
    mine = rules.bigrams(f"{title} {body}")
    title_only = rules.bigrams(title)
    query = select(Proposal.id, Proposal.title, Proposal.body).where(
        Proposal.status == ProposalStatus.PUBLISHED, not_hidden(Kind.PROPOSAL, Proposal.id)
    )
    if region_code:
        query = query.where(Proposal.region_code.in_({region_code, region_code[:4] + "00", region_code[:2] + "0000"}))
    scored = []
    for number, other_title, other_body in db.session.execute(
        query.order_by(Proposal.id.desc()).limit(SIMILARITY_POOL)
    ):
        whole = rules.likeness(mine, rules.bigrams(f"{other_title} {other_body}"))
        scored.append((max(whole, rules.likeness(title_only, rules.bigrams(other_title))), number))
    scored.sort(reverse=True)
    likest = [number for score, number in scored[:MOST_SIMILAR] if score >= rules.SIMILAR_ENOUGH]
    found = {item.id: item for item in db.session.scalars(visible_proposals().where(Proposal.id.in_(likest)))}
    return [found[number] for number in likest if number in found]


def proposals_of_need(need_id: int) -> Sequence[Proposal]:
    """Read the public proposals gathered into a need, in the order they were published."""
    numbers = [int(number) for number in ring.sources(Relation.GATHERED_INTO, [str(need_id)]).get(str(need_id), [])]
    query = visible_proposals().where(Proposal.id.in_(numbers))
    return db.session.scalars(query.order_by(Proposal.published_at, Proposal.id)).all()


def need_figures(need_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Count, for many needs at once, their proposals and the residents who support any of them."""
    links = ring.sources(Relation.GATHERED_INTO, [str(number) for number in need_ids])
    of_proposal = {int(number): int(need_id) for need_id, numbers in links.items() for number in numbers}
    people: dict[int, set[int]] = {number: set() for number in need_ids}
    rows = db.session.execute(
        select(Support.proposal_id, Support.person_id).where(Support.proposal_id.in_(of_proposal))
    )
    for proposal_id, person_id in rows:
        people[of_proposal[proposal_id]].add(person_id)
    return {number: (len(links.get(str(number), ())), len(people[number])) for number in need_ids}


def need_fates(items: Sequence[Need]) -> dict[int, tuple[bool, int]]:
    """Tell of many needs whether a line of a published plan answers them, and how many days old they are."""
    lines = ring.targets(Relation.ANSWERED_BY, [str(item.id) for item in items])
    seen = ring.describe((Kind.PLAN_LINE, number) for numbers in lines.values() for number in numbers)
    public = {number for _, number in seen}
    now = clock.now()
    return {item.id: (bool(public & set(lines.get(str(item.id), ()))), (now - item.created_at).days) for item in items}


def describe_proposals(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name proposals for the ring."""
    query = visible_proposals().where(Proposal.id.in_([int(number) for number in ids]))
    return {
        str(item.id): Described(item.title, item.title_en, "demand.show", {"proposal_id": item.id})
        for item in db.session.scalars(query)
    }


def describe_needs(ids: Sequence[str]) -> Mapping[str, Described]:
    """Name needs for the ring."""
    query = visible_needs().where(Need.id.in_([int(number) for number in ids]))
    return {
        str(item.id): Described(
            f"{item.title}（{item.year}年）",
            f"{item.title_en or item.title} ({item.year})",
            "demand.need",
            {"need_id": item.id},
        )
        for item in db.session.scalars(query)
    }


def _in_stage(stage: str) -> ColumnElement[bool]:
    answered = exists().where(Answer.proposal_id == Proposal.id)
    if stage == "planned":
        return exists().where(
            RingLink.relation == Relation.GATHERED_INTO, RingLink.from_id == cast(Proposal.id, String)
        )
    return answered if stage == "answered" else ~answered


def _standing(
    item: Proposal,
    counts: Mapping[int, int],
    answers_: Mapping[int, Answer],
    gathered: Mapping[str, Sequence[str]],
    now: datetime,
) -> Standing:
    since = item.published_at or item.created_at
    answer = answers_.get(item.id)
    return Standing(
        supports=counts.get(item.id, 0),
        answer=answer,
        need_ids=gathered.get(str(item.id), ()),
        waiting=rules.waiting(since, now, is_answered=answer is not None),
        age_days=(now - since).days,
    )


def _one(found: Found | None) -> Found:
    if found is None:
        raise NotFoundError
    return found
