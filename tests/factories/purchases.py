"""Releases of invented purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.procurement.actions import seal_releases

if TYPE_CHECKING:
    from portal.procurement.rules import Json

OCID = "ocds-test00-1"
BUYER = {"id": "B", "name": "郑州市民政局", "roles": ["buyer"], "address": {"regionCode": "410100"}}
SUPPLIER = {"id": "S", "name": "郑州市和谐社会工作服务中心", "roles": ["supplier"]}


def make_release(number: int = 1, *, ocid: str = OCID, tag: str = "tender", **said: object) -> Json:
    """Make a right release; what is said replaces or adds sections."""
    return {
        "ocid": ocid,
        "id": f"{ocid}-{number:02d}",
        "date": f"2026-03-{number:02d}T09:00:00+08:00",
        "tag": [tag],
        "initiationType": "tender",
        "parties": [BUYER, SUPPLIER],
        "buyer": {"id": "B", "name": "郑州市民政局"},
        "tender": {"id": "T", "title": "社区老年助餐服务项目", "title_en": "Community meals", "status": "active"},
        **said,
    }


def make_contract_release(number: int = 3, *, ocid: str = OCID) -> Json:
    """Make a release with an award and a contract."""
    return make_release(
        number,
        ocid=ocid,
        tag="contract",
        awards=[{"id": "A", "status": "active", "suppliers": [{"id": "S", "name": SUPPLIER["name"]}]}],
        contracts=[
            {
                "id": "C",
                "awardID": "A",
                "title": "助餐合同",
                "status": "active",
                "value": {"amount": 1200.5, "currency": "CNY"},
            }
        ],
    )


def publish(*releases: Json) -> list[int]:
    """Seal releases and give their numbers."""
    report = seal_releases(releases, by="tester", source="test")
    assert report.refused == []
    return report.sealed
