"""Who may receive and publish documents: whoever drafts and publishes releases."""

from __future__ import annotations

from portal.accounts.rules import Role

DRAFT, PUBLISH = "document.draft", "document.publish"
GRANTS = {
    Role.PUBLISHER: frozenset({DRAFT, PUBLISH, "office.enter"}),
    Role.APPROVER: frozenset({DRAFT, PUBLISH, "office.enter"}),
}
