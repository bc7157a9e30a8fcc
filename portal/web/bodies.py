"""Finished answers kept in the process, so that what nothing has changed is not made again.

A route asks for it with `@kept` under `@access.public`; it is for answers that are dear to make and small: feeds,
rows of the API. An answer is found by the page tag of `caching`, so that any change to what is public makes
all of them stale at once, and by the encodings that the reader takes. Its own tag comes from its bytes: it
stays the same while the answer does, whatever else changed.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, TypeVar, cast

from flask import Response, current_app, make_response, request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask
    from flask.typing import ResponseReturnValue

View = TypeVar("View", bound="Callable[..., ResponseReturnValue]")
MOST_BYTES, LARGEST = 32_000_000, 1_000_000
OVERHEAD = 1_000  # roughly what headers and keys of one answer take
_EXTENSION, _ATTRIBUTE = "kept_bodies", "portal_is_kept"
_NOT_KEPT = frozenset({"content-length", "set-cookie", "date"})


@dataclass(frozen=True)
class Kept:
    """One finished answer."""

    body: bytes
    headers: Sequence[tuple[str, str]]

    @property
    def size(self) -> int:
        """Tell about how many bytes it takes."""
        return len(self.body) + OVERHEAD


class Bodies:
    """Answers by their keys, bounded in bytes; those not asked for longest go first. Safe to use from threads."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """Begin empty.

        Args:
            most: bytes to be kept at most.
        """
        self._most, self._size = most, 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Tell how many bytes are kept."""
        return self._size

    def get(self, key: str) -> Kept | None:
        """Find an answer."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: str, answer: Kept) -> None:
        """Keep an answer, unless it is too large."""
        if answer.size > min(LARGEST, self._most):
            return
        with self._lock:
            old = self._kept.pop(key, None)
            self._size += answer.size - (old.size if old else 0)
            self._kept[key] = answer
            while self._size > self._most:
                self._size -= self._kept.popitem(last=False)[1].size


def init_app(app: Flask) -> None:
    """Give an application an empty store."""
    app.extensions[_EXTENSION] = Bodies()


def kept(view: View) -> View:
    """Keep the answers of a public route, and give them a tag from their bytes."""

    @wraps(view)
    def answer(*args: object, **values: object) -> Response:
        made = make_response(view(*args, **values))
        if made.status_code == 200 and not made.is_streamed:  # noqa: PLR2004 - a status
            made.set_etag(sha256(made.get_data()).hexdigest()[:32])
        return made

    setattr(answer, _ATTRIBUTE, True)
    return cast("View", answer)


def is_kept(endpoint: str | None) -> bool:
    """Tell whether the answers of a route are kept."""
    return endpoint is not None and getattr(current_app.view_functions[endpoint], _ATTRIBUTE, False)


def find(tag: str) -> Response | None:
    """Find the answer to the present request under a page tag."""
    found = _bodies().get(_key(tag))
    return None if found is None else Response(found.body, headers=list(found.headers))


def keep(tag: str, response: Response) -> None:
    """Keep the answer to the present request under a page tag."""
    if not response.is_streamed and not response.direct_passthrough:
        headers = [(name, value) for name, value in response.headers if name.lower() not in _NOT_KEPT]
        _bodies().put(_key(tag), Kept(response.get_data(), headers))


def is_known(response: Response) -> bool:
    """Tell whether the reader has this answer already, by its tag or, where none is told, by its time (RFC 9110)."""
    asked, (own, _) = request.if_none_match, response.get_etag()
    if asked:
        plain = (own or "").partition(":")[0]  # compressing adds its name to a tag
        return asked.star_tag or plain in {one.partition(":")[0] for one in asked.as_set(include_weak=True)}
    since = request.if_modified_since
    return since is not None and response.last_modified is not None and response.last_modified <= since


def _key(tag: str) -> str:
    return f"{tag} {request.headers.get('Accept-Encoding', '')}"


def _bodies() -> Bodies:
    found: Bodies = current_app.extensions[_EXTENSION]
    return found
