"""What an alert follows, and which alerts are due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, urlencode

from flask import current_app
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select

from portal.alerts.models import LONGEST_FEED, Alert
from portal.alerts.rules import MOST_TOLD
from portal.feeds import registry
from portal.kernel.errors import NotFoundError, PortalError
from portal.opendata import feed_serving
from portal.storage.database import db
from portal.web.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from portal.feeds.spec import Entry
    from portal.opendata.feed_serving import Channel

_SALT = "alert"


@dataclass(frozen=True)
class Subject:
    """A list under some filters, or one thing: what somebody is told of. `feed` is the address of its feed."""

    feed: str
    channel: Channel

    @classmethod
    def find(cls, feed: str, filters: Filters) -> Self:
        """Find a list by its name (`notices`), or a thing by its kind and number (`services/12`).

        Raises:
            NotFoundError: there is no such list or thing, or nobody may see it.
        """
        folder, divider, name = feed.partition("/")
        if divider:
            things = registry.find_thing_feed(folder)
            if things is None or len(feed) > LONGEST_FEED:
                raise NotFoundError
            return cls(feed, feed_serving.channel_of_thing(things, name, 1))
        source = registry.find(feed)
        if source is None:
            raise NotFoundError
        return cls(feed, feed_serving.channel_of_list(source, replace(filters, sort=None, page=1)))

    @property
    def query(self) -> str:
        """Write the filters, the same for the same list however it was asked for."""
        return urlencode(sorted((name, str(value)) for name, value in self.channel.narrowed.items()))

    @property
    def digest(self) -> str:
        """Compute what tells two subjects apart."""
        return sha256(f"{self.feed}?{self.query}".encode()).hexdigest()

    def newest(self, limit: int) -> Sequence[Entry]:
        """List what was published last."""
        return self.channel.listing.newest(self.channel.filters, limit=limit)

    def entries_between(self, told_until: datetime, until: datetime) -> Sequence[Entry]:
        """List the last of what was published after one moment and not after another, newest first.

        One more than a letter tells, so that it can say that there is more: an import may bring thousands at once.
        """
        return self.channel.listing.since(self.channel.filters, told_until, until=until, limit=MOST_TOLD + 1)[::-1]


def subject_of(alert: Alert) -> Subject:
    """Tell what an alert follows, in the language spoken.

    Raises:
        NotFoundError: nobody may see it at present.
    """
    return Subject.find(alert.feed, Filters.read(dict(parse_qsl(alert.query))))


def title_of(alert: Alert) -> str:
    """Name what an alert follows, also while nobody may see that."""
    try:
        return subject_of(alert).channel.title
    except PortalError:
        return str(gettext("Something that is not public at present"))


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
    asks = select(func.coalesce(func.sum(Alert.asks), 0)).where(Alert.asked_at > moment)
    return db.session.scalar(asks if email is None else asks.where(Alert.email == email)) or 0


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=_SALT)
