"""Opening files of data as streams: plain, gzip, or zip with several members, never more than can be meant."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol

from portal.kernel.errors import Reason
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Advance = Callable[[int], None]


class Readable(Protocol):
    """A stream of bytes that can only be read on."""

    def read(self, size: int, /) -> bytes:
        """Give the next bytes, at most so many; none at the end."""


LARGEST_FILE = 2_000_000_000
MOST_MEMBERS = 10_000
MOST_TIMES_LARGER = 200  # text shrinks to a twentieth; a bomb to a thousandth
SMALL = 20_000_000  # what may be as much larger as it likes
BADLY_PACKED = N_("is packed in a way that cannot be read")
TOO_LARGE = N_("is larger than %(most)s GB; split it by year")
IS_BOMB = N_("unpacks to more than %(most)s times its size, as no data do")
GZIP, ZIP, OLE = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
DATA = (".json", ".jsonl", ".ndjson")
SUFFIXES = (*DATA, *(f"{suffix}.gz" for suffix in DATA), ".zip")


class UnreadableError(Exception):
    """Raised when a file cannot be taken in at all; the reason says why."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason, for whoever tells it in another language."""
        super().__init__(reason)
        self.reason = reason


class BombError(UnreadableError):
    """Raised when a file unpacks to more than can be meant."""


def streams(path: Path, advance: Advance | None = None) -> Iterator[tuple[str, Readable]]:
    """Go through what a file holds: the name of each member (empty where there is only one) and its bytes.

    Args:
        path: of the file.
        advance: is told how many bytes of it were read meanwhile.

    Raises:
        UnreadableError: it cannot be opened, is damaged, or unpacks to more than can be meant.
    """
    with explained(), path.open("rb") as plain:
        size = path.stat().st_size
        raw = counted(plain, advance)
        head = plain.read(len(ZIP))
        plain.seek(0)
        if head.startswith(ZIP):
            yield from _members(raw, size)
        elif head.startswith(GZIP):
            yield "", _Guarded(gzip.GzipFile(fileobj=raw), size)
        else:
            yield "", _Guarded(raw, size)


def counted(file: IO[bytes], advance: Advance | None) -> io.BufferedReader:
    """Read a file that tells how much of it was read."""
    return io.BufferedReader(_Counted(file, advance))


@contextmanager
def explained() -> Iterator[None]:
    """Say in one way why a file cannot be read."""
    try:
        yield
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableError(Reason(BADLY_PACKED, detail=str(error))) from error
    except OSError as error:
        raise UnreadableError(Reason(N_("cannot be read"), detail=error.strerror or str(error))) from error


def check_archive(path: Path) -> None:
    """Refuse a workbook or another zip that unpacks to more than can be meant, by what it says of itself.

    Raises:
        UnreadableError: it does, or is no zip.
    """
    with explained(), path.open("rb") as file, zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        _check_size(sum(member.file_size for member in members), path.stat().st_size)


def _members(raw: io.BufferedReader, size: int) -> Iterator[tuple[str, Readable]]:
    with zipfile.ZipFile(raw) as archive:
        if len(archive.infolist()) > MOST_MEMBERS:
            raise UnreadableError(Reason(N_("holds more than %(most)s files"), most=f"{MOST_MEMBERS:,}"))
        members = [one for one in archive.infolist() if one.filename.lower().endswith(DATA) and not _is_litter(one)]
        if not members:
            raise UnreadableError(Reason(N_("holds no file of JSON data")))
        unpacked = 0
        for member in sorted(members, key=lambda one: one.filename):
            with archive.open(member) as stream:
                guarded = _Guarded(stream, size, unpacked)
                yield member.filename, guarded
                unpacked = guarded.unpacked


def _is_litter(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member is what macOS adds of its own."""
    return member.filename.startswith("__MACOSX/") or member.filename.rsplit("/", 1)[-1].startswith("._")


def _check_size(unpacked: int, packed: int) -> None:
    if unpacked > LARGEST_FILE:
        raise UnreadableError(Reason(TOO_LARGE, most=LARGEST_FILE // 1_000_000_000))
    if unpacked > max(SMALL, packed * MOST_TIMES_LARGER):
        raise BombError(Reason(IS_BOMB, most=MOST_TIMES_LARGER))


class _Counted(io.RawIOBase):
    """A file that tells how much of it was read."""

    def __init__(self, raw: IO[bytes], advance: Advance | None) -> None:
        self._raw, self._advance = raw, advance

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        return self._raw.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed says WriteableBuffer
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        if self._advance is not None:
            self._advance(len(data))
        return len(data)


class _Guarded:
    """A stream that stops when more comes out of it than can be meant."""

    def __init__(self, raw: Readable, packed: int, unpacked: int = 0) -> None:
        self._raw, self._packed, self.unpacked = raw, packed, unpacked

    def read(self, size: int, /) -> bytes:
        data = self._raw.read(size)
        self.unpacked += len(data)
        _check_size(self.unpacked, self._packed)
        return data
