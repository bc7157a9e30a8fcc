"""Public pages of plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from portal.classification.queries import category_name
from portal.parties.queries import government, governments
from portal.planning import queries, rules
from portal.ring.queries import neighbours
from portal.ring.rules import Kind
from portal.web import access, charts
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from portal.planning.models import PlanLine

bp = Blueprint("planning", __name__)
FEN_PER_WAN = 1_000_000


@bp.get("/plans")
@access.public
def index() -> ResponseReturnValue:
    """List published plans."""
    filters = Filters.from_request()
    page = paginate(queries.plans(filters), filters.page)
    names = {item.id: item for item in governments()}
    return render_template("planning/index.html", page=page, filters=filters, governments=names)


@bp.get("/plans/<int:plan_id>")
@access.public
def show(plan_id: int) -> ResponseReturnValue:
    """Show a plan: its lines with the needs they answer, its money, and what it leaves out."""
    plan = queries.plan(plan_id)
    lines = queries.lines(plan_id)
    return render_template(
        "planning/show.html", plan=plan, lines=lines, needs=queries.needs_of_lines(lines),
        omissions=queries.omissions(plan_id), government=government(plan.government_id), names=rules,
        money=charts.bars(_by_category(lines)), total_fen=sum(line.budget_fen for line in lines),
    )  # fmt: skip


@bp.get("/plans/<int:plan_id>/lines/<int:number>")
@access.public
def line(plan_id: int, number: int) -> ResponseReturnValue:
    """Show one line: the needs it answers, the ratings it rests on, the purchase it became."""
    plan, found = queries.plan(plan_id), queries.line(plan_id, number)
    needs = queries.needs_of_lines([found])[found.id]
    return render_template(
        "planning/line.html", plan=plan, line=found, needs=needs, ratings=queries.ratings_behind(needs), names=rules,
        neighbours=neighbours(Kind.PLAN_LINE, str(found.id)),
    )  # fmt: skip


def _by_category(lines: Sequence[PlanLine]) -> list[tuple[str, float]]:
    """Add up the money of each second-level category, in ten thousand yuan, the largest first."""
    money: dict[str, int] = {}
    for item in lines:
        code = item.category_code[:3]
        money[code] = money.get(code, 0) + item.budget_fen
    ordered = sorted(money.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(category_name(code), round(fen / FEN_PER_WAN, 2)) for code, fen in ordered]
