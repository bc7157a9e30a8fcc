"""Whether this context is reading or writing."""

from __future__ import annotations

from contextvars import ContextVar, Token

_writing: ContextVar[bool] = ContextVar("writing", default=False)


class WriteOutsideTransactionError(RuntimeError):
    """Raised when something is written outside `transaction()`: a fault in the code."""


def is_writing() -> bool:
    """Tell whether the present context is inside `transaction()`."""
    return _writing.get()


def begin_writing() -> Token[bool]:
    """Turn to writing; hand the token to `end_writing`."""
    return _writing.set(True)


def end_writing(token: Token[bool]) -> None:
    """Turn back to what was before."""
    _writing.reset(token)
