"""The figures of ratings meet the published vectors."""

from __future__ import annotations

from datetime import date

import pytest

from portal.ratings import rules
from portal.ratings.rules import Step

UNIFORM = [0.2] * 5


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (600, 1000, 0.5693094293, 0.629925219),
        (5500, 10000, 0.5402319557, 0.5597296445),
        (2, 2, 0.342380224, 1.0),
        (100, 101, 0.9460328414, 0.9982500888),
        (81, 263, 0.2552885195, 0.3662095775),
        (15, 148, 0.06238639929, 0.1604872423),
        (0, 20, 0.0, 0.1611251602),
        (1, 29, 0.006113214225, 0.1717552204),
        (10, 10, 0.722467197, 1.0),
        (0, 10, 0.0, 0.277532803),
    ],
)
def test_a_share_lies_within_its_wilson_interval(successes: int, n: int, low: float, high: float) -> None:
    assert rules.wilson_interval(successes, n) == pytest.approx((low, high), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(
    ("counts", "mean"),
    [
        ([0, 0, 0, 0, 1], 3.222222222),
        ([0, 0, 0, 0, 5], 3.769230769),
        ([0, 0, 0, 0, 50], 4.724137931),
        ([10, 5, 5, 20, 60], 4.064814815),
        ([1, 0, 0, 0, 10], 3.947368421),
    ],
)
def test_few_answers_are_drawn_towards_the_prior(counts: list[int], mean: float) -> None:
    assert rules.shrunken_mean(counts, UNIFORM) == pytest.approx(mean, rel=1e-6)


def test_no_answers_leave_the_mean_of_the_prior() -> None:
    assert rules.shrunken_mean([0] * 5, [0, 0, 0, 0.5, 0.5]) == pytest.approx(4.5)


def test_satisfied_are_the_two_best_levels_and_not_dissatisfied_the_three_best() -> None:
    figures = rules.satisfaction([10, 5, 5, 20, 60], prior=UNIFORM)

    assert (figures.n, figures.satisfied_share, figures.not_dissatisfied_share) == (100, 0.8, 0.85)
    assert (figures.mean, figures.score) == (4.15, 4.064815)
    assert figures.low < 0.8 < figures.high


@pytest.mark.parametrize(
    ("n", "step"),
    [
        (0, Step.NOTHING), (4, Step.NOTHING), (5, Step.TOO_FEW), (9, Step.TOO_FEW), (10, Step.SCORE),
        (29, Step.SCORE), (30, Step.COMPARISON),
    ],
)  # fmt: skip
def test_more_is_shown_the_more_have_answered(n: int, step: Step) -> None:
    assert rules.step_of(n) is step


def test_the_prior_is_uniform_until_thirty_have_answered_in_the_category() -> None:
    assert rules.prior_of([0, 0, 0, 0, 29]) == UNIFORM
    assert rules.prior_of([0, 0, 0, 15, 15]) == [0, 0, 0, 0.5, 0.5]


@pytest.mark.parametrize(
    ("day", "period"), [(date(2026, 1, 1), "2026Q1"), (date(2026, 9, 30), "2026Q3"), (date(2026, 12, 31), "2026Q4")]
)
def test_one_rates_once_in_a_quarter(day: date, period: str) -> None:
    assert rules.period_of(day) == period


def test_the_provider_the_buyer_and_the_buyers_government_are_rated_parties() -> None:
    def is_rated(organizations: set[int], governments: set[int]) -> bool:
        return rules.is_rated_party(
            organization_ids=frozenset(organizations), government_ids=frozenset(governments),
            rated=frozenset({1, 2}), buying=7,
        )  # fmt: skip

    assert is_rated({1}, set())
    assert is_rated({2}, set())
    assert is_rated(set(), {7})
    assert not is_rated({3}, {8})
