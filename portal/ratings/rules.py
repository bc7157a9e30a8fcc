"""The scale, the statistics and the thresholds of ratings: plain functions.

The five levels are those of the national evaluation of government services (国办发〔2019〕51号).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from portal.kernel.errors import ForbiddenError, InvalidInputError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

KAPPA = 8.0
CONFIDENCE = 0.95
LEAST_NEW, LEAST_SCORED, LEAST_COMPARED = 5, 10, 30
COMMENT_LENGTH = 1000
LOWEST_SATISFIED = 4


class Level(IntEnum):
    """How satisfied somebody was, from 1 (worst) to 5 (best)."""

    VERY_DISSATISFIED = 1
    DISSATISFIED = 2
    BASICALLY_SATISFIED = 3
    SATISFIED = 4
    VERY_SATISFIED = 5


class Channel(StrEnum):
    """How somebody came to rate: invited as a user of the service, or by themselves."""

    OPEN = "open"
    INVITED = "invited"


class Shown(StrEnum):
    """How much may be shown of a number of ratings."""

    NOTHING = "nothing"
    TOO_FEW = "too-few"
    SCORE = "score"
    COMPARISON = "comparison"


class Promise(StrEnum):
    """Whether somebody got what the listing promised."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


LEVEL_NAMES = {
    Level.VERY_SATISFIED: N_("very satisfied"),
    Level.SATISFIED: N_("satisfied"),
    Level.BASICALLY_SATISFIED: N_("basically satisfied"),
    Level.DISSATISFIED: N_("dissatisfied"),
    Level.VERY_DISSATISFIED: N_("very dissatisfied"),
}
PROMISE_NAMES = {Promise.YES: N_("yes"), Promise.PARTLY: N_("partly"), Promise.NO: N_("no")}


@dataclass(frozen=True)
class Dimension:
    """One more question that may be answered on the same five levels."""

    key: str
    question: str


DIMENSIONS: Sequence[Dimension] = (
    Dimension("reliability", N_("Did they come as agreed, and on time?")),
    Dimension("responsiveness", N_("Did they react quickly when something came up?")),
    Dimension("attitude", N_("Were they friendly?")),
    Dimension("skill", N_("Did they know their trade?")),
    Dimension("fit", N_("Did it fit what you needed?")),
    Dimension("dignity", N_("Did you feel safe and respected?")),
)


class OutOfRangeError(InvalidInputError):
    """Raised when a level is none of the five."""

    code = "level-out-of-range"
    message = N_("Choose one of the five levels.")


class StaffCannotRateError(ForbiddenError):
    """Raised when staff or the supplier rate a service."""

    code = "staff-cannot-rate"
    message = N_("Staff and suppliers cannot rate: use the account you have as a resident.")


@dataclass(frozen=True)
class Satisfaction:
    """What a number of ratings says, and how sure it is.

    `mean` is on 1 to 5, `satisfied` and its bounds `low` and `high` are shares from 0 to 1.
    """

    n: int
    mean: float
    satisfied: float
    low: float
    high: float


def satisfaction(counts: Mapping[int, int]) -> Satisfaction | None:
    """Summarise counts per level.

    Args:
        counts: how many chose each level from 1 (worst) to 5 (best); missing levels count as none.

    Returns:
        Mean, share of the two best levels and its Wilson bounds at 95 %; None under five ratings.

    Raises:
        OutOfRangeError: a level outside 1 to 5.
    """
    if set(counts) - set(Level):
        raise OutOfRangeError
    n = sum(counts.values())
    if n < LEAST_NEW:
        return None
    satisfied = sum(count for level, count in counts.items() if level >= LOWEST_SATISFIED)
    low, high = wilson(satisfied, n)
    mean = sum(level * count for level, count in counts.items()) / n
    return Satisfaction(n, mean, satisfied / n, low, high)


def wilson(successes: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Compute the score interval of a share.

    Returns:
        Lower and upper bound, from 0 to 1.

    Source: Wilson (1927), J. Amer. Statist. Assoc. 22, 209-212.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, weight = successes / n, 1 + z * z / n
    middle = (share + z * z / (2 * n)) / weight
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / weight
    return max(0.0, middle - half), min(1.0, middle + half)


def shrunken_mean(counts: Mapping[int, int], prior: Mapping[int, float], kappa: float = KAPPA) -> float:
    """Compute the mean that few ratings move only a little from the mean of their category.

    Args:
        counts: how many chose each level.
        prior: share of each level in the category; the shares add up to 1.
        kappa: how many ratings the prior weighs as much as.

    Returns:
        The posterior mean (Dirichlet), from 1 to 5.
    """
    n = sum(counts.values())
    return sum(level * (counts.get(level, 0) + kappa * prior.get(level, 0.0)) for level in Level) / (n + kappa)


def shown(n: int) -> Shown:
    """Tell how much may be shown of n ratings."""
    if n < LEAST_NEW:
        return Shown.NOTHING
    if n < LEAST_SCORED:
        return Shown.TOO_FEW
    return Shown.SCORE if n < LEAST_COMPARED else Shown.COMPARISON


def period_of(day: date) -> str:
    """Name the period in which one person rates a service once: the quarter, `2026Q4`."""
    return f"{day.year}Q{(day.month + 2) // 3}"
