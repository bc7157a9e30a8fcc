"""Whoever follows the outbox to tell a hub which feeds changed: best effort, and never in anybody's way.

An event is dealt with when the hub was told or, failing that, when its feeds wait here for the next try. What
waits is lost when the process ends; subscribers of a hub ask again by themselves after some time.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from portal.feeds.hub import ForbiddenHubError, HubError
from portal.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from portal.feeds.hub import Hub

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
OLDEST = timedelta(hours=1)  # who begins to announce does not announce the past
MOST_TRIES, MOST_WAITING, AT_ONCE = 12, 5_000, 100


class Event(Protocol):
    """What it needs of an event of the outbox."""

    @property
    def kind(self) -> str:
        """Tell the kind of the object."""

    @property
    def object_id(self) -> str:
        """Tell which object it was."""

    @property
    def at(self) -> datetime:
        """Tell when it was."""


class Announcer:
    """A consumer of the outbox that tells a hub."""

    name = "websub"

    def __init__(self, hub: Hub, topics: Callable[[Sequence[tuple[str, str]]], Iterable[str]]) -> None:
        """Begin with nothing to tell.

        Args:
            hub: who is told.
            topics: tells which feeds change with some things, each a kind and an identifier.
        """
        self._hub, self._topics = hub, topics
        self._waiting: dict[str, None] = {}
        self._tries = 0
        self._next_at: datetime | None = None

    def handle(self, events: Sequence[Event]) -> None:
        """Take events in order, and tell the hub unless it was found away a moment ago."""
        lately = clock.now() - OLDEST
        news = {(event.kind, event.object_id) for event in events if event.at > lately}
        self._waiting |= dict.fromkeys(self._topics(sorted(news)))
        for topic in list(self._waiting)[MOST_WAITING:]:
            del self._waiting[topic]
        self.try_again()

    def try_again(self) -> None:
        """Tell what waits, if there is something and its time has come."""
        if not self._waiting or (self._next_at is not None and clock.now() < self._next_at):
            return
        try:
            self._tell()
        except ForbiddenHubError as error:
            log.error("websub: %s", error)  # noqa: TRY400 - what is wrong is in the message
            self._forget()
        except HubError as error:
            self._tries += 1
            log.warning("websub: %s (try %s)", error, self._tries)
            self._next_at = clock.now() + min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self._tries - 1))
            if self._tries >= MOST_TRIES:
                self._forget()

    def _tell(self) -> None:
        while self._waiting:
            topics = list(self._waiting)[:AT_ONCE]
            self._hub.publish(topics)
            for topic in topics:
                del self._waiting[topic]
        self._tries, self._next_at = 0, None

    def _forget(self) -> None:
        self._waiting.clear()
        self._tries, self._next_at = 0, None
