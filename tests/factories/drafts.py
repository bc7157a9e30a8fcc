"""Filled notices of every type, and drafts of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.publishing.notices.model import FieldSpec, NoticeType
    from portal.publishing.notices.writing import Values

BUYER = {"name": "郑州市民政局", "code": "11410100005252012G"}
SUPPLIER = {"name": "郑州市和乐社会工作服务中心", "code": "52410105MJF8123477"}
SAMPLES: dict[str, object] = {
    "line": "社区助餐服务", "paragraph": "为独居老人送餐上门。\n每天两餐。", "rate": "每份35元", "count": "30",
    "number": "92.5", "percent": "96.67", "day": "2026-03-03", "month": "2026-04", "year": "2026",
    "moment": "2026-03-24T09:30", "region": "410100", "category": "A0402",
    "amount": {"fen": 12_050_050, "unit": "yuan"},
}  # fmt: skip
CHOICES = {
    "method": "consultation", "sme_reserve": "no", "award_criteria": "rated", "corrected_part": "documents",
    "lot_outcome": "awarded", "bid_status": "valid", "failed_outcome": "unsuccessful", "scale": "small",
    "acceptance_kind": "final", "acceptance_result": "met", "grade": "good",
}  # fmt: skip
SOME = {
    "project_number": "郑财磋商采购-2026-15", "contract_number": "HT-2026-15", "contract": "HT-2026-15",
    "award": "1-1", "buyer_phone": "0371-67180000", "disqualified": "3",
}  # fmt: skip


def filled(notice: NoticeType, **said: object) -> Values:
    """Fill every field of a notice with something right."""
    return {field.name: sample(field) for field in notice.fields} | said


def sample(field: FieldSpec) -> object:
    if field.name in SOME:
        return SOME[field.name]
    if field.kind == "choice":
        return CHOICES[field.codelist]
    if field.kind == "organisation":
        return BUYER if "buyer" in field.roles else SUPPLIER
    if field.kind == "table":
        return [{column.name: sample(column) for column in field.columns}]
    return SAMPLES[field.kind]
