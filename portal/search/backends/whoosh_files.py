"""The files of a Whoosh index: kept on the disk in an order that survives a power cut, and checked for damage.

<index>/manifest.json   size and checksum of every segment; written before the commit that names the segment
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import zlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from whoosh import index as whoosh_index

from portal.search.faults import IndexDamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST = "manifest.json"
PIECE = 1 << 20
BROKEN = (
    OSError, EOFError, TypeError, ValueError, LookupError, AttributeError, NameError, ImportError, AssertionError,
    OverflowError, MemoryError, struct.error, zlib.error, pickle.UnpicklingError, whoosh_index.IndexError,
)  # fmt: skip
"""What reading damaged files ends with."""


@contextmanager
def reading() -> Iterator[None]:
    """Say of whatever damaged files end with that the index is damaged."""
    try:
        yield
    except BROKEN as error:
        raise IndexDamagedError from error


def last_commit(path: Path) -> int:
    """Tell the number of the newest commit of an index; -1 when there is none."""
    return max((int(toc.stem.rpartition("_")[2]) for toc in path.glob("_MAIN_*.toc")), default=-1)


def write_manifest(path: Path) -> None:
    """Note the size and checksum of every segment; what was noted before stays as it was noted."""
    try:
        before: dict[str, list[int]] = json.loads((path / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        before = {}
    told = {file.name: before.get(file.name) or [file.stat().st_size, checksum(file)] for file in path.glob("*.seg")}
    draft = path / f"{MANIFEST}.new"
    draft.write_text(json.dumps(told), "utf-8")
    sync(draft)
    draft.replace(path / MANIFEST)
    sync(path)


def damaged_files(path: Path, *, thorough: bool = False) -> Iterator[str]:
    """Tell the files that differ from the manifest: by their size, or where asked for by every byte."""
    try:
        told: dict[str, list[int]] = json.loads((path / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        return
    except ValueError:
        yield f"{path.name}/{MANIFEST} cannot be read"
        return
    for name, (size, noted) in told.items():
        file = path / name
        if not file.exists():
            if thorough and name in _needed(path):
                yield f"{path.name}/{name} is missing"
        elif file.stat().st_size != size:
            yield f"{path.name}/{name} has {file.stat().st_size} bytes instead of {size}"
        elif thorough and checksum(file) != noted:
            yield f"{path.name}/{name} has changed"


def can_be_opened(path: Path) -> bool:
    """Tell whether the stock reader can open an index."""
    with suppress(*BROKEN):
        whoosh_index.open_dir(str(path)).reader().close()
        return True
    return False


def checksum(file: Path) -> int:
    """Compute the CRC-32 of a file."""
    found = 0
    with file.open("rb") as handle:
        while piece := handle.read(PIECE):
            found = zlib.crc32(piece, found)
    return found


def sync_all(path: Path) -> None:
    """See to it that a folder and its files are on the disk: Whoosh itself does not."""
    for file in path.iterdir():
        with suppress(FileNotFoundError):
            sync(file)
    sync(path)


def sync(path: Path) -> None:
    """See to it that a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _needed(path: Path) -> set[str]:
    with suppress(*BROKEN):
        return {f"{kept.segment_id()}.seg" for kept in whoosh_index.open_dir(str(path))._segments()}  # noqa: SLF001 - whoosh's own list
    return set()
