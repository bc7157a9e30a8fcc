"""States of a plan, codes of its lines, and who may approve: plain functions."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.kernel.errors import ConflictError, ForbiddenError, InvalidInputError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

TITLE_LENGTH, TEXT_LENGTH, REASON_LENGTH, LINE_LENGTH = 100, 3000, 1000, 200
MOST_QUANTITY = 2_000_000_000
MONTHS = range(1, 13)
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


class PlanStatus(StrEnum):
    """State of a plan."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"


class Method(StrEnum):
    """How a line is to be purchased (OCDS `procurementMethodDetails`)."""

    OPEN = "open-tender"
    INVITED = "invited-tender"
    NEGOTIATION = "competitive-negotiation"
    CONSULTATION = "competitive-consultation"
    FRAMEWORK = "framework-agreement"
    SINGLE_SOURCE = "single-source"
    BELOW_THRESHOLD = "below-threshold"


class OmissionReason(StrEnum):
    """Why a need is not in the plan."""

    NO_MONEY = "no-money"
    SERVED_ALREADY = "served-already"
    OTHER_GOVERNMENT = "other-government"
    NOT_ALLOWED = "not-allowed"
    LATER = "later"
    OTHER = "other"


MOVES = {
    PlanStatus.DRAFT: {PlanStatus.SUBMITTED},
    PlanStatus.SUBMITTED: {PlanStatus.DRAFT, PlanStatus.PUBLISHED},
    PlanStatus.PUBLISHED: set(),
}
STATUS_NAMES = {
    PlanStatus.DRAFT: N_("draft"),
    PlanStatus.SUBMITTED: N_("waits for approval"),
    PlanStatus.PUBLISHED: N_("published"),
}
METHOD_NAMES = {
    Method.OPEN: N_("open tendering"),
    Method.INVITED: N_("invited tendering"),
    Method.NEGOTIATION: N_("competitive negotiation"),
    Method.CONSULTATION: N_("competitive consultation"),
    Method.FRAMEWORK: N_("framework agreement"),
    Method.SINGLE_SOURCE: N_("single source"),
    Method.BELOW_THRESHOLD: N_("bought directly, below the threshold"),
}
OMISSION_NAMES = {
    OmissionReason.NO_MONEY: N_("the money does not reach so far"),
    OmissionReason.SERVED_ALREADY: N_("a running contract covers it"),
    OmissionReason.OTHER_GOVERNMENT: N_("another government is responsible"),
    OmissionReason.NOT_ALLOWED: N_("may not be purchased (negative list)"),
    OmissionReason.LATER: N_("put off to a later year"),
    OmissionReason.OTHER: N_("another reason"),
}


class WrongPlanStateError(ConflictError):
    """Raised when a plan cannot be changed, or cannot go to the wanted state."""

    code = "wrong-plan-state"
    message = N_("The plan is not in a state that allows this. Load the page again.")


class PlanChangedError(ConflictError):
    """Raised when a plan is approved that is not the one on the approver's page."""

    code = "plan-changed"
    message = N_("The plan was changed after you opened this page. Read it again before you approve it.")


class OwnPlanError(ForbiddenError):
    """Raised when somebody approves a plan that they wrote or submitted themselves."""

    code = "own-plan"
    message = N_("You worked on this plan. Somebody else must approve it.")


class EmptyPlanError(ConflictError):
    """Raised when a plan without a line is submitted."""

    code = "empty-plan"
    message = N_("A plan needs at least one line. Add one first.")


class PlanExistsError(ConflictError):
    """Raised when a government has a plan for that year already."""

    code = "plan-exists"
    message = N_("There is a plan of this government for that year already.")


class UnknownChoiceError(InvalidInputError):
    """Raised when a code or number is none of those that can be chosen."""

    code = "unknown-choice"
    message = N_("Choose one of the list.")


class NoNeedError(InvalidInputError):
    """Raised when a line answers no need and says no reason for it."""

    code = "no-need"
    message = N_("Choose the needs that this line answers, or say as a deviation why there is none.")


class BothWaysError(InvalidInputError):
    """Raised when a need would be answered and left out by the same plan."""

    code = "both-ways"
    message = N_("This plan answers the need and leaves it out. Decide for one of the two.")


class UnknownProcessError(InvalidInputError):
    """Raised when there is no public process of that ocid."""

    code = "unknown-process"
    message = N_("There is no public process with this ocid. Copy it from the page of the process.")


def check_move(old: PlanStatus, new: PlanStatus) -> None:
    """Let a plan go from one state to another, or refuse it.

    Raises:
        WrongPlanStateError: the table `MOVES` does not have it.
    """
    if new not in MOVES[old]:
        raise WrongPlanStateError


def check_open(status: PlanStatus) -> None:
    """Refuse to change a plan that is no draft.

    Raises:
        WrongPlanStateError: it was submitted or published.
    """
    if status is not PlanStatus.DRAFT:
        raise WrongPlanStateError


def check_approver(approver: int, authors: Collection[int]) -> None:
    """Keep to two pairs of eyes: nobody approves what they had a hand in.

    Raises:
        OwnPlanError: the approver is one of the authors.
    """
    if approver in authors:
        raise OwnPlanError


def check_answers(need_ids: Sequence[int], *, deviation: str, left_out: Collection[int]) -> None:
    """Refuse a line that answers nothing without a reason, or answers what the plan leaves out.

    Raises:
        NoNeedError, BothWaysError: naming the field.
    """
    if not need_ids and not deviation:
        raise NoNeedError(field="needs")
    if set(need_ids) & set(left_out):
        raise BothWaysError(field="needs")


def sums(amounts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Add up money by code, the largest sum first and equal ones by code.

    Args:
        amounts: code and fen of every line.
    """
    totals: dict[str, int] = defaultdict(int)
    for code, fen in amounts:
        totals[code] += fen
    return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
