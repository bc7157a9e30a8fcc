"""Governments, their needs, and plans in every state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.accounts.actions import grant_role
from portal.accounts.rules import Role
from portal.classification.models import Category, Region
from portal.classification.queries import forget
from portal.demand.actions import NeedText, create_need
from portal.kernel import clock
from portal.parties.actions import add_government
from portal.planning import actions
from portal.planning.actions import LineText, PlanText
from portal.planning.rules import Method
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.ratings import make_resident

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.planning.models import Plan, PlanLine

REGION, CATEGORY = "410100", "A0201"


def make_reference_data() -> None:
    with transaction():
        db.session.merge(
            Region(code=REGION, name="郑州市", name_en="Zhengzhou", level="prefecture", source="GB/T 2260")
        )
        category = Category(
            code=CATEGORY, name="养老服务", name_en="Elderly care", level=2, scheme="目录", valid_from=clock.today(),
            status="checked",
        )  # fmt: skip
        db.session.merge(category)
    forget()


def make_government(name: str = "郑州市人民政府", *, parent: int | None = None) -> int:
    make_reference_data()
    return add_government(name, name_en="Zhengzhou Government", region_code=REGION, parent_id=parent).id


def make_planner(government: int) -> int:
    return _staff(government, Role.PLANNER)


def make_approver(government: int) -> int:
    return _staff(government, Role.APPROVER)


def make_need(government: int, title: str = "助餐点太少") -> int:
    return create_need(NeedText(title, REGION, CATEGORY, 2027), government_id=government).id


def line_text(title: str = "社区助餐服务", *, yuan: int = 1000, deviation: str | None = None) -> LineText:
    return LineText(
        title=title, category_code=CATEGORY, region_code=REGION, budget_fen=yuan * 100, method=Method.OPEN,
        deviation=deviation,
    )  # fmt: skip


def make_plan(government: int, *, by: int, year: int = 2027) -> Plan:
    text = PlanText(f"{year}年购买服务计划", f"Plan {year}")
    return actions.draft_plan(text, government_id=government, year=year, by=by)


def make_line(plan: Plan, needs: Sequence[int], *, by: int, text: LineText | None = None) -> PlanLine:
    return actions.add_line(plan.id, text or line_text(), needs=needs, by=by, governments={plan.government_id})


def make_submitted_plan(government: int) -> Plan:
    """Submit a plan with one line."""
    planner = make_planner(government)
    plan = make_plan(government, by=planner)
    make_line(plan, [make_need(government)], by=planner)
    actions.submit_plan(plan.id, by=planner, governments={government})
    return plan


def make_published_plan(government: int, needs: Sequence[int]) -> Plan:
    """Publish a plan with one line for each need."""
    planner, approver = make_planner(government), make_approver(government)
    plan = make_plan(government, by=planner)
    for need in needs:
        make_line(plan, [need], by=planner)
    actions.submit_plan(plan.id, by=planner, governments={government})
    return actions.publish_plan(plan.id, revision=plan.revision, by=approver, governments={government})


def _staff(government: int, role: Role) -> int:
    person = make_resident()
    grant_role(person, role, government_id=government)
    return person
