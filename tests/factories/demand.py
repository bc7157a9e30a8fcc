"""Proposals and needs."""

from __future__ import annotations

from portal.accounts.actions import add_person
from portal.classification.actions import load_reference_data
from portal.demand import actions
from portal.demand.actions import ProposalText
from portal.parties.actions import add_government

REGION, CATEGORY = "410105", "A0402"


def make_place() -> int:
    """Load the reference data and make the government of Zhengzhou."""
    load_reference_data()
    return add_government("郑州市人民政府", name_en="Zhengzhou", region_code="410100").id


def make_person(name: str = "li") -> int:
    return add_person(f"{name}@example.org").id


def proposal_text(title: str = "希望在金水区设一个老人食堂", body: str = "独居老人做饭不方便。") -> ProposalText:
    return ProposalText(title=title, body=body, region_code=REGION, category_code=CATEGORY)


def make_proposal(government: int, *, by: int | None = None, title: str = "希望在金水区设一个老人食堂") -> int:
    """Make a published proposal."""
    made = actions.submit_proposal(proposal_text(title), by=by)
    actions.moderate_proposal(made.id, publish=True, reason="", governments=[government])
    return made.id
