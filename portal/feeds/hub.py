"""Telling a WebSub hub which feeds changed (https://www.w3.org/TR/websub/).

The portal writes to one hub that its operator chose. Its name is looked up each time and the connection goes to the
very address that was checked, so that no name can lead into the machine or its network; answers that point
elsewhere are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Resolve = Callable[[str, int], Sequence[str]]

TIMEOUT_SECONDS = 5.0
ANSWER_BYTES = 2_000
GOOD = range(200, 300)


class HubError(Exception):
    """Raised when a hub was not told; the message says why, for the log."""


class ForbiddenHubError(HubError):
    """Raised when the address of a hub is not a public one: it is a fault of the settings, not of the network."""


class Hub(Protocol):
    """Whoever spreads the word that feeds changed."""

    def publish(self, topics: Sequence[str]) -> None:
        """Tell that the feeds at some addresses changed.

        Raises:
            HubError: it was not told.
        """


@dataclass
class MemoryHub:
    """A hub that keeps what it was told, for tests."""

    told: list[str] = field(default_factory=list)

    def publish(self, topics: Sequence[str]) -> None:
        """Keep the addresses."""
        self.told += topics


class HttpHub:
    """A hub reached by HTTP: one request for all topics, as PubSubHubbub 0.3 section 7.1 has it."""

    def __init__(self, url: str, *, allows_loopback: bool = False, resolve: Resolve | None = None) -> None:
        """Keep where the hub is.

        Args:
            url: its address, with http or https.
            allows_loopback: whether 127.0.0.1 and ::1 are taken too, for development.
            resolve: looks a host's addresses up; the system does unless said otherwise.
        """
        self._url, self._allows_loopback = url, allows_loopback
        self._resolve = resolve or _addresses

    def publish(self, topics: Sequence[str]) -> None:
        """Tell that the feeds at some addresses changed.

        Raises:
            ForbiddenHubError: it is in a private network, or no address at all.
            HubError: it cannot be reached, refuses, or sends us elsewhere.
        """
        try:
            status = self._post(topics)
        except (OSError, HTTPException, ValueError) as error:
            raise HubError(f"{self._url}: {error}") from error
        if status not in GOOD:
            raise HubError(f"{self._url}: answered {status}")

    def _post(self, topics: Sequence[str]) -> int:
        parts = urlsplit(self._url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise ForbiddenHubError(f"no address of a hub: {self._url}")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        connection = _connection(parts.scheme, parts.hostname, port, self._checked(parts.hostname, port))
        path = parts.path or "/"
        body = urlencode([("hub.mode", "publish"), *(("hub.url", topic) for topic in topics)])
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Sanwen"}
        try:
            connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
            answer = connection.getresponse()
            answer.read(ANSWER_BYTES)
            return answer.status
        finally:
            connection.close()

    def _checked(self, host: str, port: int) -> str:
        """Look a host up; refuse it if any of its addresses is not public."""
        found = self._resolve(host, port)
        if not found:
            raise HubError(f"{host}: no such host")
        for address in found:
            if not self._is_allowed(address):
                raise ForbiddenHubError(f"{host} is {address}, which is not a public address")
        return found[0]

    def _is_allowed(self, address: str) -> bool:
        told = ipaddress.ip_address(address.partition("%")[0])
        plain = getattr(told, "ipv4_mapped", None) or told
        return (plain.is_global and not plain.is_multicast) or (self._allows_loopback and plain.is_loopback)


def make_hub(url: str, *, allows_loopback: bool) -> Hub | None:
    """Make the hub that the settings name, if they name one."""
    return HttpHub(url, allows_loopback=allows_loopback) if url else None


def _connection(scheme: str, host: str, port: int, address: str) -> HTTPConnection:
    """Open a connection that speaks to `host` but goes to the address that was checked."""
    plain = socket.create_connection((address, port), timeout=TIMEOUT_SECONDS)
    made: HTTPConnection
    if scheme == "https":
        made = HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS)
        made.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    else:
        made = HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
        made.sock = plain
    return made


def _addresses(host: str, port: int) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
