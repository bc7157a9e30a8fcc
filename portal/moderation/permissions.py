"""Who may hide and restore."""

from __future__ import annotations

from portal.accounts.rules import Role

GRANTS = {Role.MODERATOR: frozenset({"moderation.hide", "office.enter"})}
