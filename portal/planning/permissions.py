"""Who may do what with plans."""

from __future__ import annotations

from portal.accounts.rules import Role

GRANTS = {
    Role.PLANNER: frozenset({"plan.read", "plan.draft", "office.enter"}),
    Role.APPROVER: frozenset({"plan.read", "plan.publish", "office.enter"}),
}
