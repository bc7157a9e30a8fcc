"""States of a proposal, how long it has waited, and what must not stand in it: plain functions."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from portal.kernel.errors import ConflictError, ForbiddenError, InvalidInputError
from portal.kernel.text import N_, nfkc_fold

if TYPE_CHECKING:
    from datetime import datetime

TITLE_LENGTH, BODY_LENGTH, REASON_LENGTH = 80, 3000, 2000
ANSWER_DAYS, LONG_OVERDUE_DAYS, MODERATION_DAYS = 30, 60, 3
MOST_PEOPLE = 10_000_000
SMALLEST_CELL = 5
SIMILAR_ENOUGH = 0.3
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_SEPARATORS = re.compile(r"(?<=\d)[\s\-–—.·]+(?=\d)")


class ProposalStatus(StrEnum):
    """State of a proposal; what became of it afterwards is told by its answer and the ring."""

    SUBMITTED = "submitted"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What an official says to a proposal (Decidim's answers)."""

    ACCEPTED = "accepted"
    CONSIDERING = "considering"
    REJECTED = "rejected"


class Waiting(StrEnum):
    """How long a published proposal has been without an answer."""

    ANSWERED = "answered"
    IN_TIME = "in-time"
    OVERDUE = "overdue"
    LONG_OVERDUE = "long-overdue"


MOVES = {
    ProposalStatus.SUBMITTED: {ProposalStatus.PUBLISHED, ProposalStatus.REFUSED, ProposalStatus.WITHDRAWN},
    ProposalStatus.PUBLISHED: {ProposalStatus.WITHDRAWN},
    ProposalStatus.REFUSED: {ProposalStatus.PUBLISHED},
    ProposalStatus.WITHDRAWN: set(),
}
STATUS_NAMES = {
    ProposalStatus.SUBMITTED: N_("waits for moderation"),
    ProposalStatus.PUBLISHED: N_("published"),
    ProposalStatus.REFUSED: N_("not published"),
    ProposalStatus.WITHDRAWN: N_("withdrawn"),
}
VERDICT_NAMES = {
    Verdict.ACCEPTED: N_("accepted"),
    Verdict.CONSIDERING: N_("being considered"),
    Verdict.REJECTED: N_("rejected"),
}
WAITING_NAMES = {
    Waiting.ANSWERED: N_("answered"),
    Waiting.IN_TIME: N_("waits for an answer"),
    Waiting.OVERDUE: N_("answer overdue"),
    Waiting.LONG_OVERDUE: N_("answer long overdue"),
}


class WrongStateError(ConflictError):
    """Raised when a proposal cannot go from its state to the wanted one."""

    code = "wrong-state"
    message = N_("The proposal has changed in the meantime, so that this is no longer possible.")


class AlreadySupportedError(ConflictError):
    """Raised when a resident supports a proposal twice."""

    code = "already-supported"
    message = N_("You support this proposal already.")


class NotSupportedError(ConflictError):
    """Raised when a resident takes back a support that was never given."""

    code = "not-supported"
    message = N_("You do not support this proposal.")


class NotYoursError(ForbiddenError):
    """Raised when somebody changes what belongs to another."""

    code = "not-yours"
    message = N_("Only its author can do this.")


class PersonalDataError(InvalidInputError):
    """Raised when a text holds a mobile or identity number."""

    code = "personal-data"
    message = N_("Take the mobile or identity number out: everybody can read this.")


class UnknownCodeError(InvalidInputError):
    """Raised when a region or category is none of ours."""

    code = "unknown-code"
    message = N_("Choose one of the list.")


class SimilarError(InvalidInputError):
    """Raised when there are similar proposals and the author has not said that theirs is different."""

    code = "similar"
    message = N_("There are similar proposals. Support one of them, or say that yours is different.")


class MissingReasonError(InvalidInputError):
    """Raised when a proposal is refused without a reason."""

    code = "missing-reason"
    message = N_("Give a reason: the author is shown it.")


class NothingChosenError(InvalidInputError):
    """Raised when proposals are gathered and none was chosen, or no need is named."""

    code = "nothing-chosen"
    message = N_("Choose a need, or give the new need a title.")


def check_move(old: ProposalStatus, new: ProposalStatus) -> None:
    """Let a proposal go from one state to another, or refuse it.

    Raises:
        WrongStateError: the table `MOVES` does not have it.
    """
    if new not in MOVES[old]:
        raise WrongStateError


def check_text(text: str, *, field: str) -> None:
    """Refuse a text with a mainland mobile number or an identity number (with a right check digit).

    Raises:
        PersonalDataError: naming the field.
    """
    joined = _SEPARATORS.sub("", nfkc_fold(text).upper())
    if _MOBILE.search(joined) or any(is_id_number(found[0]) for found in _ID_NUMBER.finditer(joined)):
        raise PersonalDataError(field=field)


def is_id_number(digits: str) -> bool:
    """Tell whether 18 characters are a citizen identity number: its check digit is right (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11] == digits[17].upper()


def waiting(published_at: datetime, now: datetime, *, is_answered: bool) -> Waiting:
    """Tell how long a proposal has waited: in time, overdue after 30 days, long overdue after 60."""
    if is_answered:
        return Waiting.ANSWERED
    days = (now - published_at).days
    if days <= ANSWER_DAYS:
        return Waiting.IN_TIME
    return Waiting.OVERDUE if days <= LONG_OVERDUE_DAYS else Waiting.LONG_OVERDUE


def reference(number: int, year: int) -> str:
    """Write the reference that people quote: P2026-000123."""
    return f"P{year}-{number:06d}"


def bigrams(text: str) -> frozenset[str]:
    """Take a text apart into pairs of neighbouring letters or characters."""
    letters = [letter for letter in nfkc_fold(text) if letter.isalnum()]
    return frozenset(first + second for first, second in pairwise(letters))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Compare two texts by their pairs: 0 (nothing shared) to 1 (the same); Jaccard's coefficient."""
    return len(one & other) / len(one | other) if one and other else 0.0
