"""Who drafts plans and who approves them."""

from __future__ import annotations

from portal.accounts.rules import Role

GRANTS = {
    Role.PLANNER: frozenset({"plan.draft"}),
    Role.APPROVER: frozenset({"plan.publish", "office.enter"}),
}
