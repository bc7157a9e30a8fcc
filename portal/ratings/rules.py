"""Levels, periods, and the figures of a rating: plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

from portal.kernel.errors import ForbiddenError, InvalidInputError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

WORST, BEST = 1, 5
SATISFIED_FROM, NOT_DISSATISFIED_FROM = 4, 3
LEVEL_NAMES: Mapping[int, str] = {
    5: N_("Very satisfied"),
    4: N_("Satisfied"),
    3: N_("Fairly satisfied"),
    2: N_("Dissatisfied"),
    1: N_("Very dissatisfied"),
}
Z_95 = 1.959964
KAPPA = 8
LEAST_NEW_ANSWERS = 5
LEAST_SHOWN, LEAST_SCORED, LEAST_COMPARED = 5, 10, 30
LEAST_FOR_PRIOR = 30
COMMENT_LENGTH = 1000
DIGITS = 6


class Channel(StrEnum):
    """How the answers of a summary were asked for; the channels are never mixed."""

    OPEN = "open"
    INVITED = "invited"


class Promise(StrEnum):
    """Whether a resident got what the listing promised."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Step(StrEnum):
    """How much of a summary may be shown, by the number of answers."""

    NOTHING = "nothing"
    TOO_FEW = "too-few"
    SCORE = "score"
    COMPARISON = "comparison"


STEP_NAMES = {
    Step.TOO_FEW: N_("5 to 9 answers: their number only"),
    Step.SCORE: N_("10 to 29 answers: figures, too few to compare"),
    Step.COMPARISON: N_("30 answers and more: figures that may be compared"),
}
CHANNEL_NAMES = {
    Channel.OPEN: N_("open to every signed-in resident, without proof of use"),
    Channel.INVITED: N_("residents invited after using the service"),
}
PROMISE_NAMES = {Promise.YES: N_("Yes"), Promise.PARTLY: N_("Partly"), Promise.NO: N_("No")}


class RatedPartyError(ForbiddenError):
    """Raised when somebody who works for the provider or the buyer rates their own service."""

    code = "rated-party"
    message = N_("People who work for the provider or the buyer of a service cannot rate it.")


class UnknownLevelError(InvalidInputError):
    """Raised when a level is none of the five."""

    code = "unknown-level"
    message = N_("Choose one of the five answers.")


class UnknownDimensionError(InvalidInputError):
    """Raised when a question is not asked, or not any more."""

    code = "unknown-dimension"
    message = N_("This question is not asked any more. Load the page again.")


class UnknownNeedError(InvalidInputError):
    """Raised when a rating is to inform a need that nobody can see."""

    code = "unknown-need"
    message = N_("Choose a need of the list.")


@dataclass(frozen=True)
class Satisfaction:
    """The figures of some answers.

    Shares run from 0 to 1, `mean` and `score` from 1 to 5. `low` and `high` bound the satisfied share
    at 95 %. The mean is of these answers alone, the score is drawn towards the prior.
    """

    n: int
    satisfied_share: float
    not_dissatisfied_share: float
    low: float
    high: float
    mean: float
    score: float


def satisfaction(counts: Sequence[int], *, prior: Sequence[float]) -> Satisfaction:
    """Summarise answers in five levels.

    Args:
        counts: answers of level 1 (worst) to 5 (best), together at least one.
        prior: the share of each level in the category, summing to 1.

    Returns:
        The figures, rounded to six digits so that they are the same on every machine.
    """
    n = sum(counts)
    satisfied = sum(counts[SATISFIED_FROM - 1 :])
    low, high = wilson_interval(satisfied, n)
    return Satisfaction(
        n=n,
        satisfied_share=round(satisfied / n, DIGITS),
        not_dissatisfied_share=round(sum(counts[NOT_DISSATISFIED_FROM - 1 :]) / n, DIGITS),
        low=round(low, DIGITS),
        high=round(high, DIGITS),
        mean=round(mean(counts), DIGITS),
        score=round(shrunken_mean(counts, prior), DIGITS),
    )


def wilson_interval(successes: int, n: int, *, z: float = Z_95) -> tuple[float, float]:
    """Compute the bounds within which a share lies.

    Args:
        successes: how many of the `n` (at least one) were so.
        n: how many there were.
        z: quantile of the normal distribution, two-sided 95 % by default.

    Returns:
        Lower and upper bound, 0 to 1.

    Source: Wilson (1927), J. Amer. Statist. Assoc. 22, 209-212.
    """
    share, square = successes / n, z * z
    middle = share + square / (2 * n)
    half = z * sqrt(share * (1 - share) / n + square / (4 * n * n))
    whole = 1 + square / n
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def mean(counts: Sequence[int]) -> float:
    """Compute the mean level of at least one answer."""
    return sum(level * count for level, count in enumerate(counts, start=WORST)) / sum(counts)


def shrunken_mean(counts: Sequence[int], prior: Sequence[float], *, kappa: float = KAPPA) -> float:
    """Compute the mean of the Dirichlet posterior: few answers are drawn towards the prior.

    Args:
        counts: answers of level 1 to 5; they may all be 0.
        prior: share of each level in the category, summing to 1.
        kappa: how many answers the prior is worth. 8 is the method-of-moments estimate on 73,421
            real ratings (InstEval); it halves the error of a mean of five answers.
    """
    weights = [count + kappa * share for count, share in zip(counts, prior, strict=True)]
    return sum(level * weight for level, weight in enumerate(weights, start=WORST)) / (sum(counts) + kappa)


def prior_of(counts: Sequence[int]) -> list[float]:
    """Turn the answers of a whole category into a prior; uniform while there are under 30."""
    total = sum(counts)
    if total < LEAST_FOR_PRIOR:
        return [1 / BEST] * BEST
    return [round(count / total, DIGITS) for count in counts]


def step_of(n: int) -> Step:
    """Tell how much may be shown of `n` answers: nothing under 5, a score from 10, comparison from 30."""
    if n < LEAST_SHOWN:
        return Step.NOTHING
    if n < LEAST_SCORED:
        return Step.TOO_FEW
    return Step.SCORE if n < LEAST_COMPARED else Step.COMPARISON


def is_scored(n: int) -> bool:
    """Tell whether a score and its distribution may be shown."""
    return step_of(n) in {Step.SCORE, Step.COMPARISON}


def period_of(day: date) -> str:
    """Name the quarter in which one resident may rate one service once: `2026Q4`."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def week_start(day: date) -> date:
    """Find the Monday of a day's week: answers before it may be counted."""
    return day - timedelta(days=day.weekday())


def day_after(day: date) -> date:
    """Tell the next day."""
    return day + timedelta(days=1)


def check_level(level: int, *, field: str = "level") -> None:
    """Refuse a level that is none of the five.

    Raises:
        UnknownLevelError: naming the field.
    """
    if not WORST <= level <= BEST:
        raise UnknownLevelError(field=field)


def is_rated_party(
    *, organization_ids: frozenset[int], government_ids: frozenset[int], rated: frozenset[int], buying: int | None
) -> bool:
    """Tell whether somebody works for those who are rated.

    Args:
        organization_ids: the organisations that somebody has a role in.
        government_ids: the governments that somebody has a role in.
        rated: provider and buyer of the service.
        buying: the government that the buyer belongs to.
    """
    return bool(organization_ids & rated) or (buying is not None and buying in government_ids)
