"""The people of the demonstration: staff with known passwords, residents without names."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp
from sqlalchemy import insert, select

from portal.accounts import actions
from portal.accounts.models import Person
from portal.accounts.rules import Role
from portal.kernel import clock
from portal.storage.database import db

PASSWORD = "sanwen-demo-2026"  # noqa: S105 - a demonstration tells its password
RESIDENTS = 900


@dataclass(frozen=True)
class Staff:
    """A member of staff: mail address, name, roles, and the secret for the authenticator."""

    email: str
    name: str
    roles: tuple[Role, ...]
    secret: str


STAFF = (
    Staff("publisher@example.org", "发布员 示例", (Role.PUBLISHER,), "DEMOPUBLISHERDEMOPUBLISHER234567"),
    Staff("approver@example.org", "审批员 示例", (Role.APPROVER,), "DEMOAPPROVERDEMOAPPROVERDEMO2345"),
    Staff("moderator@example.org", "审核员 示例", (Role.MODERATOR,), "DEMOMODERATORDEMOMODERATORDEMO23"),
    Staff("planner@example.org", "计划员 示例", (Role.PLANNER,), "DEMOPLANNERDEMOPLANNERDEMOPLANN2"),
    Staff(
        "admin@example.org",
        "管理员 示例",
        (Role.ADMINISTRATOR, Role.MODERATOR, Role.PLANNER),
        "DEMOADMINDEMOADMINDEMOADMINDEMO2",
    ),
)
REPRESENTATIVE = Staff(
    "supplier@example.org", "机构代表 示例", (Role.REPRESENTATIVE,), "DEMOSUPPLIERDEMOSUPPLIERDEMO2345"
)


def add_staff(government_id: int, organization_id: int) -> dict[str, int]:
    """Make the staff of one government and a representative of one supplier; return numbers by address."""
    numbers = {}
    for staff in (*STAFF, REPRESENTATIVE):
        person, _ = actions.add_staff(staff.email, name=staff.name, password=PASSWORD, totp_secret=staff.secret)
        numbers[staff.email] = person.id
        for role in staff.roles:
            if role is Role.REPRESENTATIVE:
                actions.grant_role(person.id, role, organization_id=organization_id)
            else:
                actions.grant_role(person.id, role, government_id=government_id)
    return numbers


def add_residents(count: int) -> list[int]:
    """Make residents without name or address; return their numbers."""
    first = db.session.scalar(select(Person.id).order_by(Person.id.desc()).limit(1)) or 0
    db.session.execute(insert(Person), [{"email": None, "name": "", "created_at": clock.now()} for _ in range(count)])
    return list(db.session.scalars(select(Person.id).where(Person.id > first).order_by(Person.id)))


def sign_ins() -> str:
    """Tell how to sign in, with the authenticators' codes of this moment."""
    lines = [
        "Demonstration sign-ins",
        "  resident: any address at /account/sign-in; the code is shown on the console and kept in var/mail",
        f"  staff at /account/staff, password {PASSWORD}",
    ]
    for staff in (*STAFF, REPRESENTATIVE):
        code = pyotp.TOTP(staff.secret).at(clock.now())
        roles = ", ".join(role.value for role in staff.roles)
        lines.append(f"    {staff.email:24} {roles:36} secret {staff.secret} (code now {code})")
    return "\n".join(lines)
