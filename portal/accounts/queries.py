"""Reads of people and sign-ins."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from flask import session
from sqlalchemy import select

from portal.accounts.models import Person, SignIn
from portal.accounts.permissions import SignedInActor
from portal.accounts.rules import Role
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portal.web.access import Actor

SESSION_KEY = "sign-in"


def current_actor() -> SignedInActor | None:
    """Tell who is signed in by the session cookie of the request."""
    token = session.get(SESSION_KEY)
    return actor_of(token) if isinstance(token, str) else None


def actor_of(token: str) -> SignedInActor | None:
    """Tell whose sign-in a token is; None when it is unknown, ended or expired."""
    found = db.session.scalar(select(SignIn).where(SignIn.digest == token_digest(token)))
    if found is None or found.ended_at is not None or found.expires_at <= clock.now():
        return None
    if found.person.closed_at is not None:
        return None
    grants = tuple(found.person.grants) if found.with_second_factor else ()
    return SignedInActor(found.person_id, found.with_second_factor and bool(grants), grants)


def roles_of(actor: Actor) -> list[Role]:
    """List the roles that somebody acts in: resident, and for staff those of their grants."""
    granted = {grant.role for grant in person(actor.person_id).grants} if actor.is_staff else set()
    return [role for role in Role if role is Role.RESIDENT or role in granted]


def person(person_id: int) -> Person:
    """Read one person."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFoundError
    return found


def person_by_email(email: str) -> Person | None:
    """Find a person by their normalised mail address."""
    return db.session.scalar(select(Person).where(Person.email == email))


def names_of(person_ids: Iterable[int | None]) -> Mapping[int, str]:
    """Read the names of members of staff, for pages of the office only."""
    numbers = {number for number in person_ids if number is not None}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(numbers)))
    return {number: name for number, name in rows if name}


def token_digest(token: str) -> bytes:
    """Hash a sign-in token; the table never holds the token itself."""
    return sha256(token.encode()).digest()
