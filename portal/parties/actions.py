"""Keeping governments and organisations, each once."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.kernel import clock
from portal.moderation.actions import hide
from portal.moderation.queries import mark
from portal.outbox.actions import append_event, append_events
from portal.parties import rules
from portal.parties.models import (
    Government,
    Organization,
    OrganizationGrade,
)
from portal.parties.queries import (
    KIND,
    kept_ids,
    resting_on_nothing,
)
from portal.storage.batches import batches
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.parties.files import GradeRow

NAME, NAME_EN = "依法不予公开的组织", "Organisation withheld by law"


def register_party(raw: Mapping[str, object]) -> Organization:
    """Find or make the organisation of an OCDS party; what is new of it is added, nothing is taken away.

    An organisation with an identifier is found by it, one without by its folded name. The write lock
    of the transaction (and the unique constraint) keeps two imports from making it twice.
    """
    return register_parties([raw])[0]


def register_parties(raws: Sequence[Mapping[str, object]]) -> list[Organization]:
    """Find or make the organisations of many OCDS parties, as if one after the other; see `register_party`."""
    parties = [rules.read_party(raw) for raw in raws]
    with transaction():
        known = _Known(parties)
        organizations, changed = [], dict[int, Organization]()
        for party in parties:
            found = known.find(party) or known.make(party)
            if _complete(found, party):
                known.note(found)
                found.changed_at = clock.now()
                changed[id(found)] = found
            organizations.append(found)
        db.session.flush()
        kept = _kept(organizations, parties, changed)
        db.session.flush()
        append_events((KIND, found.id, "changed") for found in changed.values())
        return kept


def _kept(
    organizations: Sequence[Organization], parties: Sequence[rules.Party], changed: dict[int, Organization]
) -> list[Organization]:
    """Give the organisations under whose numbers they are kept, after telling these what the others do."""
    numbers = kept_ids({one.id for one in organizations})
    elsewhere = {kept for number, kept in numbers.items() if number != kept}
    known = {one.id: one for one in db.session.scalars(select(Organization).where(Organization.id.in_(elsewhere)))}
    found = [known.get(numbers[one.id], one) for one in organizations]
    for one, kept, party in zip(organizations, found, parties, strict=True):
        before = (kept.is_buyer, kept.is_supplier)
        kept.is_buyer, kept.is_supplier = before[0] or party.is_buyer, before[1] or party.is_supplier
        if kept is not one and before != (kept.is_buyer, kept.is_supplier):
            kept.changed_at = clock.now()
            changed[id(kept)] = kept
    return found


def add_government(name: str, *, name_en: str | None, region_code: str, parent_id: int | None = None) -> Government:
    """Keep a government; the same name is the same government."""
    with transaction():
        found = db.session.scalar(select(Government).where(Government.name == name))
        if found is None:
            found = Government(name=name, name_en=name_en, region_code=region_code, parent_id=parent_id)
            db.session.add(found)
            db.session.flush()
        return found


def describe_organization(
    organization_id: int, *, government_id: int | None = None, phone: str | None = None, website: str | None = None
) -> None:
    """Add to an organisation what releases do not say: its government, the phone and page of its office."""
    with transaction():
        found = db.session.get_one(Organization, organization_id)
        found.government_id = government_id or found.government_id
        found.phone, found.website = phone or found.phone, website or found.website
        found.changed_at = clock.now()
        append_event(KIND, found.id)


class _Known:
    """The organisations that some parties may be, read at once; those that are made meanwhile join them."""

    def __init__(self, parties: Sequence[rules.Party]) -> None:
        self._by_identifier: dict[tuple[str | None, str], Organization] = {}
        self._by_name: dict[str, list[Organization]] = {}
        found: dict[int, Organization] = {}
        identifiers = dict.fromkeys(party.identifier for party in parties if party.identifier)
        for column, keys in (
            (Organization.identifier, identifiers),
            (Organization.name_key, dict.fromkeys(rules.name_key(party.name) for party in parties)),
        ):
            for batch in batches(keys):
                found |= {one.id: one for one in db.session.scalars(select(Organization).where(column.in_(batch)))}
        for number in sorted(found):
            self.note(found[number])
            self._by_name.setdefault(found[number].name_key, []).append(found[number])

    def note(self, organization: Organization) -> None:
        """Let an organisation be found by the identifier that it has."""
        if organization.identifier:
            self._by_identifier.setdefault((organization.scheme, organization.identifier), organization)

    def find(self, party: rules.Party) -> Organization | None:
        """Find an organisation by the identifier of a party, else the first that bears its name."""
        same_name = self._by_name.get(rules.name_key(party.name), [])
        if not party.identifier:
            return same_name[0] if same_name else None
        known = self._by_identifier.get((party.scheme, party.identifier))
        return known or next((one for one in same_name if one.identifier is None), None)

    def make(self, party: rules.Party) -> Organization:
        """Make the organisation of a party."""
        made = Organization(
            scheme=party.scheme if party.identifier else None, identifier=party.identifier,
            name=party.name, name_key=rules.name_key(party.name), is_buyer=False, is_supplier=False,
            changed_at=clock.now(),
        )  # fmt: skip
        db.session.add(made)
        self._by_name.setdefault(made.name_key, []).append(made)
        return made


def _complete(found: Organization, party: rules.Party) -> bool:
    """Add what the party says and the organisation lacks; tell whether anything was added."""
    before = (
        found.id, found.name_en, found.identifier, found.is_buyer, found.is_supplier, found.region_code,
        found.type_code,
    )  # fmt: skip
    found.name_en = found.name_en or party.name_en
    if party.identifier and not found.identifier:
        found.scheme, found.identifier = party.scheme, party.identifier
    found.is_buyer = found.is_buyer or party.is_buyer
    found.is_supplier = found.is_supplier or party.is_supplier
    found.region_code = found.region_code or party.region_code
    if found.type_code is None and found.scheme == rules.CREDIT_CODE_SCHEME and found.identifier:
        found.type_code = rules.check_code(found.identifier).type_code
    after = (
        found.id, found.name_en, found.identifier, found.is_buyer, found.is_supplier, found.region_code,
        found.type_code,
    )  # fmt: skip
    return before != after or found.id is None


def keep_grades(rows: Sequence[GradeRow]) -> int:
    """Keep grades; one of the same code and day is replaced. Tell how many are new or changed."""
    with transaction():
        changed = 0
        for row in rows:
            same = select(OrganizationGrade).where(
                OrganizationGrade.credit_code == row.credit_code, OrganizationGrade.awarded_on == row.awarded_on
            )
            kept = db.session.scalar(same)
            if kept is None:
                kept = OrganizationGrade(credit_code=row.credit_code, awarded_on=row.awarded_on)
                db.session.add(kept)
            if (kept.grade, kept.valid_until, kept.source) != (row.grade, row.valid_until, row.source):
                kept.grade, kept.valid_until, kept.source = row.grade, row.valid_until, row.source
                changed += 1
        db.session.flush()
        return changed


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
