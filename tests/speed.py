"""What makes tests fast without changing what they show: nothing waits for the disk, nothing is worked out twice."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import werkzeug.routing
from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    import pytest


def spare_the_disk(patch: pytest.MonkeyPatch) -> None:
    """Wait for no disk: a test that kills a process is served as well by what the system holds for it."""
    patch.setattr(os, "fsync", lambda _handle: None)
    event.listen(Engine, "connect", _write_when_convenient)


def keep_addresses(patch: pytest.MonkeyPatch) -> None:
    """Keep the code that builds addresses: most of the time of a new portal goes into making it.

    Werkzeug makes it from the rule, its traces and its defaults alone; converters are looked up when it runs.
    """
    made: dict[object, Any] = {}
    make: Callable[..., Any] = werkzeug.routing.Rule._compile_builder  # noqa: SLF001 - kept as it is

    def kept(rule: werkzeug.routing.Rule, append_unknown: bool = True) -> Any:  # noqa: FBT001, FBT002 - Werkzeug's own
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)  # noqa: SLF001 - all that it reads
        if key not in made:
            made[key] = make(rule, append_unknown)
        return made[key]

    patch.setattr(werkzeug.routing.Rule, "_compile_builder", kept)


def _write_when_convenient(connection: Any, _record: object) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA synchronous=OFF")
