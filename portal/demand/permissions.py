"""Who may do what with demand."""

from __future__ import annotations

from portal.accounts.rules import Role

GRANTS = {
    Role.RESIDENT: frozenset({"proposal.create", "proposal.support"}),
    Role.MODERATOR: frozenset({"proposal.moderate", "office.enter"}),
    Role.PLANNER: frozenset({"proposal.answer", "proposal.gather", "demand.export", "office.enter", "office.export"}),
}
