"""The process that reads documents: warm, and forked for each of them, so that none can harm the next.

It is told a header and a document on its standard input and answers on its standard output, each with
its length before it. It ends when its input ends.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import struct
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

from portal.disclosure.extraction import ocr
from portal.disclosure.extraction.results import UNKNOWN, Extraction, Limits, Status

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTHS = struct.Struct("!II")
LENGTH = struct.Struct("!I")
PIECE = 1 << 16
MOST_FILES = 32
OUT_OF_MEMORY = 3
PICTURED = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8", b"BM", b"RIFF")
"""How documents begin in which something may have to be recognised."""


def main() -> None:
    """Serve until the input ends."""
    module, _, name = sys.argv[1].partition(":")
    read = getattr(import_module(module), name)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := requests.read(LENGTHS.size):
        limits_size, size = LENGTHS.unpack(head)
        limits, data = Limits(**json.loads(requests.read(limits_size))), requests.read(size)
        if data.startswith(PICTURED) and ocr.is_installed():
            limits = limits.for_recognising()
        answer = json.dumps(_in_fork(read, data, limits)).encode()
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _in_fork(read: Callable[[bytes, Limits], Extraction], data: bytes, limits: Limits) -> dict[str, Any]:
    """Read a document in a fork; end it when its time is over."""
    ready, done = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ready)
        _confine(limits)
        _read_and_leave(read, data, limits, done)
    os.close(done)
    with os.fdopen(ready, "rb") as pipe:
        told = _gathered(pipe, time.monotonic() + limits.seconds)
    if told is None:
        os.kill(pid, signal.SIGKILL)
    _, ended = os.waitpid(pid, 0)
    if told is None or (os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGXCPU):
        return Extraction(UNKNOWN, Status.TIMED_OUT, detail=f"not read in {limits.seconds} s").as_data()
    if ended or not told:
        is_full = os.WIFEXITED(ended) and os.WEXITSTATUS(ended) == OUT_OF_MEMORY
        status = Status.TOO_LARGE if is_full else Status.DAMAGED
        return Extraction(UNKNOWN, status, detail=f"the reader ended with {ended}").as_data()
    found: dict[str, Any] = json.loads(told)
    return found


def _gathered(pipe: BinaryIO, deadline: float) -> bytes | None:
    """Read a pipe to its end; None when the time is over before."""
    pieces: list[bytes] = []
    while True:
        readable, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not readable:
            return None
        piece = os.read(pipe.fileno(), PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)


def _confine(limits: Limits) -> None:
    """Let this process take no more than its share, write no file, and keep no way out but its pipe."""
    os.nice(5)
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - as early and small as can be
        taken = int(statm.read().split()[0]) * resource.getpagesize()
    seconds = max(1, int(limits.seconds) + 1)
    resource.setrlimit(resource.RLIMIT_AS, (taken + limits.memory, taken + limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read_and_leave(read: Callable[[bytes, Limits], Extraction], data: bytes, limits: Limits, done: int) -> None:
    """Read, tell, and end this process without any of its parent's endings."""
    code = 1
    try:
        answer = json.dumps(read(data, limits).as_data()).encode()
        with os.fdopen(done, "wb") as pipe:
            pipe.write(answer)
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
