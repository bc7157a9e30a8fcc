"""States of a draft, who may approve it, and what is refused: plain functions."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from portal.kernel.errors import ConflictError, ForbiddenError, InvalidInputError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

REASON_LENGTH = 1000


class DraftStatus(StrEnum):
    """How far a draft has come."""

    DRAFTING = "drafting"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class Purpose(StrEnum):
    """What a draft is to do."""

    PUBLISH = "publish"
    CORRECT = "correct"
    WITHDRAW = "withdraw"


class DraftAct(StrEnum):
    """What somebody did with a draft."""

    BEGUN = "begun"
    CHANGED = "changed"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"


OPEN = (DraftStatus.DRAFTING, DraftStatus.SUBMITTED, DraftStatus.APPROVED)
AUTHORING = (DraftAct.BEGUN, DraftAct.CHANGED, DraftAct.SUBMITTED)  # by these somebody has a hand in a draft
MOVES = {
    DraftStatus.DRAFTING: {DraftStatus.SUBMITTED, DraftStatus.DISCARDED},
    DraftStatus.SUBMITTED: {DraftStatus.DRAFTING, DraftStatus.APPROVED, DraftStatus.PUBLISHED},
    DraftStatus.APPROVED: {DraftStatus.DRAFTING, DraftStatus.PUBLISHED},
    DraftStatus.PUBLISHED: set(),
    DraftStatus.DISCARDED: set(),
}
STATUS_NAMES = {
    DraftStatus.DRAFTING: N_("draft"),
    DraftStatus.SUBMITTED: N_("waits for approval"),
    DraftStatus.APPROVED: N_("approved, scheduled"),
    DraftStatus.PUBLISHED: N_("published"),
    DraftStatus.DISCARDED: N_("thrown away"),
}
PURPOSE_NAMES = {
    Purpose.PUBLISH: N_("New notice"),
    Purpose.CORRECT: N_("Correction of a published notice"),
    Purpose.WITHDRAW: N_("Withdrawal of a published notice"),
}
ACT_NAMES = {
    DraftAct.BEGUN: N_("begun"),
    DraftAct.CHANGED: N_("changed"),
    DraftAct.SUBMITTED: N_("submitted for approval"),
    DraftAct.RETURNED: N_("given back"),
    DraftAct.APPROVED: N_("approved"),
    DraftAct.PUBLISHED: N_("published"),
    DraftAct.DISCARDED: N_("thrown away"),
}


class WrongDraftStateError(ConflictError):
    """Raised when a draft cannot be changed, or cannot go to the wanted state."""

    code = "wrong-draft-state"
    message = N_("The draft is not in a state that allows this; somebody may have been quicker. Load the page again.")


class DraftChangedError(ConflictError):
    """Raised when a draft is approved that is not the one on the approver's page."""

    code = "draft-changed"
    message = N_("The draft was changed after you opened this page. Read it again before you approve it.")


class OwnDraftError(ForbiddenError):
    """Raised when somebody approves a draft that they had a hand in."""

    code = "own-draft"
    message = N_("You worked on this draft. Somebody else must approve it.")


class IncompleteDraftError(InvalidInputError):
    """Raised when a draft is submitted that lacks something."""

    code = "incomplete-draft"
    message = N_("Something is missing or does not fit yet. Put it right, then submit.")


class RefusedReleaseError(ConflictError):
    """Raised when the release of a draft cannot be sealed."""

    code = "refused-release"
    message = N_("The notice cannot be published as it is: %(reason)s. Give the draft back and have it put right.")


class PastMomentError(InvalidInputError):
    """Raised when publication is scheduled for a moment that is over."""

    code = "past-moment"
    message = N_("This moment is over. Choose a later one, or leave it empty to publish at once.")


class CannotFollowError(InvalidInputError):
    """Raised when a notice of this type cannot continue the purchase that was named."""

    code = "cannot-follow"
    message = N_(
        "A notice of this type continues a purchase. Choose it; where its tender or contract is not published yet,"
        " publish that first."
    )


class UnknownPurchaseError(InvalidInputError):
    """Raised when a purchase or publication is not one of the draft's government."""

    code = "unknown-purchase"
    message = N_("There is no such purchase of your government. Choose one of the list.")


class NoReasonError(InvalidInputError):
    """Raised when a correction or withdrawal has no reason."""

    code = "no-reason"
    message = N_("Say why. Everybody can read it.")


def rests_on(code: str) -> str:
    """Tell which part of a purchase a notice that begins none continues."""
    return "tender" if code == "correction" else "contracts"


def check_move(old: DraftStatus, new: DraftStatus) -> None:
    """Let a draft go from one state to another, or refuse it.

    Raises:
        WrongDraftStateError: the table `MOVES` does not have it.
    """
    if new not in MOVES[old]:
        raise WrongDraftStateError


def check_open(status: DraftStatus) -> None:
    """Refuse to change a draft that was handed on.

    Raises:
        WrongDraftStateError: it was submitted, published or thrown away.
    """
    if status is not DraftStatus.DRAFTING:
        raise WrongDraftStateError


def check_approver(approver: int, authors: Collection[int]) -> None:
    """Keep to two pairs of eyes: nobody approves what they had a hand in.

    Raises:
        OwnDraftError: the approver is one of the authors.
    """
    if approver in authors:
        raise OwnDraftError


def check_moment(at: datetime | None, now: datetime) -> None:
    """Refuse to schedule for the past.

    Raises:
        PastMomentError: naming the field.
    """
    if at is not None and at <= now:
        raise PastMomentError(field="publish_at")
