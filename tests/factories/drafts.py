"""Filled notices of every type, and drafts of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.accounts.actions import grant_role
from portal.accounts.rules import Role
from portal.parties.actions import add_government
from portal.publishing import actions
from portal.publishing.notices.model import notice_types
from tests.factories.planning import CATEGORY, REGION, make_reference_data
from tests.factories.ratings import make_resident

if TYPE_CHECKING:
    from portal.publishing.models import Draft
    from portal.publishing.notices.model import FieldSpec, NoticeType
    from portal.publishing.notices.writing import Values

PARTS = {"award", "contract"}
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
    "disqualification": "documents", "acceptance_kind": "final", "acceptance_result": "met", "grade": "good",
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


def make_offices(name: str = "郑州市人民政府") -> tuple[int, int, int]:
    """Make a government with a publisher and an approver: (government, publisher, approver)."""
    make_reference_data()
    government = add_government(name, name_en="Zhengzhou Government", region_code=REGION).id
    return government, make_staff(government, Role.PUBLISHER), make_staff(government, Role.APPROVER)


def make_staff(government: int, *roles: Role) -> int:
    person = make_resident()
    for role in roles:
        grant_role(person, role, government_id=government)
    return person


def make_draft(code: str, government: int, *, by: int, ocid: str | None = None, **said: object) -> Draft:
    """Begin a draft and fill it in."""
    draft = actions.begin_draft(actions.Begin(code, government, by, ocid=ocid))
    notice = notice_types()[code]
    values = {name: value for name, value in filled(notice).items() if name not in PARTS} | {"category": CATEGORY}
    known = {field.name for field in notice.fields}
    kept = {name: value for name, value in (values | said).items() if name in known}
    return actions.change_draft(draft.id, kept, by=by, governments={government})


def make_submitted(code: str, government: int, *, by: int, ocid: str | None = None, **said: object) -> Draft:
    draft = make_draft(code, government, by=by, ocid=ocid, **said)
    return actions.submit_draft(draft.id, by=by, governments={government})


def publish_draft(draft: Draft, *, by: int) -> Draft:
    return actions.approve_draft(draft.id, revision=draft.revision, by=by, governments={draft.government_id})


def make_published(code: str, government: int, *, by: int, approver: int, ocid: str | None = None) -> Draft:
    return publish_draft(make_submitted(code, government, by=by, ocid=ocid), by=approver)
