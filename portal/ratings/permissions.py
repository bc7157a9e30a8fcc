"""Who may do what with ratings."""

from __future__ import annotations

from portal.accounts.rules import Role

GRANTS = {
    Role.RESIDENT: frozenset({"rating.give"}),
    Role.PLANNER: frozenset({"rating.inform", "office.enter"}),
}
