"""Taking the names of organisations away that nothing public names any more, where the law asks for it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.kernel import clock
from portal.moderation.actions import hide
from portal.moderation.queries import mark
from portal.parties import rules
from portal.parties.models import Organization
from portal.parties.queries import KIND
from portal.storage.batches import batches
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

NAME, NAME_EN = "依法不予公开的组织", "Organisation withheld by law"


def withhold_organizations(raws: Iterable[Mapping[str, object]], *, reason: str) -> Sequence[int]:
    """Take name and number from those of some OCDS parties that no row of any table rests on, and hide them.

    Args:
        raws: what the destroyed release said of organisations.
        reason: why, without personal data; it is public.

    Returns:
        The numbers of those that are withheld now.
    """
    with transaction():
        gone = resting_on_nothing(raws)
        for one in gone:
            one.scheme = one.identifier = one.type_code = one.region_code = one.phone = one.website = None
            one.name, one.name_en, one.name_key = NAME, NAME_EN, f"withheld-{one.id}"
            one.hsds_id, one.changed_at = str(uuid.uuid4()), clock.now()
            db.session.flush()
            if mark(KIND, str(one.id)) is None:
                hide(KIND, str(one.id), reason=reason, by=None, withdraws=True)
        return [one.id for one in gone]


def resting_on_nothing(raws: Iterable[Mapping[str, object]]) -> Sequence[Organization]:
    """Find the organisations of some OCDS parties that no row of any table rests on."""
    parties = [rules.read_party(raw) for raw in raws]
    names = {rules.name_key(party.name) for party in parties}
    codes = {party.identifier for party in parties if party.identifier}
    found: dict[int, Organization] = {}
    for column, keys in ((Organization.name_key, names), (Organization.identifier, codes)):
        for batch in batches(sorted(keys)):
            query = select(Organization).where(column.in_(batch))
            found |= {one.id: one for one in db.session.scalars(query)}
    used = _in_use(found)
    return [one for number, one in sorted(found.items()) if number not in used]


def _in_use(numbers: Collection[int]) -> set[int]:
    """Tell which organisations rows of any table rest on, whichever capability it belongs to."""
    keys = [
        key.parent
        for table in Organization.metadata.tables.values()
        for key in table.foreign_keys
        if key.column is Organization.__table__.c.id
    ]
    return {
        number
        for column in keys
        for batch in batches(sorted(numbers))
        for number in db.session.scalars(select(column).where(column.in_(batch)).distinct())
    }
