"""Roles, one-time codes and second factors: plain functions."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from enum import StrEnum
from hashlib import scrypt

from portal.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, TooManyError
from portal.kernel.text import N_, nfkc_fold

CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=15)
CODE_ATTEMPTS = 5
CODES_PER_HOUR = 5
RESIDENT_SIGN_IN_LIFETIME = timedelta(days=30)
STAFF_SIGN_IN_LIFETIME = timedelta(hours=10)
FAILURES_BEFORE_LOCK = 10
LOCK_TIME = timedelta(minutes=15)
LEAST_PASSWORD_LENGTH = 12
LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s,;<>\"()\\\[\]:]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?")


class Role(StrEnum):
    """What a person may be; every role but resident is bound to a government or an organisation."""

    RESIDENT = "resident"
    REPRESENTATIVE = "representative"
    PUBLISHER = "publisher"
    APPROVER = "approver"
    MODERATOR = "moderator"
    PLANNER = "planner"
    ADMINISTRATOR = "administrator"


ROLE_NAMES = {
    Role.RESIDENT: N_("resident"),
    Role.REPRESENTATIVE: N_("supplier's representative"),
    Role.PUBLISHER: N_("publisher"),
    Role.APPROVER: N_("approver"),
    Role.MODERATOR: N_("moderator"),
    Role.PLANNER: N_("planner"),
    Role.ADMINISTRATOR: N_("administrator"),
}
STAFF_ROLES = frozenset(Role) - {Role.RESIDENT}


class NotAnEmailError(InvalidInputError):
    """Raised when a text is no mail address."""

    code = "not-an-email"
    message = N_("Write a mail address like name@example.org.")


class WrongCodeError(InvalidInputError):
    """Raised when a one-time code is wrong, used, or too old."""

    code = "wrong-code"
    message = N_("This code is wrong or no longer valid. Look at the newest mail, or ask for a new code.")


class TooManyCodesError(TooManyError):
    """Raised when too many codes were asked for."""

    code = "too-many-codes"
    message = N_("Too many codes were sent to this address. Try again in an hour.")


class WrongSignInError(InvalidInputError):
    """Raised when mail address, password or the authenticator's code is wrong (never telling which)."""

    code = "wrong-sign-in"
    message = N_("Mail address, password or code is wrong. After ten wrong tries the account is closed for 15 minutes.")


class AccountTakenError(ConflictError):
    """Raised when an account for that address exists."""

    code = "account-taken"
    message = N_("There is an account for this mail address already.")


class WeakPasswordError(InvalidInputError):
    """Raised when a password is too short."""

    code = "weak-password"
    message = N_("Use a password of at least 12 characters.")


class NeedsScopeError(ForbiddenError):
    """Raised when a staff role is granted without a government or organisation."""

    code = "needs-scope"
    message = N_("This role must be bound to a government or an organisation.")


def normal_email(raw: str, *, field: str | None = "email") -> str:
    """Write a mail address in one way, so that one mailbox is one person.

    Raises:
        NotAnEmailError: it is no address that mail can be sent to.
    """
    email = nfkc_fold(raw.strip())
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email) or ".." in email:
        raise NotAnEmailError(field=field)
    return email


def new_code() -> str:
    """Draw a one-time code of six digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def code_digest(code: str, salt: bytes) -> bytes:
    """Hash a code slowly, so that a stolen table does not give it away within its lifetime."""
    return scrypt(code.encode(), salt=salt, n=2**13, r=8, p=1, dklen=32)


def tidy_code(raw: str) -> str:
    """Read a code as people type it: full-width digits, spaces and hyphens are no matter."""
    return nfkc_fold(raw).replace(" ", "").replace("-", "")
