"""How often one address may ask the interfaces for programs. Nothing of it is kept but a count until the time is over.

Cached and unchanged answers count too: what is told in the headers is then true for every answer. In one process we
count ourselves: the storage in memory of the library `limits` starts a thread a hundred times a second to forget.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from threading import Lock
from time import time
from typing import TYPE_CHECKING, Protocol

from flask import request
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from portal.kernel.errors import TooManyError

if TYPE_CHECKING:
    from flask import Flask, Response
    from limits import RateLimitItem

    from portal.settings import Settings

    Counted = tuple[int, float]

PATHS = ("/api/", "/hsds/")
IN_MEMORY = "memory://"
NETWORK_BITS = 64  # of an IPv6 address: what one customer of a provider has
_ENVIRON_KEY = "sanwen.limit"


class Counter(Protocol):
    """Counts the requests of each asker in windows of time."""

    def count(self, asker: str) -> Counted:
        """Count one more; tell how many there are in this window, and when it ends."""


class OwnCounter:
    """Counts in this process; all windows begin and end together, and what was counted is forgotten then."""

    def __init__(self, seconds: int) -> None:
        """Begin with none."""
        self._seconds, self._ends_at, self._lock = seconds, 0.0, Lock()
        self._counts: dict[str, int] = {}

    def count(self, asker: str) -> Counted:
        """Count one more."""
        now = time()
        with self._lock:
            if now >= self._ends_at:
                self._ends_at = (now // self._seconds + 1) * self._seconds
                self._counts = {}
            self._counts[asker] = self._counts.get(asker, 0) + 1
            return self._counts[asker], self._ends_at


class SharedCounter:
    """Counts for all processes together, where the library `limits` can."""

    def __init__(self, item: RateLimitItem, storage: str) -> None:
        """Reach the storage."""
        self._item, self._limiter = item, FixedWindowRateLimiter(storage_from_string(storage))

    def count(self, asker: str) -> Counted:
        """Count one more."""
        is_allowed = self._limiter.hit(self._item, asker)
        stats = self._limiter.get_window_stats(self._item, asker)
        return self._item.amount - stats.remaining + (not is_allowed), stats.reset_time


def init_app(app: Flask, settings: Settings) -> None:
    """Count the requests of each address, unless the settings say that there is no limit; before anything answers."""
    limit = allowed(settings)
    if limit is None:
        return
    amount, seconds = limit
    counter: Counter = OwnCounter(seconds)
    if settings.limit_storage != IN_MEMORY:
        counter = SharedCounter(parse(settings.api_limit), settings.limit_storage)
    app.before_request(lambda: _count(counter, amount))
    app.after_request(_tell)


def allowed(settings: Settings) -> tuple[int, int] | None:
    """Tell how many requests are allowed in how many seconds; None where there is no limit."""
    item = parse(settings.api_limit) if settings.api_limit else None
    return None if item is None else (item.amount, item.get_expiry())


def _count(counter: Counter, amount: int) -> None:
    if not request.path.startswith(PATHS) or request.method == "OPTIONS":
        return
    counted, ends_at = counter.count(_asker(request.remote_addr or ""))
    request.environ[_ENVIRON_KEY] = (amount, max(0, amount - counted), max(1, int(ends_at - time() + 0.999)))
    if counted > amount:
        raise TooManyError


def _tell(response: Response) -> Response:
    counted: tuple[int, int, int] | None = request.environ.get(_ENVIRON_KEY)
    if counted is None:
        return response
    amount, remaining, seconds = counted
    response.headers["RateLimit-Limit"] = str(amount)
    response.headers["RateLimit-Remaining"] = str(remaining)
    response.headers["RateLimit-Reset"] = str(seconds)
    if response.status_code == TooManyError.status:
        response.headers["Retry-After"] = str(seconds)
    return response


def _asker(address: str) -> str:
    """Tell whom an address belongs to: of IPv6 a whole network, or everybody had as many limits as they liked."""
    if ":" not in address:
        return address
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Address(int(found) >> NETWORK_BITS << NETWORK_BITS))
