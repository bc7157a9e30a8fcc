"""Plans and their lines as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.classification.exports import CATEGORY, REGION
from portal.exporting import meanings
from portal.exporting.codelists import Codelist, of_names
from portal.exporting.dataset import NUMBER, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.following import Affected, Follows
from portal.exporting.table import Table
from portal.kernel.text import N_
from portal.planning import queries
from portal.planning.models import Plan, PlanLine
from portal.planning.rules import METHOD_NAMES
from portal.ring.queries import targets
from portal.ring.rules import Kind, Relation
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def _plan_rows(plans: Sequence[Plan]) -> Iterator[Mapping[str, object]]:
    figures = queries.plan_figures([plan.id for plan in plans])
    return (_plan_row(plan, *figures.get(plan.id, (0, 0))) for plan in plans)


def _plan_row(plan: Plan, lines: int, fen: int) -> Mapping[str, object]:
    return {
        "id": plan.id,
        "url": links.absolute("planning.show", plan_id=plan.id),
        "updated_at": plan.changed_at,
        "government": plan.government.name,
        "region": plan.government.region_code,
        "year": plan.year,
        "title": plan.title,
        "title_en": plan.title_en,
        "introduction": plan.introduction,
        "lines": lines,
        "budget_fen": fen,
        "published_at": plan.published_at,
        "ledger_position": plan.ledger_position,
    }


def _line_rows(lines: Sequence[PlanLine]) -> Iterator[Mapping[str, object]]:
    needs = queries.need_ids_of([line.id for line in lines])
    processes = targets(Relation.PURCHASED_THROUGH, [str(line.id) for line in lines])
    return (_line_row(line, needs.get(line.id, ()), processes.get(str(line.id), ())) for line in lines)


def _line_row(line: PlanLine, needs: Sequence[int], ocids: Sequence[str]) -> Mapping[str, object]:
    return {
        "id": line.id,
        "url": links.absolute("planning.line", plan_id=line.plan_id, number=line.number),
        "updated_at": line.plan.changed_at,
        "plan": line.plan_id,
        "year": line.plan.year,
        "number": line.number,
        "title": line.title,
        "title_en": line.title_en,
        "category": line.category_code,
        "region": line.region_code,
        "beneficiaries": line.beneficiaries,
        "quantity": line.quantity,
        "unit": line.unit,
        "budget_fen": line.budget_fen,
        "method": line.method.value,
        "expected_month": line.expected_month,
        "quality_target": line.quality_target,
        "rationale": line.rationale,
        "deviation": line.deviation,
        "needs": " ".join(str(number) for number in needs),
        "processes": " ".join(ocids),
    }


METHODS = Codelist("plan-methods", N_("Methods of purchase in plans"), codes=of_names(METHOD_NAMES))
PLANS = Dataset(
    name="plans",
    title=N_("Plans"),
    description=N_("Every published purchasing plan."),
    columns=(
        NUMBER, URL, UPDATED_AT,
        Column("government", N_("Government"), description=N_("Whose plan it is."), source=meanings.OFFICE),
        REGION,
        Column("year", N_("Year"), ColumnType.INTEGER, description=N_("That the plan is for."), source=meanings.OFFICE),
        Column("title", N_("Title"), description=meanings.IN_CHINESE, source=meanings.OFFICE),
        Column("title_en", N_("English title"), description=meanings.IN_ENGLISH, source=meanings.OFFICE),
        Column("introduction", N_("Introduction"), description=meanings.IN_CHINESE, source=meanings.OFFICE),
        Column(
            "lines", N_("Lines"), ColumnType.INTEGER, unit="1", description=N_("How many lines the plan has."),
            source=meanings.COMPUTED,
        ),
        Column(
            "budget_fen", N_("Budget"), ColumnType.INTEGER, unit="fen", description=N_("Of all lines together."),
            source=meanings.COMPUTED,
        ),
        Column(
            "published_at", N_("Published"), ColumnType.DATETIME,
            description=N_("When everybody could read it first."), source=meanings.GIVEN,
        ),
        Column(
            "ledger_position", N_("Ledger entry"), ColumnType.INTEGER, description=meanings.LEDGER_ENTRY,
            source=meanings.LEDGER,
        ),
    ),
    rows=Table(queries.plans, _plan_rows, key=(Plan.id,)),
    filters=("q", "region", "category", "year"),
    follows=Follows(Kind.PLAN, (Affected(Kind.PLAN_LINE, queries.plan_ids_of),), queries.once_public),
)  # fmt: skip

PLAN_LINES = Dataset(
    name="plan-lines",
    title=N_("Plan lines"),
    description=N_("Every line of the published plans, with the needs it answers and the processes it became."),
    columns=(
        NUMBER, URL, UPDATED_AT,
        Column("plan", N_("Plan"), ColumnType.INTEGER, description=N_("Number of the plan."), source=meanings.GIVEN),
        Column("year", N_("Year"), ColumnType.INTEGER, description=N_("That the plan is for."), source=meanings.OFFICE),
        Column(
            "number", N_("Line"), ColumnType.INTEGER, description=N_("Number of the line within its plan."),
            source=meanings.OFFICE,
        ),
        Column("title", N_("Title"), description=meanings.IN_CHINESE, source=meanings.OFFICE),
        Column("title_en", N_("English title"), description=meanings.IN_ENGLISH, source=meanings.OFFICE),
        CATEGORY, REGION,
        Column("beneficiaries", N_("For whom"), description=meanings.IN_CHINESE, source=meanings.OFFICE),
        Column(
            "quantity", N_("Quantity"), ColumnType.INTEGER,
            description=N_("How much is planned, in the unit beside it."), source=meanings.OFFICE,
        ),
        Column("unit", N_("Unit"), description=N_("Of the quantity."), source=meanings.OFFICE),
        Column(
            "budget_fen", N_("Budget"), ColumnType.INTEGER, unit="fen",
            description=N_("Whole fen (hundredths of the currency)."), source=meanings.OFFICE,
        ),
        Column(
            "method", N_("Procurement method"), description=N_("How it is to be bought."), codelist=METHODS,
            source=meanings.OFFICE,
        ),
        Column(
            "expected_month", N_("Expected month"), ColumnType.INTEGER, description=N_("1 to 12."),
            source=meanings.OFFICE,
        ),
        Column("quality_target", N_("Quality target"), description=meanings.IN_CHINESE, source=meanings.OFFICE),
        Column("rationale", N_("Reasons"), description=N_("Why it is in the plan."), source=meanings.OFFICE),
        Column(
            "deviation", N_("Deviation"), description=N_("Why the line is in the plan though no need asks for it."),
            source=meanings.OFFICE,
        ),
        Column(
            "needs", N_("Needs that it answers"), description=N_("Numbers of the needs, with spaces between."),
            source=meanings.OFFICE,
        ),
        Column(
            "processes", N_("Contracting processes"), description=N_("OCDS identifiers, with spaces between."),
            source=meanings.OFFICE,
        ),
    ),
    rows=Table(queries.plan_lines, _line_rows, key=(PlanLine.id,)),
    filters=("q", "region", "category", "year"),
    follows=Follows(Kind.PLAN_LINE, (Affected(Kind.PLAN, queries.line_ids_of),), queries.lines_once_public),
)  # fmt: skip
