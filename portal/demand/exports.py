"""Proposals, needs and the demand summary as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.classification.queries import category_name, region_name
from portal.demand import queries, rules
from portal.demand.models import Need, Proposal
from portal.exporting.dataset import ID, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.following import Affected, Follows
from portal.exporting.table import Table
from portal.kernel.text import N_
from portal.ring.rules import Kind
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portal.web.filters import Filters

_SUMMED = ("id", "url", "updated_at", "title", "year", "proposals", "supporters", "is_answered", "age_days")
_PLACE = (
    Column("region", N_("Region"), description=N_("Code of GB/T 2260.")),
    Column("category", N_("Category"), description=N_("Code of the guiding catalogue.")),
)


def _proposals(items: Sequence[Proposal]) -> Iterator[Mapping[str, object]]:
    standings = queries.standings(items)
    for item in items:
        standing = standings[item.id]
        yield {
            "id": item.id,
            "url": links.absolute("demand.show", proposal_id=item.id),
            "updated_at": item.changed_at,
            "reference": rules.reference(item.id, item.year),
            "title": item.title,
            "title_en": item.title_en,
            "body": item.body,
            "beneficiaries": item.beneficiaries,
            "people_count": item.people_count,
            "region": item.region_code,
            "category": item.category_code,
            "published_at": item.published_at,
            "supports": standing.supports,
            "waiting": standing.waiting.value,
            "verdict": standing.answer.verdict.value if standing.answer else None,
            "answer": standing.answer.reason if standing.answer else None,
            "needs": " ".join(standing.need_ids),
        }


def _needs(items: Sequence[Need]) -> Iterator[Mapping[str, object]]:
    figures, fates = queries.need_figures([item.id for item in items]), queries.need_fates(items)
    for item in items:
        proposals, supporters = figures[item.id]
        is_answered, age = fates[item.id]
        yield {
            "id": item.id,
            "url": links.absolute("demand.need", need_id=item.id),
            "updated_at": item.changed_at,
            "title": item.title,
            "title_en": item.title_en,
            "description": item.description,
            "region": item.region_code,
            "category": item.category_code,
            "year": item.year,
            "proposals": proposals,
            "supporters": supporters,
            "is_answered": is_answered,
            "age_days": age,
        }


def summary_rows(filters: Filters) -> Iterator[Mapping[str, object]]:
    """Give the demand summary for officials: one row a need, then one for each proposal in none."""
    for row in NEED_ROWS(filters):
        yield {
            **{name: row[name] for name in _SUMMED},
            "kind": "need",
            "region": row["region"],
            "region_name": region_name(str(row["region"])),
            "category": row["category"],
            "category_name": category_name(str(row["category"])),
        }
    yield from Table(queries.proposals, _in_no_need, key=(Proposal.id,))(filters)


def _in_no_need(items: Sequence[Proposal]) -> Iterator[Mapping[str, object]]:
    standings = queries.standings(items)
    for item in items:
        standing = standings[item.id]
        if standing.need_ids:
            continue
        yield {
            "id": item.id,
            "url": links.absolute("demand.show", proposal_id=item.id),
            "updated_at": item.changed_at,
            "title": item.title,
            "year": item.year,
            "proposals": 1,
            "supporters": standing.supports,
            "is_answered": standing.answer is not None,
            "age_days": standing.age_days,
            "kind": "proposal",
            "region": item.region_code,
            "region_name": region_name(item.region_code),
            "category": item.category_code,
            "category_name": category_name(item.category_code),
        }


NEED_ROWS = Table(queries.needs, _needs, key=(Need.id,))
PROPOSALS = Dataset(
    name="proposals",
    title=N_("Proposals"),
    description=N_("Every public proposal with its supports and its newest answer."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("reference", N_("Reference")),
        Column("title", N_("Title")),
        Column("title_en", N_("English title")),
        Column("body", N_("Text")),
        Column("beneficiaries", N_("For whom")),
        Column("people_count", N_("People"), ColumnType.INTEGER, description=N_("As the author estimates.")),
        *_PLACE,
        Column("published_at", N_("Published"), ColumnType.DATETIME),
        Column("supports", N_("Supports"), ColumnType.INTEGER, description=N_("Residents who want the same; exact.")),
        Column("waiting", N_("Waiting"), description=N_("answered, in-time, overdue or long-overdue.")),
        Column("verdict", N_("Verdict"), description=N_("accepted, considering or rejected.")),
        Column("answer", N_("Answer")),
        Column("needs", N_("Needs"), description=N_("Numbers of the needs it became part of.")),
    ),
    rows=Table(queries.proposals, _proposals, key=(Proposal.id,)),
    filters=("q", "region", "category", "year", "from", "stage"),
    choices={"stage": queries.STAGES},
    follows=Follows(Kind.PROPOSAL, once_public=queries.once_public),
)  # fmt: skip
NEEDS = Dataset(
    name="needs",
    title=N_("Needs"),
    description=N_("Every need with the number of its proposals and supporters."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("title", N_("Title")),
        Column("title_en", N_("English title")),
        Column("description", N_("Description")),
        *_PLACE,
        Column("year", N_("Year"), ColumnType.INTEGER, description=N_("Year of the plan it is for.")),
        Column("proposals", N_("Proposals"), ColumnType.INTEGER),
        Column("supporters", N_("Supporters"), ColumnType.INTEGER, description=N_("Residents, each counted once.")),
        Column("is_answered", N_("Answered"), ColumnType.BOOLEAN, description=N_("Whether a plan line answers it.")),
        Column("age_days", N_("Age"), ColumnType.INTEGER, unit="d"),
    ),
    rows=NEED_ROWS,
    filters=("q", "region", "category", "year"),
    follows=Follows(Kind.NEED, also=(Affected(Kind.PROPOSAL, queries.needs_of_proposals),)),
)  # fmt: skip
DEMAND_SUMMARY = Dataset(
    name="demand-summary",
    title=N_("Demand summary"),
    description=N_("Needs, and proposals that are in no need yet, for officials who plan."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("kind", N_("Kind"), description=N_("need, or proposal where it is in no need.")),
        Column("title", N_("Title")),
        Column("region", N_("Region"), description=N_("Code of GB/T 2260.")),
        Column("region_name", N_("Name of the region")),
        Column("category", N_("Category"), description=N_("Code of the guiding catalogue.")),
        Column("category_name", N_("Name of the category")),
        Column("year", N_("Year"), ColumnType.INTEGER),
        Column("proposals", N_("Proposals"), ColumnType.INTEGER),
        Column("supporters", N_("Supporters"), ColumnType.INTEGER, description=N_("Residents, each counted once.")),
        Column("is_answered", N_("Answered"), ColumnType.BOOLEAN),
        Column("age_days", N_("Age"), ColumnType.INTEGER, unit="d"),
    ),
    rows=summary_rows,
    permission="demand.export",
)  # fmt: skip
