"""Releases of invented purchases, stating only what a test is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.procurement.actions import seal_releases

if TYPE_CHECKING:
    from portal.procurement.rules import Json, SealReport

OCID = "ocds-test00-0001"
BUYER = {"id": "B1", "name": "郑州市民政局"}
SUPPLIER = {"id": "S1", "name": "郑州市和乐社会工作服务中心"}


def make_release(tag: str = "tender", *, ocid: str = OCID, day: str = "2026-03-01", **said: object) -> Json:
    """Give a release that is right; its id follows from tag and day."""
    return {
        "ocid": ocid, "id": f"{ocid}-{tag}-{day}", "date": f"{day}T09:00:00+08:00", "tag": [tag],
        "initiationType": "tender", **said,
    }  # fmt: skip


def tender_release(title: str = "社区助餐服务", *, ocid: str = OCID, **said: object) -> Json:
    tender = {"id": "T1", "title": title, "status": "active", "value": money(120_000), **said}
    return make_release("tender", ocid=ocid, buyer=BUYER, parties=[{**BUYER, "roles": ["buyer"]}], tender=tender)


def award_release(*, ocid: str = OCID, day: str = "2026-04-01") -> Json:
    award = {
        "id": "A1", "status": "active", "date": f"{day}T09:00:00+08:00", "value": money(110_000),
        "suppliers": [SUPPLIER],
    }  # fmt: skip
    return make_release("award", ocid=ocid, day=day, parties=[{**SUPPLIER, "roles": ["supplier"]}], awards=[award])


def contract_release(contract_id: str = "C1", *, ocid: str = OCID, day: str = "2026-05-01", **said: object) -> Json:
    contract = {
        "id": contract_id, "awardID": "A1", "title": "社区助餐服务合同", "status": "active", "value": money(110_000),
        "dateSigned": f"{day}T09:00:00+08:00", **said,
    }  # fmt: skip
    return make_release("contract", ocid=ocid, day=day, contracts=[contract])


def make_chain(ocid: str = OCID) -> list[Json]:
    """Give a purchase from tender to contract."""
    return [tender_release(ocid=ocid), award_release(ocid=ocid), contract_release(ocid=ocid)]


def money(yuan: float) -> Json:
    return {"amount": yuan, "currency": "CNY"}


def seal(*releases: Json, by: str = "张三", source: str = "test") -> SealReport:
    return seal_releases(releases, by=by, source=source)
