"""Sending what is due: a letter for each alert with something new.

A letter is marked as told after the mail server took it: a kill in between sends it again under the same
Message-ID, and nothing is ever left untold.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.alerts import letters, queries, rules
from portal.alerts.models import Alert
from portal.kernel import clock
from portal.kernel.errors import PortalError
from portal.mail import port as mail
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.web.locale import spoken_in

if TYPE_CHECKING:
    from datetime import datetime

    from portal.mail.port import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """What one look at an alert came to: the letter to send, if any, and until when it tells of things."""

    letter: Message | None
    told_until: datetime


def send_due() -> int:
    """Send the letters that are due, a limited number at a time; return how many were sent.

    Only one process does this at a time (see `portal.outbox.draining`). While the mail server is away, the rest
    waits for the next turn.
    """
    due = queries.due(clock.now()).with_only_columns(Alert.id).limit(rules.LETTERS_PER_TURN)
    numbers = db.session.scalars(due).all()
    db.session.rollback()
    sent = 0
    for number in numbers:
        try:
            sent += _serve(number)
        except mail.UndeliverableError as error:
            _note_failure(number, most=rules.REFUSALS_BEFORE_END if error.is_final else None)
            if not error.is_final:
                break
        except Exception:  # one alert must not keep the others, nor search and feeds, from their turn
            log.exception("alert %s cannot be told", number)
            db.session.rollback()
            _note_failure(number, most=None)
    return sent


def _serve(number: int) -> bool:
    turn = _look(number)
    if turn is None:
        _note_failure(number, most=rules.MISSES_BEFORE_END)
        return False
    if turn.letter is not None:
        mail.send(turn.letter)
    with transaction():
        alert = db.session.get(Alert, number)
        if alert is not None:
            alert.told_until, alert.failures = turn.told_until, 0
            alert.next_at = rules.next_letter(alert.rhythm, clock.now())
    return turn.letter is not None


def _look(number: int) -> Turn | None:
    """Look at what an alert follows, until what may still be in the making; None while nobody may see that."""
    alert, until = db.session.get_one(Alert, number), clock.now() - rules.SETTLING
    try:
        with spoken_in(alert.language):
            subject = queries.subject_of(alert)
            entries = subject.entries_between(alert.told_until, until)
            letter = letters.news(alert, subject, entries) if entries else None
            return Turn(letter, max(until, alert.told_until))
    except PortalError:
        return None
    finally:
        db.session.rollback()


def _note_failure(number: int, *, most: int | None) -> None:
    """Wait longer after every failure; end the alert after so many in a row, if any number is too many."""
    with transaction():
        alert = db.session.get(Alert, number)
        if alert is None:
            return
        alert.failures += 1
        alert.next_at = clock.now() + rules.pause_after(alert.failures)
        if most is not None and alert.failures >= most:
            db.session.delete(alert)
