"""Who may rate, and who may say what a rating informs."""

from __future__ import annotations

from portal.accounts.rules import Role

GRANTS = {
    Role.RESIDENT: frozenset({"service.rate"}),
    Role.PLANNER: frozenset({"rating.inform"}),
}
