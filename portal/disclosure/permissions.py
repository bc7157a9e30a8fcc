"""Who may hand in documents, and who publishes them: as with releases, two persons."""

from __future__ import annotations

from portal.accounts.rules import Role

DRAFT, PUBLISH = "document.draft", "document.publish"
GRANTS = {
    Role.PUBLISHER: frozenset({DRAFT, "office.enter"}),
    Role.APPROVER: frozenset({DRAFT, PUBLISH, "office.enter"}),
}
