"""Reading documents in a process of its own: whatever they are, this one goes on."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from portal.disclosure.extraction.results import UNKNOWN, Extraction, Limits, Status
from portal.disclosure.extraction.worker import LENGTH, LENGTHS

if TYPE_CHECKING:
    from typing import IO

READER = "portal.disclosure.extraction.reading:read"
TRIES = 2
_ROOT = Path(__file__).resolve().parents[3]


class Sandbox:
    """One process that reads, started when it is first needed and again when it has died. Safe for threads."""

    def __init__(self, reader: str = READER) -> None:
        """Name the function that reads: `module:function`."""
        self._reader = reader
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        self._lock = threading.Lock()

    def extract(self, data: bytes, limits: Limits | None = None) -> Extraction:
        """Read a document; never raises for what is in it."""
        with self._lock:
            for _ in range(TRIES):
                try:
                    return self._asked(data, limits or Limits())
                except (OSError, EOFError):
                    self._end()
        return Extraction(UNKNOWN, Status.DAMAGED, detail="the reader died twice")

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _asked(self, data: bytes, limits: Limits) -> Extraction:
        process = self._running()
        if process.stdin is None or process.stdout is None:
            raise EOFError
        told = json.dumps(asdict(limits)).encode()
        process.stdin.write(LENGTHS.pack(len(told), len(data)) + told)
        process.stdin.write(data)
        process.stdin.flush()
        size = LENGTH.unpack(_exactly(process.stdout, LENGTH.size))[0]
        return Extraction.from_data(json.loads(_exactly(process.stdout, size)))

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():  # forked since: that process is our parent's
            self._process, self._owner = None, os.getpid()
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "portal.disclosure.extraction.worker", self._reader],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_ROOT,
                env={"PATH": os.defpath, "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"},
            )  # fmt: skip
            atexit.register(self.close)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with _quiet(stream):
                    pass
        process.wait()


class _quiet:  # noqa: N801 - used like contextlib.suppress
    """Close a stream whose other end may be gone."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, *_: object) -> None:
        """Close."""
        try:
            self._stream.close()
        except OSError:
            return


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


_sandbox = Sandbox()


def extract(data: bytes, limits: Limits | None = None) -> Extraction:
    """Read a document in the sandbox of this process; never raises for what is in it."""
    return _sandbox.extract(data, limits)
