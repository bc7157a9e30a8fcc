"""When alerts are due, how many may be asked for, and what may go wrong: plain functions."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum

from portal.kernel.clock import SHANGHAI, day_of
from portal.kernel.errors import ConflictError, TooManyError
from portal.kernel.text import N_

ASKS_PER_HOUR = 5  # for one mail address
ASKS_PER_HOUR_OF_ALL = 500  # so that a flood cannot make the portal write to the whole world
ALERTS_PER_ADDRESS = 50
CONFIRMATION_LIFETIME = timedelta(days=2)
MOST_TOLD = 50  # things in one letter; the rest is counted and linked
SETTLING = timedelta(minutes=2)  # so long may the transaction of an act run on after the moment that it names
AT_ONCE_PAUSE = timedelta(minutes=10)  # at once, but not a letter for each of a hundred notices
LETTER_HOUR = time(7, 0)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=12)
REFUSALS_BEFORE_END = 5
MISSES_BEFORE_END = 60  # about a month: what is hidden may come back
LETTERS_PER_TURN = 20


class Rhythm(StrEnum):
    """How often somebody wants to be told."""

    AT_ONCE = "at-once"
    DAILY = "daily"
    WEEKLY = "weekly"


RHYTHM_NAMES = {
    Rhythm.AT_ONCE: N_("At once (within a quarter of an hour)"),
    Rhythm.DAILY: N_("Every morning, if there is something new"),
    Rhythm.WEEKLY: N_("Every Monday morning, if there is something new"),
}


class TooManyAsksError(TooManyError):
    """Raised when confirmations are asked for faster than a person would."""

    code = "too-many-asks"
    message = N_(
        "Several confirmations were asked for in a short time. Look into your mailbox, or try again in an hour."
    )


class TooManyAlertsError(ConflictError):
    """Raised when an address has as many alerts as it may have."""

    code = "too-many-alerts"
    message = N_("This address has %(most)s alerts, more are not possible. End one of them by the link in its mails.")


def next_letter(rhythm: Rhythm, now: datetime) -> datetime:
    """Tell when an alert is looked at next, after it was looked at now."""
    if rhythm is Rhythm.AT_ONCE:
        return now + AT_ONCE_PAUSE
    today = day_of(now)
    days = 1 if rhythm is Rhythm.DAILY else 7 - today.weekday()
    morning = datetime.combine(today, LETTER_HOUR, SHANGHAI)
    if rhythm is Rhythm.DAILY and now < morning:
        days = 0
    if rhythm is Rhythm.WEEKLY and today.weekday() == 0 and now < morning:
        days = 0
    return morning + timedelta(days)


def pause_after(failures: int) -> timedelta:
    """Tell how long to wait after so many letters in a row that could not be delivered: longer each time."""
    return min(FIRST_PAUSE * (1 << min(failures - 1, 20)), LONGEST_PAUSE)
