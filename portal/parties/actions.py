"""Keeping governments and organisations, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.classification.rules import organization_type_of
from portal.kernel import clock
from portal.outbox.actions import append_event
from portal.parties import rules
from portal.parties.models import Government, Organization
from portal.parties.queries import KIND
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping


def register_party(raw: Mapping[str, object]) -> Organization:
    """Find or make the organisation of an OCDS party; what is new of it is added, nothing is taken away.

    An organisation with an identifier is found by it, one without by its folded name. The write lock
    of the transaction (and the unique constraint) keeps two imports from making it twice.
    """
    party = rules.read_party(raw)
    with transaction():
        found = _find(party)
        if found is None:
            found = Organization(
                scheme=party.scheme if party.identifier else None, identifier=party.identifier,
                name=party.name, name_key=rules.name_key(party.name), is_buyer=False, is_supplier=False,
                changed_at=clock.now(),
            )  # fmt: skip
            db.session.add(found)
        if _complete(found, party):
            found.changed_at = clock.now()
            db.session.flush()
            append_event(KIND, found.id)
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


def _find(party: rules.Party) -> Organization | None:
    if party.identifier:
        found = db.session.scalar(
            select(Organization).where(
                Organization.scheme.is_(None) if party.scheme is None else Organization.scheme == party.scheme,
                Organization.identifier == party.identifier,
            )
        )
        if found is not None:
            return found
    by_name = select(Organization).where(Organization.name_key == rules.name_key(party.name))
    if party.identifier:
        by_name = by_name.where(Organization.identifier.is_(None))
    return db.session.scalar(by_name.order_by(Organization.id).limit(1))


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
        found.type_code = organization_type_of(found.identifier)
    after = (
        found.id, found.name_en, found.identifier, found.is_buyer, found.is_supplier, found.region_code,
        found.type_code,
    )  # fmt: skip
    return before != after or found.id is None
