"""Invented notices of one shape with real ones: each with an ocid of its own, and the truth known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from portal.accounts.actions import grant_role
from portal.accounts.rules import Role
from portal.capabilities import consumers
from portal.outbox.actions import drain
from portal.parties.actions import add_government
from portal.procurement.actions import seal_releases
from portal.procurement.link_actions import join_processes
from portal.procurement.link_consumer import LinkSuggester
from tests.factories.ratings import make_resident

if TYPE_CHECKING:
    from portal.procurement.rules import Json

BUYER = "嵩阳市民政局"
TAGS = {"采购公告": "tender", "更正公告": "tenderUpdate", "中标公告": "award", "合同公告": "contract"}
BY = "person:1"


def notice(
    name: str,
    kind: str = "采购公告",
    *,
    ocid: str,
    buyer: str = BUYER,
    day: str = "2026-03-01",
    yuan: float | None = None,
    **said: object,
) -> Json:
    """Give the head of a notice as the Henan network lists it: title, buyer, day, no common number."""
    value = {"value": {"amount": yuan, "currency": "CNY"}} if yuan is not None else {}
    tag = TAGS[kind]
    release: Json = {
        "ocid": ocid, "id": f"{ocid}-1", "date": f"{day}T09:00:00+08:00", "tag": [tag], "initiationType": "tender",
        "buyer": {"id": buyer, "name": buyer}, "parties": [{"id": buyer, "name": buyer, "roles": ["buyer"]}],
        "tender": {"id": ocid[-4:], "title": f"{name}-{kind}", **said},
    }  # fmt: skip
    tender: Json = release["tender"]  # type: ignore[assignment]  # written just above
    if tag == "award":
        release["awards"] = [{"id": "A", "title": name, "status": "active", **value}]
    elif tag == "contract":
        release["contracts"] = [{"id": "C", "awardID": "A", "title": name, "status": "active", **value}]
    else:
        tender |= value
    return release


def publish(*releases: Json, follow: bool = True) -> list[str]:
    """Seal notices and let the suggestions catch up; give their ocids."""
    report = seal_releases(releases, by="tester", source="test")
    assert report.refused == []
    if follow:
        drain([LinkSuggester()])
    return [str(release["ocid"]) for release in releases]


def catch_up() -> None:
    """Let everything that follows the outbox catch up."""
    drain(consumers(current_app))


def ocid_of(number: int) -> str:
    return f"ocds-test00-{number:04d}"


def join(one: str, *others: str) -> list[int]:
    return join_processes([(one, other) for other in others], by=BY, reason="同一项目")


def make_publisher(role: Role = Role.PUBLISHER) -> int:
    """Make an official who may publish."""
    government = add_government("嵩阳市", name_en="Songyang", region_code="410100").id
    person = make_resident()
    grant_role(person, role, government_id=government)
    return person
