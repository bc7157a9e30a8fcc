"""Who may say that two organisations are one."""

from __future__ import annotations

from portal.accounts.rules import Role

MERGE = "organization.merge"

GRANTS = {
    Role.PUBLISHER: frozenset({MERGE, "office.enter"}),
    Role.APPROVER: frozenset({MERGE, "office.enter"}),
    Role.ADMINISTRATOR: frozenset({MERGE, "office.enter"}),
}
