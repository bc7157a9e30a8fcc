"""Who may do what: each capability declares it for the roles, `capabilities.py` joins it here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.accounts.rules import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portal.accounts.models import RoleGrant

GRANTS: Mapping[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset({"account.administer"}),
}

_granted: dict[Role, frozenset[str]] = {}


def join(declared: Iterable[Mapping[Role, frozenset[str]]]) -> None:
    """Take the declarations of all capabilities."""
    tables = list(declared)
    for role in Role:
        _granted[role] = frozenset().union(*(table.get(role, frozenset()) for table in tables))


def allowed_to(role: Role) -> frozenset[str]:
    """List what a role may do."""
    return _granted.get(role, frozenset())


@dataclass(frozen=True)
class SignedInActor:
    """A signed-in person as the web layer sees them. Staff roles count only after a second factor."""

    person_id: int
    is_staff: bool
    grants: tuple[RoleGrant, ...]

    def can(self, permission: str, *, government_id: int | None = None, organization_id: int | None = None) -> bool:
        """Tell whether a role allows it; for that government or organisation if one is given."""
        if government_id is None and organization_id is None and permission in allowed_to(Role.RESIDENT):
            return True
        return any(
            permission in allowed_to(grant.role)
            and government_id in (None, grant.government_id)
            and organization_id in (None, grant.organization_id)
            for grant in self.grants
        )

    def government_ids_for(self, permission: str) -> frozenset[int]:
        """Tell for which governments a role allows it."""
        return frozenset(
            grant.government_id
            for grant in self.grants
            if grant.government_id is not None and permission in allowed_to(grant.role)
        )
