"""Plans and their lines as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.exporting.dataset import ID, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.kernel.text import N_
from portal.planning import queries
from portal.storage.database import db
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portal.web.filters import Filters


def _rows(filters: Filters) -> Iterator[Mapping[str, object]]:
    for plan in db.session.scalars(queries.plans(filters)).all():
        lines = queries.lines(plan.id)
        needs = queries.needs_of_lines(lines)
        for item in lines:
            yield {
                "id": item.id,
                "url": links.absolute("planning.line", plan_id=plan.id, number=item.number),
                "updated_at": item.changed_at,
                "plan": plan.id,
                "year": plan.year,
                "government": plan.government_id,
                "number": item.number,
                "title": item.title,
                "title_en": item.title_en,
                "category": item.category_code,
                "region": item.region_code,
                "quantity": item.quantity,
                "unit": item.unit,
                "budget_fen": item.budget_fen,
                "method": item.method,
                "needs": " ".join(str(need.id) for need in needs[item.id]),
            }


PLANS = Dataset(
    name="plans",
    title=N_("Plans"),
    description=N_("Every line of every published plan, with the needs it answers."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("plan", N_("Plan"), ColumnType.INTEGER, description=N_("Number of the plan.")),
        Column("year", N_("Year"), ColumnType.INTEGER),
        Column("government", N_("Government"), ColumnType.INTEGER, description=N_("Number of the government.")),
        Column("number", N_("Line"), ColumnType.INTEGER),
        Column("title", N_("Title")),
        Column("title_en", N_("English title")),
        Column("category", N_("Category"), description=N_("Code of the guiding catalogue.")),
        Column("region", N_("Region"), description=N_("Code of GB/T 2260.")),
        Column("quantity", N_("Quantity"), ColumnType.INTEGER),
        Column("unit", N_("Unit")),
        Column("budget_fen", N_("Budget"), ColumnType.INTEGER, unit="fen", description=N_("Whole fen (hundredths of the currency).")),
        Column("method", N_("Method"), description=N_("OCDS codelist method.")),
        Column("needs", N_("Needs"), description=N_("Numbers of the needs it answers.")),
    ),
    rows=_rows,
)  # fmt: skip
