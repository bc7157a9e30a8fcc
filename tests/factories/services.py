"""Listings in the states that residents meet, each stating what is particular to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portal.accounts.actions import grant_role
from portal.accounts.rules import Role
from portal.classification.actions import load_reference_data
from portal.kernel import clock
from portal.parties.actions import add_government, describe_organization, register_party
from portal.services.actions import change_service, list_service
from portal.services.listing.hours import Span
from portal.services.listing.statements import Listing, Place, Price, statement
from portal.services.models import Service
from portal.services.publication.rows import statement_of
from portal.services.rules import Mode, ServiceStatus
from portal.storage.database import db
from tests.factories.purchases import BUYER, SUPPLIER, make_contract_release, make_release, publish
from tests.factories.ratings import make_resident

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.procurement.rules import Json
    from portal.services.listing.statements import Key

WEEKDAYS = (*(Span(day, "09:00", "12:00") for day in range(1, 6)), Span(3, "14:00", "17:00"))
CENTRE = Place(
    Mode.VISIT, name="金水区助餐点", name_en="Jinshui kitchen", address="示例路1号", address_en="1 Example Road",
    region_code="410105", postal_code="000000", transportation="公交1路",
    accessibility="门口有坡道\n有电梯", hours=WEEKDAYS, phone="0371-0000-2000", latitude=34.77, longitude=113.68,
)  # fmt: skip


def make_bodies() -> tuple[int, int, int]:
    """Make a government, an office that buys for it and a supplier: their numbers."""
    load_reference_data()
    government = add_government("郑州市人民政府", name_en="Zhengzhou", region_code="410100").id
    buyer, supplier = register_party(BUYER).id, register_party(SUPPLIER).id
    describe_organization(buyer, government_id=government)
    return government, buyer, supplier


def facts(name: str = "金水区社区助餐", **said: Any) -> Listing:
    """State a whole listing; what is said replaces or adds facts."""
    return Listing(
        **{
            "name": name, "description": "每日午餐", "name_en": "Community meals", "category_code": "A0402",
            "region_code": "410105", "areas": ("410105",), "eligibility": "六十岁以上老人", "minimum_age": 60,
            "application_process": "打电话登记\n带身份证", "documents": ("身份证",), "fees": "每餐十元",
            "prices": (Price(1_000, "每餐"),), "phone": "0371-0000-1000", "languages": ("zh",),
            "assured_on": clock.today(),
        } | said
    )  # fmt: skip


def make_listing(
    name: str = "金水区社区助餐", *, places: Sequence[Place] = (CENTRE,), contracts: tuple[Key, ...] = (), **said: Any
) -> Service:
    return list_service(statement(facts(name, **said), *places, contracts=contracts))


def say_anew(service_id: int, **said: Any) -> None:
    """Publish other facts of a service, as whoever runs the portal may."""
    known = statement_of(db.session.get_one(Service, service_id))
    change_service(service_id, replace(known, listing=replace(known.listing, **said)))


def deliver_under(service_id: int, ocid: str, contract_id: str) -> None:
    known = statement_of(db.session.get_one(Service, service_id))
    change_service(service_id, replace(known, contracts=(*known.contracts, (ocid, contract_id))))


def close(service_id: int, alert: str, *, for_good: bool = False) -> None:
    status = ServiceStatus.DEFUNCT if for_good else ServiceStatus.TEMPORARILY_CLOSED
    known = statement_of(db.session.get_one(Service, service_id))
    change_service(service_id, replace(known, listing=replace(known.listing, status=status), alert=alert))


def make_checked(name: str, days_ago: int, **said: Any) -> Service:
    return make_listing(name, assured_on=clock.today() - timedelta(days=days_ago), **said)


def make_contract(
    ocid: str, *, starts: int, ends: int | None, supplier: Json = SUPPLIER, status: str = "active"
) -> str:
    """Publish a purchase whose contract begins and ends so many days from today; return the contract's id."""
    release = make_contract_release(ocid=ocid)
    release["parties"] = [BUYER, supplier]
    release["awards"] = [
        {"id": "A", "status": "active", "suppliers": [{"id": supplier["id"], "name": supplier["name"]}]}
    ]
    period: Json = {"startDate": _at(starts)} | ({"endDate": _at(ends)} if ends is not None else {})
    release["contracts"] = [
        {"id": "C", "awardID": "A", "title": f"助餐合同{ocid[-1]}", "status": status, "period": period}
    ]
    publish(make_release(ocid=ocid), release)
    return "C"


def make_publisher(government: int) -> int:
    person = make_resident()
    grant_role(person, Role.PUBLISHER, government_id=government)
    return person


def make_approver(government: int) -> int:
    person = make_resident()
    grant_role(person, Role.APPROVER, government_id=government)
    return person


def _at(days: int) -> str:
    return f"{clock.today() + timedelta(days=days)}T00:00:00+08:00"
