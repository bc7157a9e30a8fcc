"""Dated folders of files that never change: written beside their place, moved there whole, read from their description.

A kill leaves a folder with a name that nobody reads; the next run throws it away. Two runs at once wait for each other.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from portal.exporting.packages import FILE_NAME, File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from portal.exporting.dataset import Dataset

SUMS_NAME, LOCK_NAME = "sha256sums.txt", ".lock"
POSITION = "event_position"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNFINISHED = ".part"


@dataclass(frozen=True)
class Part:
    """One file to be written: what it is called, what gives its pieces, and the dataset it is of."""

    path: str
    media_type: str
    pieces: Callable[[], Iterable[bytes]]
    dataset: Dataset | None = None
    title: str = ""


@dataclass(frozen=True)
class Kept:
    """One file of a snapshot, as its description tells of it."""

    path: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Snapshot:
    """A folder of files: its day, when it was made, what it holds, and how far the events of the portal were."""

    day: str
    created: str
    position: int
    folder: Path
    files: Mapping[str, Kept]

    @property
    def size(self) -> int:
        """Tell the bytes of all files together."""
        return sum(file.size for file in self.files.values())


def write_snapshot(
    root: Path, day: str, parts: Iterable[Part], describe: Callable[[Sequence[File]], bytes]
) -> Snapshot:
    """Write all parts into the folder of a day; one that is there already is kept as it is.

    Args:
        root: where the folders lie.
        day: in ISO 8601.
        parts: in the order of the description; each is asked for its pieces when it is its turn.
        describe: writes the Data Package of the written files, with `event_position` and `created` in it.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        for left in root.glob(f".*{_UNFINISHED}"):
            shutil.rmtree(left, ignore_errors=True)
        if not (root / day).exists():
            folder = root / f".{day}{_UNFINISHED}"
            folder.mkdir()
            files = [_write(folder, part) for part in parts]
            _keep(folder / FILE_NAME, [describe(files)])
            _keep(folder / SUMS_NAME, [_sums([*files, _measured(folder / FILE_NAME)])])
            _sync(folder)
            folder.rename(root / day)
            _sync(root)
    return _read(root / day)


def snapshots(root: Path) -> Iterator[Snapshot]:
    """Read what there is, newest first, one by one."""
    folders = [one for one in root.glob("*") if _DAY.fullmatch(one.name)] if root.exists() else []
    return (_read(one) for one in sorted(folders, reverse=True) if (one / FILE_NAME).exists())


def snapshot_of(root: Path, day: str) -> Snapshot | None:
    """Read the snapshot of a day."""
    is_there = _DAY.fullmatch(day) is not None and (root / day / FILE_NAME).exists()
    return _read(root / day) if is_there else None


def remove(root: Path, snapshot: Snapshot) -> None:
    """Delete a snapshot, also while another is written: first its name, so that nobody reads half of it."""
    going = root / f".{snapshot.day}.gone{_UNFINISHED}"
    shutil.rmtree(going, ignore_errors=True)
    with suppress(FileNotFoundError):  # another process was quicker
        snapshot.folder.rename(going)
    shutil.rmtree(going, ignore_errors=True)


def _write(folder: Path, part: Part) -> File:
    size, digest = _keep(folder / part.path, part.pieces())
    return File(part.path, part.media_type, part.dataset, part.title, size=size, sha256=digest)


def _keep(path: Path, pieces: Iterable[bytes]) -> tuple[int, str]:
    size, digest = 0, sha256()
    with path.open("wb") as out:
        for piece in pieces:
            size += out.write(piece)
            digest.update(piece)
        out.flush()
        os.fsync(out.fileno())
    return size, digest.hexdigest()


def _measured(path: Path) -> File:
    data = path.read_bytes()
    return File(path.name, "application/json", size=len(data), sha256=sha256(data).hexdigest())


def _sums(files: Iterable[File]) -> bytes:
    """Write what `sha256sum --check` reads."""
    return "".join(f"{file.sha256}  {file.path}\n" for file in files).encode()


def _read(folder: Path) -> Snapshot:
    description = folder / FILE_NAME
    told = json.loads(description.read_bytes())
    files = [
        Kept(one["path"], one["mediatype"], one["bytes"], one["hash"].removeprefix("sha256:"))
        for one in told["resources"]
    ]
    for name, media_type in ((FILE_NAME, "application/json"), (SUMS_NAME, "text/plain")):
        data = (folder / name).read_bytes()
        files.append(Kept(name, media_type, len(data), sha256(data).hexdigest()))
    return Snapshot(folder.name, told["created"], told[POSITION], folder, {file.path: file for file in files})


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Let one process at a time change what lies in the folder; the lock dies with the process."""
    with (root / LOCK_NAME).open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
