"""Letters come in the morning of Shanghai, or soon; after failures ever later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.alerts.rules import AT_ONCE_PAUSE, LONGEST_PAUSE, Rhythm, next_letter, pause_after
from portal.kernel.clock import SHANGHAI

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is beside it


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("rhythm", "now", "expected"),
    [
        (Rhythm.DAILY, shanghai(2, 6, 59), shanghai(2, 7)),
        (Rhythm.DAILY, shanghai(2, 7), shanghai(3, 7)),
        (Rhythm.WEEKLY, shanghai(2, 6, 59), shanghai(2, 7)),  # a Monday
        (Rhythm.WEEKLY, shanghai(2, 7), shanghai(9, 7)),
        (Rhythm.WEEKLY, shanghai(8, 23), shanghai(9, 7)),  # a Sunday
    ],
)
def test_letters_come_in_the_morning(rhythm: Rhythm, now: datetime, expected: datetime) -> None:
    assert next_letter(rhythm, now) == expected


@given(MOMENTS, st.sampled_from(list(Rhythm)))
def test_the_next_letter_is_always_ahead_and_never_too_far(now: datetime, rhythm: Rhythm) -> None:
    longest = {Rhythm.AT_ONCE: AT_ONCE_PAUSE, Rhythm.DAILY: timedelta(days=1), Rhythm.WEEKLY: timedelta(days=7)}

    assert now < next_letter(rhythm, now) <= now + longest[rhythm]


@given(st.integers(1, 10_000))
def test_the_pause_after_failures_grows_to_a_limit(failures: int) -> None:
    assert timedelta(0) < pause_after(failures) <= pause_after(failures + 1) <= LONGEST_PAUSE
