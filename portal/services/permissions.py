"""Who may keep listings: whoever drafts and publishes releases."""

from __future__ import annotations

from portal.accounts.rules import Role

EDIT = "service.edit"
GRANTS = {
    Role.PUBLISHER: frozenset({EDIT, "office.enter"}),
    Role.APPROVER: frozenset({EDIT, "office.enter"}),
}
