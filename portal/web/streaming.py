"""Answers that are sent while they are read: bounded memory, first bytes at once, freed when the reader leaves.

Flask ends a request (and with it the database session) before the server asks for the last pieces of an
answer. The pieces are therefore made in a request of their own: the same address, a session that lives until
the last piece, and one snapshot of the database.
"""

from __future__ import annotations

from contextvars import Context
from typing import TYPE_CHECKING, Self

from flask import current_app, request

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator


class Streamed:
    """The pieces of an answer; the server closes it when all are sent or the reader has left.

    The first piece is made at once, so that what fails at the start (a bad filter, a missing thing) is
    answered as an error; a fault in the middle breaks the connection off, and no client takes half an answer
    for a whole one.
    """

    def __init__(self, make: Callable[[], Iterator[bytes]]) -> None:
        """Begin to make an answer.

        Args:
            make: begins the pieces; called inside the request that lives as long as they do.
        """
        self._own = Context()  # whatever is pushed while a piece is made stays out of the caller's way
        self._pieces = _inside(make)
        self._first = self._next()

    def __iter__(self) -> Self:
        """Give itself: pieces are made once."""
        return self

    def __next__(self) -> bytes:
        """Give the next piece."""
        piece, self._first = (self._next(), None) if self._first is None else (self._first, None)
        if piece is None:
            raise StopIteration
        return piece

    def close(self) -> None:
        """End the request of its own, also in the middle."""
        self._own.run(self._pieces.close)

    def __del__(self) -> None:
        """End it where no server did: an answer to HEAD is never read, nor closed."""
        self.close()

    def _next(self) -> bytes | None:
        return self._own.run(next, self._pieces, None)


def _inside(make: Callable[[], Iterator[bytes]]) -> Generator[bytes]:
    app, environ = current_app._get_current_object(), dict(request.environ)  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy is gone by then

    def pieces() -> Generator[bytes]:
        with app.request_context(environ):
            yield from make()

    return pieces()
