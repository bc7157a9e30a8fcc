"""Who may keep listings: whoever drafts releases drafts them, whoever approves releases approves them."""

from __future__ import annotations

from portal.accounts.rules import Role

EDIT, PUBLISH, REPORT = "service.edit", "service.publish", "service.report"
GRANTS = {
    Role.RESIDENT: frozenset({REPORT}),
    Role.PUBLISHER: frozenset({EDIT, "office.enter"}),
    Role.APPROVER: frozenset({EDIT, PUBLISH, "office.enter"}),
}
