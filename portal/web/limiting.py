"""How often one address may ask the interfaces for programs. Nothing of it is kept but a count until the time is over.

Cached and unchanged answers count too: what is told in the headers is then true for every answer.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from time import time
from typing import TYPE_CHECKING

from flask import request
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from portal.kernel.errors import TooManyError

if TYPE_CHECKING:
    from flask import Flask, Response
    from limits import RateLimitItem
    from limits.strategies import RateLimiter

    from portal.settings import Settings

PATHS = ("/api/", "/hsds/")
NETWORK_BITS = 64  # of an IPv6 address: what one customer of a provider has
_ENVIRON_KEY = "sanwen.limit"


def init_app(app: Flask, settings: Settings) -> None:
    """Count the requests of each address, unless the settings say that there is no limit; before anything answers."""
    if not settings.api_limit:
        return
    item, limiter = parse(settings.api_limit), FixedWindowRateLimiter(storage_from_string(settings.limit_storage))
    app.before_request(lambda: _count(item, limiter))
    app.after_request(_tell)


def allowed(settings: Settings) -> tuple[int, int] | None:
    """Tell how many requests are allowed in how many seconds; None where there is no limit."""
    item = parse(settings.api_limit) if settings.api_limit else None
    return None if item is None else (item.amount, item.get_expiry())


def _count(item: RateLimitItem, limiter: RateLimiter) -> None:
    if not request.path.startswith(PATHS) or request.method == "OPTIONS":
        return
    asker = _asker(request.remote_addr or "")
    is_allowed = limiter.hit(item, asker)
    stats = limiter.get_window_stats(item, asker)
    request.environ[_ENVIRON_KEY] = (item.amount, stats.remaining, max(1, int(stats.reset_time - time() + 0.999)))
    if not is_allowed:
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
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(IPv6Address(int(found) >> NETWORK_BITS << NETWORK_BITS))
    return address
