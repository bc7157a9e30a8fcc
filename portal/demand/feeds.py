"""Proposals and needs as feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext
from sqlalchemy import select

from portal.classification.queries import category_name, region_name
from portal.demand import queries
from portal.demand.models import Need, Proposal
from portal.demand.rules import VERDICT_NAMES, ProposalStatus
from portal.feeds.listing import Listed, Rows
from portal.feeds.spec import LATEST, Category, Entry, FeedSource, Gone, Subject, ThingFeed
from portal.kernel.text import N_
from portal.moderation.feeds import numbers_hidden
from portal.ring.feeds import linked
from portal.ring.rules import Kind
from portal.storage.database import db
from portal.web import links
from portal.web.filters import as_number
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select

    from portal.demand.models import Answer
    from portal.web.filters import Filters


def _categories(item: Proposal | Need) -> list[Category]:
    return [
        Category(item.category_code, label=category_name(item.category_code)),
        Category(item.region_code, label=region_name(item.region_code)),
    ]


def _proposals(items: Sequence[Proposal]) -> list[Entry]:
    return [
        Entry(
            kind="proposal", object_id=str(item.id), title=pick(item.title, item.title_en),
            url=links.absolute("demand.show", proposal_id=item.id), updated_at=item.changed_at,
            published_at=item.published_at, summary=pick(item.body, item.body_en), categories=_categories(item),
        )
        for item in items
    ]  # fmt: skip


def _needs(items: Sequence[Need]) -> list[Entry]:
    return [
        Entry(
            kind="need", object_id=str(item.id), title=pick(item.title, item.title_en),
            url=links.absolute("demand.need", need_id=item.id), updated_at=item.changed_at,
            published_at=item.created_at, summary=pick(item.description, item.description_en),
            categories=_categories(item),
        )
        for item in items
    ]  # fmt: skip


def _ever_proposed(filters: Filters) -> Select[Proposal]:
    return queries.proposals(filters, among=select(Proposal).where(Proposal.published_at.is_not(None)))


def _proposals_went(numbers: Sequence[int] | None) -> Mapping[int, Gone]:
    """Tell which proposals went: hidden, or taken back by their authors."""
    query = select(Proposal.id, Proposal.changed_at).where(
        Proposal.published_at.is_not(None), Proposal.status != ProposalStatus.PUBLISHED
    )
    if numbers is not None:
        query = query.where(Proposal.id.in_(numbers))
    rows = db.session.execute(query.order_by(Proposal.changed_at.desc()).limit(LATEST))
    taken_back = {number: Gone(Kind.PROPOSAL, str(number), at) for number, at in rows}
    return taken_back | numbers_hidden(Kind.PROPOSAL)(numbers)


def _of_proposal(number: str) -> Subject:
    found = queries.proposal(as_number(number))
    return Subject(str(found.id), pick(found.title, found.title_en), Listed(lambda _filters: _proposal_history(found)))


def _proposal_history(item: Proposal) -> list[Entry]:
    """Tell what became of a proposal: its answers, and what it was joined to."""
    url = links.absolute("demand.show", proposal_id=item.id)
    answers = [
        Entry(
            kind="answer", object_id=str(answer.id), title=_answered(answer), url=url,
            updated_at=answer.at, summary=pick(answer.reason, answer.reason_en),
        )
        for answer in queries.answers(item.id)
    ]  # fmt: skip
    return [*_proposals([item]), *answers, *linked([(Kind.PROPOSAL, str(item.id))])]


def _answered(answer: Answer) -> str:
    return str(gettext("The government answered: %(verdict)s", verdict=gettext(VERDICT_NAMES[answer.verdict])))


def _of_need(number: str) -> Subject:
    found = queries.need(as_number(number))
    history = Listed(lambda _filters: [*_needs([found]), *linked([(Kind.NEED, str(found.id))])])
    return Subject(str(found.id), pick(found.title, found.title_en), history)


OF_PROPOSAL = ThingFeed(
    "proposals",
    N_("One proposal"),
    N_("What becomes of one proposal: its answers, the need it is part of."),
    "demand.show",
    "proposal_id",
    _of_proposal,
    kind=Kind.PROPOSAL,
)
OF_NEED = ThingFeed(
    "needs",
    N_("One need"),
    N_("What becomes of one need: its proposals, the plan lines that answer it."),
    "demand.need",
    "need_id",
    _of_need,
    kind=Kind.NEED,
)
PROPOSALS = FeedSource(
    "proposals",
    N_("Proposals"),
    N_("What residents ask for, and the answers they get."),
    "demand.index",
    Rows(
        kind=Kind.PROPOSAL,
        visible=queries.proposals,
        ever=_ever_proposed,
        write=_proposals,
        id=Proposal.id,
        published=Proposal.published_at,
        changed=Proposal.changed_at,
        went=_proposals_went,
    ),
)
NEEDS = FeedSource(
    "needs",
    N_("Needs"),
    N_("What proposals came to, for the next plan."),
    "demand.needs",
    Rows(
        kind=Kind.NEED,
        visible=queries.needs,
        ever=lambda filters: queries.needs(filters, among=select(Need)),
        write=_needs,
        id=Need.id,
        published=Need.created_at,
        changed=Need.changed_at,
        went=numbers_hidden(Kind.NEED),
    ),
)
