"""Proposals and needs as they can be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.demand import queries, rules
from portal.demand.models import Need, Proposal
from portal.kernel import clock
from portal.kernel.text import N_
from portal.ring.rules import Kind
from portal.search.port import Indexer, SearchDocument, document_key
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _proposals(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query = queries.visible_proposals()
    if ids is not None:
        query = query.where(Proposal.id.in_([int(number) for number in ids]))
    for item in db.session.scalars(query):
        reference = rules.reference(item.id, item.year)
        yield SearchDocument(
            key=document_key(Kind.PROPOSAL, item.id), kind=Kind.PROPOSAL, object_id=str(item.id), title=item.title,
            title_en=item.title_en, body=f"{item.body}\n{item.beneficiaries}\n{reference}", body_en=item.body_en,
            region=item.region_code, category=item.category_code, year=item.year,
            date=clock.day_of(item.published_at or item.created_at),
        )  # fmt: skip


def _needs(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query = queries.visible_needs()
    if ids is not None:
        query = query.where(Need.id.in_([int(number) for number in ids]))
    for item in db.session.scalars(query):
        yield SearchDocument(
            key=document_key(Kind.NEED, item.id), kind=Kind.NEED, object_id=str(item.id), title=item.title,
            title_en=item.title_en, body=item.description, body_en=item.description_en, region=item.region_code,
            category=item.category_code, year=item.year, date=clock.day_of(item.created_at),
        )  # fmt: skip


PROPOSALS = Indexer(Kind.PROPOSAL, _proposals, N_("Proposals"), is_suggested=True)
NEEDS = Indexer(Kind.NEED, _needs, N_("Needs"), is_suggested=True)
