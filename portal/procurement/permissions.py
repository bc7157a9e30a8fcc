"""Who may publish."""

from __future__ import annotations

from portal.accounts.rules import Role

JOIN = "process.join"

GRANTS = {
    Role.PUBLISHER: frozenset({"release.draft", JOIN, "office.enter"}),
    Role.APPROVER: frozenset({"release.publish", JOIN, "office.enter"}),
}
