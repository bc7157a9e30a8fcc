"""Plans go from draft by approval to publication, and money adds up."""

from __future__ import annotations

import pytest

from portal.planning import rules
from portal.planning.rules import PlanStatus

ALLOWED = {
    (PlanStatus.DRAFT, PlanStatus.SUBMITTED),
    (PlanStatus.SUBMITTED, PlanStatus.DRAFT),
    (PlanStatus.SUBMITTED, PlanStatus.PUBLISHED),
}


@pytest.mark.parametrize(("old", "new"), sorted(ALLOWED))
def test_a_plan_is_drafted_submitted_given_back_and_published(old: PlanStatus, new: PlanStatus) -> None:
    rules.check_move(old, new)


@pytest.mark.parametrize(("old", "new"), sorted({(old, new) for old in PlanStatus for new in PlanStatus} - ALLOWED))
def test_a_plan_cannot_jump_or_go_back_from_publication(old: PlanStatus, new: PlanStatus) -> None:
    with pytest.raises(rules.WrongPlanStateError):
        rules.check_move(old, new)


def test_nobody_approves_what_they_had_a_hand_in() -> None:
    rules.check_approver(3, {1, 2})

    with pytest.raises(rules.OwnPlanError):
        rules.check_approver(2, {1, 2})


def test_a_line_without_a_need_says_why() -> None:
    rules.check_answers([], deviation="法定项目", left_out=[])

    with pytest.raises(rules.NoNeedError):
        rules.check_answers([], deviation="", left_out=[])


def test_a_need_is_not_answered_and_left_out_at_once() -> None:
    with pytest.raises(rules.BothWaysError):
        rules.check_answers([1, 2], deviation="", left_out=[2])


def test_money_adds_up_by_category_the_largest_first() -> None:
    assert rules.sums([("A", 100), ("B", 150), ("A", 60), ("C", 150)]) == [("A", 160), ("B", 150), ("C", 150)]


def test_every_code_has_a_name() -> None:
    assert set(rules.METHOD_NAMES) == set(rules.Method)
    assert set(rules.OMISSION_NAMES) == set(rules.OmissionReason)
    assert set(rules.STATUS_NAMES) == set(rules.MOVES) == set(PlanStatus)
