"""Tables of people and their sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.rules import Role
from portal.storage.database import Model


class Person(Model):
    """Somebody who takes part or works here. Nothing of this is ever public."""

    __tablename__ = "person"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    # Lifecycle
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    grants: Mapped[list[RoleGrant]] = relationship(lazy="selectin", order_by="RoleGrant.id")


class RoleGrant(Model):
    """A role of a person, bound to a government or an organisation."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "government_id", "organization_id"),
        CheckConstraint("(government_id IS NULL) <> (organization_id IS NULL)", name="bound_to_one"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role]
    # Scope
    government_id: Mapped[int | None] = mapped_column(ForeignKey("government.id"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    # Lifecycle
    granted_at: Mapped[datetime]


class StaffCredential(Model):
    """How a member of staff signs in: a password and a second factor."""

    __tablename__ = "staff_credential"

    # Identification
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    # Secrets
    password_hash: Mapped[str] = mapped_column(String(200))
    totp_secret: Mapped[str] = mapped_column(String(64))
    # Guard
    last_totp_step: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class MailedCode(Model):
    """A one-time code sent to a mail address; only its slow hash is kept."""

    __tablename__ = "mailed_code"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    # Secret
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    # Lifecycle
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignIn(Model):
    """One signed-in browser; it ends here, on the server, whatever the cookie says."""

    __tablename__ = "sign_in"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # How
    with_second_factor: Mapped[bool] = mapped_column(default=False)
    # Lifecycle
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")
