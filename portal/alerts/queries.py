"""What an alert follows, and which alerts are due."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, urlencode

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select

from portal.alerts.models import Alert
from portal.feeds import registry
from portal.kernel.errors import NotFoundError
from portal.storage.database import db
from portal.web.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from portal.feeds.spec import Entry, FeedSource

_SALT = "alert"


@dataclass(frozen=True)
class Subject:
    """A list under some filters: what somebody is told of."""

    source: FeedSource
    filters: Filters

    @classmethod
    def find(cls, feed: str, filters: Filters) -> Self:
        """Find a list by its name.

        Raises:
            NotFoundError: there is no such list.
        """
        source = registry.find(feed)
        if source is None:
            raise NotFoundError
        return cls(source, filters)

    @property
    def query(self) -> str:
        """Write the filters, the same for the same list however it was asked for."""
        said = self.filters.as_args(sort=None, page=None)
        return urlencode(sorted((name, str(value)) for name, value in said.items()))

    @property
    def digest(self) -> str:
        """Compute what tells two subjects apart."""
        return sha256(f"{self.source.name}?{self.query}".encode()).hexdigest()

    def entries_between(self, told_until: datetime, until: datetime) -> Sequence[Entry]:
        """List what was published after one moment and not after another, newest first."""
        return self.source.listing.since(self.filters, told_until, until=until)[::-1]


def subject_of(alert: Alert) -> Subject:
    """Tell what an alert follows.

    Raises:
        NotFoundError: the list is no more.
    """
    return Subject.find(alert.feed, Filters.read(dict(parse_qsl(alert.query))))


def token_of(alert: Alert) -> str:
    """Write the part of an address that only the owner's mails contain."""
    return str(_signer().dumps(alert.key))


def key_in(token: str) -> str:
    """Read the key in such an address.

    Raises:
        NotFoundError: it was not written by this portal.
    """
    try:
        return str(_signer().loads(token))
    except BadSignature as error:
        raise NotFoundError from error


def by_token(token: str) -> Alert | None:
    """Find an alert by the address in its mails; None when it was ended."""
    return db.session.scalar(select(Alert).where(Alert.key == key_in(token)))


def same(email: str, subject: Subject) -> Alert | None:
    """Find the alert of an address on the same subject."""
    return db.session.scalar(select(Alert).where(Alert.email == email, Alert.subject == subject.digest))


def due(now: datetime) -> Select[Alert]:
    """Tell which alerts are to be looked at, longest waiting first."""
    return select(Alert).where(Alert.is_confirmed, Alert.next_at <= now).order_by(Alert.next_at, Alert.id)


def number_of(email: str) -> int:
    """Count the alerts of an address."""
    return db.session.scalar(select(func.count()).where(Alert.email == email)) or 0


def asks_since(moment: datetime, email: str | None = None) -> int:
    """Count the confirmations asked for since a moment, by one address or by all."""
    asks = select(func.coalesce(func.sum(Alert.asks), 0)).where(~Alert.is_confirmed, Alert.asked_at > moment)
    return db.session.scalar(asks if email is None else asks.where(Alert.email == email)) or 0


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=_SALT)
