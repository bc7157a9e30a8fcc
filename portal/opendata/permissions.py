"""Who may take the officials' exports; each dataset asks for a permission of its own besides."""

from __future__ import annotations

from portal.accounts.rules import Role

EXPORT = "office.export"
_STAFF = (Role.PUBLISHER, Role.APPROVER, Role.MODERATOR, Role.PLANNER, Role.ADMINISTRATOR)
GRANTS: dict[Role, frozenset[str]] = {role: frozenset({EXPORT}) for role in _STAFF}
