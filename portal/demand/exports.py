"""Proposals, needs and the demand summary as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.classification.exports import CATEGORY, REGION
from portal.classification.queries import category_name, region_name
from portal.demand import queries, rules
from portal.demand.models import Need, Proposal
from portal.exporting import meanings
from portal.exporting.codelists import Codelist, of_names
from portal.exporting.dataset import NUMBER, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.following import Affected, Follows
from portal.exporting.table import Table
from portal.kernel.text import N_
from portal.ring.rules import Kind
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portal.web.filters import Filters

_SUMMED = ("id", "url", "updated_at", "title", "year", "proposals", "supporters", "is_answered", "age_days")
_PLACE = (REGION, CATEGORY)
_FIGURES = (
    Column(
        "proposals", N_("Proposals"), ColumnType.INTEGER, unit="1", description=N_("How many belong to it."),
        source=meanings.COMPUTED,
    ),
    Column(
        "supporters", N_("Supporters"), ColumnType.INTEGER, unit="1", description=meanings.SUPPORTERS,
        source=meanings.COMPUTED,
    ),
    Column(
        "is_answered", N_("Answered"), ColumnType.BOOLEAN, description=N_("Whether a plan line answers it."),
        source=meanings.COMPUTED,
    ),
    Column(
        "age_days", N_("Age"), ColumnType.INTEGER, unit="d", description=N_("Days since it was published."),
        source=meanings.COMPUTED,
    ),
)  # fmt: skip
VERDICTS = Codelist("verdicts", N_("Verdicts on proposals"), codes=of_names(rules.VERDICT_NAMES))
WAITING = Codelist("waiting", N_("How long proposals wait"), codes=of_names(rules.WAITING_NAMES))


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
        NUMBER, URL, UPDATED_AT,
        Column("reference", N_("Reference"), description=N_("Number told to the author."), source=meanings.GIVEN),
        Column("title", N_("Title"), description=N_("As the author wrote it."), source=meanings.RESIDENT),
        Column("title_en", N_("English title"), description=meanings.IN_ENGLISH, source=meanings.OFFICE),
        Column("body", N_("Text"), description=N_("As the author wrote it."), source=meanings.RESIDENT),
        Column("beneficiaries", N_("For whom"), description=N_("As the author wrote it."), source=meanings.RESIDENT),
        Column(
            "people_count", N_("People"), ColumnType.INTEGER, unit="1", description=N_("As the author estimates."),
            source=meanings.RESIDENT,
        ),
        *_PLACE,
        Column(
            "published_at", N_("Published"), ColumnType.DATETIME,
            description=N_("When everybody could read it first."), source=meanings.GIVEN,
        ),
        Column(
            "supports", N_("Supports"), ColumnType.INTEGER, unit="1",
            description=N_("Residents who want the same; exact."), source=meanings.COMPUTED,
        ),
        Column(
            "waiting", N_("Waiting"), description=N_("answered, in-time, overdue or long-overdue."),
            codelist=WAITING, source=meanings.COMPUTED,
        ),
        Column(
            "verdict", N_("Verdict"), description=N_("accepted, considering or rejected."), codelist=VERDICTS,
            source=meanings.OFFICE,
        ),
        Column("answer", N_("Answer"), description=N_("The newest one, with its reasons."), source=meanings.OFFICE),
        Column(
            "needs", N_("Needs"), description=N_("Numbers of the needs it became part of."), source=meanings.OFFICE,
        ),
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
        NUMBER, URL, UPDATED_AT,
        Column("title", N_("Title"), description=meanings.IN_CHINESE, source=meanings.OFFICE),
        Column("title_en", N_("English title"), description=meanings.IN_ENGLISH, source=meanings.OFFICE),
        Column("description", N_("Description"), description=N_("What the proposals ask for."), source=meanings.OFFICE),
        *_PLACE,
        Column(
            "year", N_("Year"), ColumnType.INTEGER, description=N_("Year of the plan it is for."),
            source=meanings.OFFICE,
        ),
        *_FIGURES,
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
        NUMBER, URL, UPDATED_AT,
        Column(
            "kind", N_("Kind"), description=N_("need, or proposal where it is in no need."), source=meanings.COMPUTED,
        ),
        Column("title", N_("Title"), description=meanings.IN_CHINESE, source=meanings.OFFICE),
        REGION,
        Column("region_name", N_("Name of the region"), description=meanings.IN_CHINESE, source="GB/T 2260"),
        CATEGORY,
        Column("category_name", N_("Name of the category"), description=meanings.IN_CHINESE, source=meanings.OFFICE),
        Column(
            "year", N_("Year"), ColumnType.INTEGER, description=N_("Year of the plan it is for."),
            source=meanings.OFFICE,
        ),
        *_FIGURES,
    ),
    rows=summary_rows,
    permission="demand.export",
)  # fmt: skip
