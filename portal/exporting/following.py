"""By which events of the outbox a dataset knows that rows of it changed, came or went: plain declarations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence


@dataclass(frozen=True)
class Affected:
    """Events about things of another kind that concern rows of a dataset.

    Args:
        kind: of the events.
        rows: tells the identifiers of the rows, seen or not, from those of the things.
        changes: which events of that kind do; all when left out.
    """

    kind: str
    rows: Callable[[Sequence[str]], Iterable[str]]
    changes: Collection[str] = ()


@dataclass(frozen=True)
class Follows:
    """What a dataset follows.

    Args:
        kind: of the events whose object is a row; None where rows have no events of their own.
        also: what else concerns rows.
        once_public: tells which of some things that are not in the list may be named, because they were in it:
            without it all may, for nothing of their kind is there before it is public.
    """

    kind: str | None
    also: Sequence[Affected] = ()
    once_public: Callable[[Sequence[str]], Collection[str]] | None = None
