"""Who may publish."""

from __future__ import annotations

from portal.accounts.rules import Role

GRANTS = {
    Role.PUBLISHER: frozenset({"release.draft", "office.enter"}),
    Role.APPROVER: frozenset({"release.publish", "office.enter"}),
}
