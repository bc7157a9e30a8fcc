"""Who sees drafts; who writes and approves them is said with the releases."""

from __future__ import annotations

from portal.accounts.rules import Role

READ, DRAFT, PUBLISH = "release.read", "release.draft", "release.publish"
GRANTS = {
    Role.PUBLISHER: frozenset({READ}),
    Role.APPROVER: frozenset({READ}),
}
