"""Notices of the demonstration that are written in the office: one in every state, one published by two persons."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.clock import SHANGHAI
from portal.publishing import actions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.demo.purchases import Purchase
    from portal.publishing.models import Draft

PLACE = "410100"
SCHEDULED_FOR = datetime(2027, 12, 31, 9, 0, tzinfo=SHANGHAI)


def write(purchases: Sequence[Purchase], *, government: int, staff: Mapping[str, int]) -> None:
    """Write notices in every state for the purchases of one city, at the moment of the frozen clock."""
    author, approver = staff["publisher@example.org"], staff["approver@example.org"]
    office = _Office(government, author, approver)
    awarded, accepted = _of_fate(purchases, "awarded"), _of_fate(purchases, "accepted")
    today = clock.today()
    if awarded is not None:
        office.draft("contract", awarded.ocid, signed_on=(today - timedelta(days=1)).isoformat())
    office.returned()
    office.submit(office.draft("intention", None, **INTENTION, buyer=BUYER))
    if accepted is None:
        return
    evaluation = EVALUATION | {"evaluated_on": (today - timedelta(days=3)).isoformat()}
    office.publish(office.draft("evaluation", accepted.ocid, **evaluation))
    later = office.draft("evaluation", accepted.ocid, **evaluation | {"findings": "年度复评：服务质量保持稳定。"})
    office.publish(later, at=SCHEDULED_FOR)


class _Office:
    """Publisher and approver of one government."""

    def __init__(self, government: int, author: int, approver: int) -> None:
        self.government, self.author, self.approver = government, author, approver

    def draft(self, code: str, ocid: str | None, **said: object) -> Draft:
        """Begin a draft and fill in what is said."""
        draft = actions.begin_draft(actions.Begin(code, self.government, self.author, ocid=ocid))
        return actions.change_draft(draft.id, said, by=self.author, governments={self.government})

    def submit(self, draft: Draft) -> Draft:
        """Hand a draft to the approver."""
        return actions.submit_draft(draft.id, by=self.author, governments={self.government})

    def publish(self, draft: Draft, *, at: datetime | None = None) -> None:
        """Approve a draft, at once or for later."""
        self.submit(draft)
        actions.approve_draft(
            draft.id, revision=draft.revision, by=self.approver, governments={self.government}, publish_at=at
        )

    def returned(self) -> None:
        """Give a draft back."""
        draft = self.submit(self.draft("intention", None, **INTENTION | {"title": "社区托育服务"}, buyer=BUYER))
        reason = "预算金额与部门预算不一致，请核对。"
        actions.return_draft(draft.id, reason, by=self.approver, governments={self.government})


def _of_fate(purchases: Sequence[Purchase], fate: str) -> Purchase | None:
    """Give the purchase of the city that came so far last."""
    found = [made for made in purchases if made.fate == fate and made.place.code == PLACE]
    return max(found, key=lambda made: str(made.releases[-1]["date"]), default=None)


BUYER = {"name": "郑州市民政局", "code": ""}
INTENTION: dict[str, object] = {
    "title": "失能老人上门助浴服务", "title_en": "Bathing help at home for disabled older people",
    "description": "为失能老人提供上门助浴，每月两次，由持证护理员完成。",
    "description_en": "Bathing help at home twice a month by certified carers.", "region": PLACE, "category": "A0402",
    "budget": {"fen": 86_000_000, "unit": "wan"}, "expected_month": "2026-12", "sme_reserve": "no",
}  # fmt: skip
EVALUATION: dict[str, object] = {
    "evaluator": {"name": "郑州市社会组织评估中心", "code": ""}, "score": "88.5", "grade": "good",
    "findings": "服务按合同完成，服务对象满意，回访记录需完善。",
    "findings_en": "Delivered as agreed; users are satisfied; records of return visits need care.",
    "users_asked": "64", "users_satisfied": "93.75", "use_of_results": "作为下一年度安排预算和选择承接主体的依据。",
}  # fmt: skip
