"""Plans as they can be found, by the words of their lines too."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.text import N_
from portal.planning import queries
from portal.planning.models import Plan, PlanLine
from portal.ring.rules import Kind
from portal.search.port import Indexer, SearchDocument, document_key
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _documents(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    query, in_plans = queries.visible_plans(), queries.visible_lines()
    if ids is not None:
        numbers = [int(number) for number in ids]
        query, in_plans = query.where(Plan.id.in_(numbers)), in_plans.where(PlanLine.plan_id.in_(numbers))
    lines: dict[int, list[PlanLine]] = defaultdict(list)
    for line in db.session.scalars(in_plans.order_by(PlanLine.number)):
        lines[line.plan_id].append(line)
    for plan in db.session.scalars(query):
        yield _document(plan, lines[plan.id])


def _document(plan: Plan, lines: Sequence[PlanLine]) -> SearchDocument:
    chinese = [plan.introduction, plan.government.name]
    english = [plan.introduction_en, plan.government.name_en]
    for line in lines:
        chinese += [line.title, line.beneficiaries, line.quality_target, line.rationale]
        english += [line.title_en, line.beneficiaries_en, line.quality_target_en, line.rationale_en]
    return SearchDocument(
        key=document_key(Kind.PLAN, plan.id), kind=Kind.PLAN, object_id=str(plan.id), title=plan.title,
        title_en=plan.title_en, body="\n".join(filter(None, chinese)), body_en="\n".join(filter(None, english)),
        region=plan.government.region_code, year=plan.year, date=clock.day_of(plan.published_at or plan.changed_at),
        amount_fen=sum(line.budget_fen for line in lines),
    )  # fmt: skip


def _plans_of_lines(kind: str, ids: Sequence[str]) -> list[str]:
    """Tell the plans that a hidden or restored line changes."""
    return queries.plan_ids_of(ids) if kind == Kind.PLAN_LINE else []


PLANS = Indexer(Kind.PLAN, _documents, N_("Plans"), affected=_plans_of_lines, is_suggested=True)
