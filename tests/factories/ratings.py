"""Services and what residents say of them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

from portal.accounts.actions import add_person
from portal.kernel import clock
from portal.parties.models import Organization
from portal.parties.rules import name_key
from portal.ratings.actions import Opinion, rate_service
from portal.services.actions import list_service
from portal.services.listing.statements import Listing, statement
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.services.models import Service

MONDAY = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_numbers = count(1)


def make_resident() -> int:
    return add_person(f"resident-{next(_numbers)}@example.org").id


def make_organization(name: str = "郑州市养老服务中心", *, government_id: int | None = None) -> int:
    with transaction():
        made = Organization(name=name, name_key=name_key(name), government_id=government_id, changed_at=clock.now())
        db.session.add(made)
        db.session.flush()
        return made.id


def make_service(
    name: str = "社区助餐", *, provider_id: int | None = None, buyer_id: int | None = None, category_code: str = "A0201"
) -> Service:
    listing = Listing(
        name=name, description="每日午餐送到家", name_en="Community meals", provider_id=provider_id, buyer_id=buyer_id,
        category_code=category_code,
    )  # fmt: skip
    return list_service(statement(listing))


def rate(service_id: int, levels: Sequence[int], *, at: datetime = MONDAY) -> None:
    """Let one new resident give each of the levels."""
    with clock.frozen(at):
        for level in levels:
            rate_service(service_id, Opinion(level), by=make_resident())
