"""Large finished answers kept as files, so that what nothing has changed is not written again.

The first reader of a file of 100,000 rows waits until it is written; whoever asks next, until something public
changes, is given the same bytes as fast as the disk. The files have no name: nobody finds them, they end with the
process, however it ends, and the first request after a change lets all of them go.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from collections import OrderedDict
from threading import Lock
from typing import IO, TYPE_CHECKING, Self

from flask import Response, current_app

from portal.web.streaming import Streamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

MOST_BYTES, SMALLEST = 1_000_000_000, 65_536
BLOCK = 262_144
_EXTENSION = "kept_files"


class KeptFile:
    """One finished answer; its file is closed when nobody reads it any more."""

    def __init__(self, file: IO[bytes]) -> None:
        """Take a file that was written to its end."""
        file.flush()
        self.size = file.tell()
        self._number = file.fileno()
        weakref.finalize(self, file.close)

    def pieces(self) -> Iterator[bytes]:
        """Read it from the beginning, beside others who do."""
        at = 0
        while piece := os.pread(self._number, BLOCK, at):
            yield piece
            at += len(piece)


class KeptFiles:
    """Finished answers by their page tags, bounded in bytes; those not asked for longest go first."""

    def __init__(self, folder: Path, most: int = MOST_BYTES) -> None:
        """Begin empty.

        Args:
            folder: on the disk where the files are to lie.
            most: bytes to be kept at most.
        """
        self.folder, self._most = folder, most
        self._kept: OrderedDict[str, KeptFile] = OrderedDict()
        self._state = ""
        self._lock = Lock()

    @property
    def state(self) -> str:
        """Tell the state of changes that all files were written in."""
        return self._state

    def enter(self, state: str) -> None:
        """Let everything go that was written in another state of changes."""
        if state != self._state:
            with self._lock:
                self._state = state
                self._kept.clear()

    def get(self, tag: str) -> KeptFile | None:
        """Find an answer."""
        with self._lock:
            found = self._kept.get(tag)
            if found is not None:
                self._kept.move_to_end(tag)
            return found

    def put(self, tag: str, file: KeptFile, *, state: str) -> None:
        """Keep an answer, unless it is small or large, or something has changed since it was begun."""
        with self._lock:
            if state == self._state and SMALLEST <= file.size <= self._most:
                self._kept[tag] = file
                while sum(one.size for one in self._kept.values()) > self._most:
                    self._kept.popitem(last=False)


class _Written:
    """The pieces of an answer on their way to the reader, written down as they pass."""

    def __init__(self, pieces: Streamed, tag: str, kept: KeptFiles) -> None:
        self._pieces, self._tag, self._kept, self._state = pieces, tag, kept, kept.state
        self._file: IO[bytes] | None = None
        self._is_new = True

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        try:
            piece = next(self._pieces)
        except StopIteration:
            self._finish()
            raise
        self._write(piece)
        return piece

    def close(self) -> None:
        """End it, also in the middle: half an answer is not kept."""
        self._pieces.close()
        self._forget()

    def __del__(self) -> None:
        """Let go of the file where no server ended it."""
        self._forget()

    def _write(self, piece: bytes) -> None:
        try:
            if self._is_new:
                self._is_new = False
                self._file = tempfile.TemporaryFile(dir=self._kept.folder)  # noqa: SIM115 - closed by whoever has it last
            if self._file is not None:
                self._file.write(piece)
        except OSError:  # a full disk is no reason to break the answer off
            self._forget()

    def _finish(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            self._kept.put(self._tag, KeptFile(file), state=self._state)

    def _forget(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            file.close()


def init_app(app: Flask, *, folder: Path) -> None:
    """Give an application an empty store."""
    app.extensions[_EXTENSION] = KeptFiles(folder)


def enter(state: str) -> None:
    """Let everything go that was written in another state of changes than this."""
    _store().enter(state)


def answer(tag: str | None, make: Callable[[], Iterator[bytes]], *, media_type: str) -> Response:
    """Answer with pieces as they are made, or with what was made of them before.

    Args:
        tag: the page tag of the present request; None where the answer is not everybody's, and so not kept.
        make: begins the pieces, as for `Streamed`.
        media_type: of the answer.
    """
    if tag is None:
        return Response(Streamed(make), content_type=media_type)
    found = _store().get(tag)
    if found is None:
        return Response(_Written(Streamed(make), tag, _store()), content_type=media_type)
    told = Response(found.pieces(), content_type=media_type)
    told.content_length = found.size
    return told


def _store() -> KeptFiles:
    found: KeptFiles = current_app.extensions[_EXTENSION]
    return found
