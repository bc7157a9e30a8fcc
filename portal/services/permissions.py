"""Who may keep listings: whoever drafts and publishes releases."""

from __future__ import annotations

from portal.accounts.rules import Role

EDIT, REPORT = "service.edit", "service.report"
GRANTS = {
    Role.RESIDENT: frozenset({REPORT}),
    Role.PUBLISHER: frozenset({EDIT, "office.enter"}),
    Role.APPROVER: frozenset({EDIT, "office.enter"}),
}
