"""Asking for an alert, confirming, changing and ending it; forgetting what nobody confirmed."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal.accounts.rules import normal_email
from portal.alerts import letters, queries, rules
from portal.alerts.models import Alert
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.mail import port as mail
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from portal.alerts.queries import Subject
    from portal.alerts.rules import Rhythm

KEY_BYTES = 24
_HOUR = timedelta(hours=1)


def ask(raw_email: str, subject: Subject, rhythm: Rhythm, *, language: str) -> None:
    """Keep that somebody wants an alert, and mail the question whether it is really they who want it.

    Whether the address has this alert already is only said in the mail.

    Raises:
        NotAnEmailError, TooManyAsksError, TooManyAlertsError
    """
    email, now = normal_email(raw_email), clock.now()
    with transaction():
        alert = queries.same(email, subject)
        if alert is None:
            _check_number(email)
            alert = _new(email, subject, rhythm, language)
            db.session.add(alert)
        else:
            if not alert.is_confirmed:
                alert.rhythm, alert.language = rhythm, language
            alert.asks = 1 if alert.asked_at < now - _HOUR else alert.asks + 1
        alert.asked_at = now
        db.session.flush()
        _check_asks(email)
        letter = letters.question(alert, subject)
    mail.send(letter)


def confirm(token: str) -> None:
    """Begin to tell: from now on, of what is published from now on. Safe to repeat.

    Raises:
        NotFoundError: it was ended, or nobody confirmed it in time.
    """
    with transaction():
        alert = _present(token)
        if not alert.is_confirmed:
            now = clock.now()
            alert.is_confirmed, alert.told_until, alert.asks = True, now, 0
            alert.next_at = rules.next_letter(alert.rhythm, now)


def change_rhythm(token: str, rhythm: Rhythm) -> None:
    """Tell more or less often.

    Raises:
        NotFoundError: it was ended.
    """
    with transaction():
        alert = _present(token)
        alert.rhythm, alert.next_at = rhythm, rules.next_letter(rhythm, clock.now())


def end(token: str) -> None:
    """End an alert and forget the address; safe to repeat."""
    with transaction():
        db.session.execute(delete(Alert).where(Alert.key == queries.key_in(token)))


def forget_unconfirmed() -> int:
    """Forget the addresses that nobody confirmed in time; return how many alerts those were."""
    too_old = clock.now() - rules.CONFIRMATION_LIFETIME
    waiting = (~Alert.is_confirmed, Alert.asked_at < too_old)
    if db.session.scalar(select(Alert.id).where(*waiting).limit(1)) is None:
        db.session.rollback()
        return 0
    with transaction():
        return len(db.session.scalars(delete(Alert).where(*waiting).returning(Alert.id)).all())


def _new(email: str, subject: Subject, rhythm: Rhythm, language: str) -> Alert:
    now = clock.now()
    return Alert(
        key=secrets.token_urlsafe(KEY_BYTES), email=email, feed=subject.feed, query=subject.query,
        subject=subject.digest, language=language, rhythm=rhythm, asked_at=now, asks=1, told_until=now, next_at=now,
    )  # fmt: skip


def _present(token: str) -> Alert:
    alert = queries.by_token(token)
    if alert is None:
        raise NotFoundError
    return alert


def _check_number(email: str) -> None:
    if queries.number_of(email) >= rules.ALERTS_PER_ADDRESS:
        raise rules.TooManyAlertsError(field="email", most=rules.ALERTS_PER_ADDRESS)


def _check_asks(email: str) -> None:
    since = clock.now() - _HOUR
    of_one, of_all = queries.asks_since(since, email), queries.asks_since(since)
    if of_one > rules.ASKS_PER_HOUR or of_all > rules.ASKS_PER_HOUR_OF_ALL:
        raise rules.TooManyAsksError(field="email")
