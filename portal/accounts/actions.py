"""Signing in and out, and making accounts."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext
from sqlalchemy import func, select

from portal.accounts import queries, rules
from portal.accounts.models import MailedCode, Person, RoleGrant, SignIn, StaffCredential
from portal.kernel import clock
from portal.mail import port as mail
from portal.mail.port import Message
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from portal.accounts.rules import Role

TOKEN_BYTES = 32
TOTP_SECONDS = 30
# OWASP's least parameters: 19 MiB, two passes; the library's default would let a flood fill the memory.
passwords = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_DUMMY_HASH = passwords.hash("nobody has this password")


def send_code(raw_email: str) -> int:
    """Mail a one-time code; return the number under which it is confirmed.

    Raises:
        NotAnEmailError, TooManyCodesError
    """
    email = rules.normal_email(raw_email)
    code, salt, now = rules.new_code(), secrets.token_bytes(16), clock.now()
    with transaction():
        recent = select(func.count()).where(MailedCode.email == email, MailedCode.sent_at > now - timedelta(hours=1))
        if (db.session.scalar(recent) or 0) >= rules.CODES_PER_HOUR:
            raise rules.TooManyCodesError(field="email")
        mailed = MailedCode(
            email=email, salt=salt, digest=rules.code_digest(code, salt), sent_at=now,
            expires_at=now + rules.CODE_LIFETIME,
        )  # fmt: skip
        db.session.add(mailed)
        db.session.flush()
        number = mailed.id
    subject = gettext("Your code for Sanwen: %(code)s") % {"code": code}
    body = gettext(
        "Type this code on the page you came from: %(code)s\n\nIt is valid for 15 minutes. "
        "If you did not ask for it, do nothing."
    )
    mail.send(Message(email, subject, body % {"code": code}))
    return number


def confirm_code(number: int, raw_code: str) -> str:
    """Sign in whoever knows the mailed code; a first sign-in makes the account.

    Returns:
        The token for the session cookie.

    Raises:
        WrongCodeError: wrong, used, too old, or tried too often.
    """
    with transaction():
        mailed = db.session.get(MailedCode, number)
        is_open = (
            mailed is not None
            and mailed.used_at is None
            and mailed.expires_at > clock.now()
            and mailed.attempts < rules.CODE_ATTEMPTS
        )
        is_right = False
        if mailed is not None and is_open:
            mailed.attempts += 1
            digest = rules.code_digest(rules.tidy_code(raw_code), mailed.salt)
            is_right = hmac.compare_digest(digest, mailed.digest)
        if mailed is not None and is_right:
            mailed.used_at = clock.now()
            person = queries.person_by_email(mailed.email) or _new_person(mailed.email)
            if person.closed_at is None:
                return _begin_sign_in(person, with_second_factor=False)
    raise rules.WrongCodeError(field="code")


def sign_in_staff(raw_email: str, password: str, totp: str) -> str:
    """Sign in a member of staff by password and authenticator.

    Returns:
        The token for the session cookie.

    Raises:
        WrongSignInError: anything is wrong, or the account is locked for a while.
    """
    try:
        email = rules.normal_email(raw_email)
    except rules.NotAnEmailError:
        email = ""
    with transaction():
        person = queries.person_by_email(email)
        credential = db.session.get(StaffCredential, person.id) if person else None
        now = clock.now()
        is_locked = credential is not None and credential.locked_until is not None and credential.locked_until > now
        is_known = _password_fits(credential, password)
        step = _totp_step(credential, totp) if credential else None
        if person and credential and is_known and step and not is_locked and person.closed_at is None:
            credential.failures, credential.locked_until, credential.last_totp_step = 0, None, step
            return _begin_sign_in(person, with_second_factor=True)
        if credential and not is_locked:
            credential.failures += 1
            if credential.failures >= rules.FAILURES_BEFORE_LOCK:
                credential.failures, credential.locked_until = 0, now + rules.LOCK_TIME
    raise rules.WrongSignInError


def sign_out(token: str) -> None:
    """End one sign-in for good."""
    with transaction():
        found = db.session.scalar(select(SignIn).where(SignIn.digest == queries.token_digest(token)))
        if found is not None and found.ended_at is None:
            found.ended_at = clock.now()


def add_person(raw_email: str | None, *, name: str = "") -> Person:
    """Make a person without any role (a resident)."""
    with transaction():
        email = rules.normal_email(raw_email) if raw_email else None
        if email and queries.person_by_email(email):
            raise rules.AccountTakenError(field="email")
        return _new_person(email, name=name)


def add_staff(raw_email: str, *, name: str, password: str, totp_secret: str | None = None) -> tuple[Person, str]:
    """Make a member of staff; return the person and the secret for their authenticator."""
    if len(password) < rules.LEAST_PASSWORD_LENGTH:
        raise rules.WeakPasswordError(field="password")
    secret = totp_secret or pyotp.random_base32()
    with transaction():
        person = add_person(raw_email, name=name)
        db.session.add(StaffCredential(person_id=person.id, password_hash=passwords.hash(password), totp_secret=secret))
    return person, secret


def grant_role(
    person_id: int, role: Role, *, government_id: int | None = None, organization_id: int | None = None
) -> None:
    """Give a person a role for one government or one organisation; twice is once."""
    if (government_id is None) == (organization_id is None):
        raise rules.NeedsScopeError
    with transaction():
        same = select(RoleGrant.id).where(
            RoleGrant.person_id == person_id, RoleGrant.role == role,
            RoleGrant.government_id == government_id, RoleGrant.organization_id == organization_id,
        )  # fmt: skip
        if db.session.scalar(same) is None:
            db.session.add(
                RoleGrant(
                    person_id=person_id,
                    role=role,
                    government_id=government_id,
                    organization_id=organization_id,
                    granted_at=clock.now(),
                )
            )


def move_roles(organization_id: int, to_organization_id: int, *, only: Collection[int] | None = None) -> list[int]:
    """Bind the roles of one organisation to another one; a role that its person has there already stays.

    Args:
        organization_id: the organisation that they are bound to.
        to_organization_id: the one that they will be bound to.
        only: the numbers of the grants to move; None is all.

    Returns:
        The numbers of the grants that were moved.
    """
    with transaction():
        there = {(grant.person_id, grant.role) for grant in _grants_of(to_organization_id)}
        moved = [
            grant
            for grant in _grants_of(organization_id)
            if (only is None or grant.id in only) and (grant.person_id, grant.role) not in there
        ]
        for grant in moved:
            grant.organization_id = to_organization_id
        return [grant.id for grant in moved]


def _grants_of(organization_id: int) -> Sequence[RoleGrant]:
    query = select(RoleGrant).where(RoleGrant.organization_id == organization_id)
    return db.session.scalars(query.order_by(RoleGrant.id)).all()


def _new_person(email: str | None, *, name: str = "") -> Person:
    person = Person(email=email, name=name, created_at=clock.now())
    db.session.add(person)
    db.session.flush()
    return person


def _begin_sign_in(person: Person, *, with_second_factor: bool) -> str:
    token, now = secrets.token_urlsafe(TOKEN_BYTES), clock.now()
    lifetime = rules.STAFF_SIGN_IN_LIFETIME if with_second_factor else rules.RESIDENT_SIGN_IN_LIFETIME
    db.session.add(
        SignIn(
            digest=queries.token_digest(token),
            person_id=person.id,
            with_second_factor=with_second_factor,
            began_at=now,
            expires_at=now + lifetime,
        )
    )
    return token


def _password_fits(credential: StaffCredential | None, password: str) -> bool:
    """Compare a password, with the same work when there is no such account."""
    try:
        passwords.verify(credential.password_hash if credential else _DUMMY_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return credential is not None


def _totp_step(credential: StaffCredential, raw: str) -> int | None:
    """Find the time step a code belongs to (one step of drift); each step counts once."""
    totp, code = pyotp.TOTP(credential.totp_secret), rules.tidy_code(raw)
    now_step = int(clock.now().timestamp()) // TOTP_SECONDS
    for step in (now_step, now_step - 1, now_step + 1):
        is_right = code.isascii() and hmac.compare_digest(totp.generate_otp(step), code)
        if is_right and step > credential.last_totp_step:
            return step
    return None
