"""States of a plan, and who may publish it: plain functions."""

from __future__ import annotations

from enum import StrEnum

from portal.kernel.errors import ConflictError, ForbiddenError, InvalidInputError
from portal.kernel.text import N_

TITLE_LENGTH, TEXT_LENGTH = 100, 2000
LARGEST_QUANTITY = 100_000_000


class PlanStatus(StrEnum):
    """State of a plan."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"


class OmissionReason(StrEnum):
    """Why no line of a plan answers a need."""

    NO_MONEY = "no-money"
    NOT_OURS = "not-ours"
    ALREADY_SERVED = "already-served"
    NO_SUPPLIER = "no-supplier"
    LATER = "later"


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
OMISSION_NAMES = {
    OmissionReason.NO_MONEY: N_("the money is not enough this year"),
    OmissionReason.NOT_OURS: N_("another government is responsible"),
    OmissionReason.ALREADY_SERVED: N_("an existing service covers it"),
    OmissionReason.NO_SUPPLIER: N_("no supplier can do it yet"),
    OmissionReason.LATER: N_("it is planned for a later year"),
}
METHOD_NAMES = {
    "open": N_("open tender"),
    "selective": N_("invited tender"),
    "limited": N_("limited competition"),
    "direct": N_("single source"),
}


class WrongPlanStateError(ConflictError):
    """Raised when a plan is not in the state that an act needs."""

    code = "wrong-plan-state"
    message = N_("The plan has changed in the meantime, so that this is no longer possible.")


class EmptyPlanError(ConflictError):
    """Raised when a plan without lines is submitted."""

    code = "empty-plan"
    message = N_("Add at least one line first.")


class OwnDraftError(ForbiddenError):
    """Raised when somebody wants to approve what they drafted."""

    code = "own-draft"
    message = N_("Nobody approves what they drafted. Ask a second person.")


class NothingAnsweredError(InvalidInputError):
    """Raised when a line names no need."""

    code = "nothing-answered"
    message = N_("Choose at least one need that the line answers.")


class YearError(InvalidInputError):
    """Raised when a year is none that is planned for."""

    code = "year"
    message = N_("Write a year like 2027.")


class PlanExistsError(ConflictError):
    """Raised when a government has a plan for that year."""

    code = "plan-exists"
    message = N_("There is a plan for this year already.")


def check_move(old: PlanStatus, new: PlanStatus) -> None:
    """Let a plan go from one state to another, or refuse it.

    Raises:
        WrongPlanStateError: the table `MOVES` does not have it.
    """
    if new not in MOVES[old]:
        raise WrongPlanStateError


def check_second_person(drafted_by: int | None, approver: int) -> None:
    """Refuse that somebody approves what they drafted.

    Raises:
        OwnDraftError: they are the same person.
    """
    if drafted_by == approver:
        raise OwnDraftError
