"""Readers that misbehave as hostile documents would make ours."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from portal.disclosure.extraction.reading import read

if TYPE_CHECKING:
    from portal.disclosure.extraction.results import Extraction, Limits


def misbehaving(data: bytes, limits: Limits) -> Extraction:  # noqa: C901 - a list of misdeeds
    """Do what the document says."""
    match data:
        case b"loop":
            while True:
                pass
        case b"sleep":
            time.sleep(60)
        case b"eat":
            return read(b"x" * 4_000_000_000, limits)
        case b"crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case b"write":
            with open("/tmp/sanwen-should-not-be", "w", encoding="utf-8") as handle:  # noqa: PTH123, S108 - it must fail
                handle.write("no")
        case b"kill the worker":
            os.kill(os.getppid(), signal.SIGKILL)
        case b"raise":
            raise RuntimeError
    return read(data, limits)
