"""The embedded default: Whoosh, one writer, immutable generations, readers opened fresh.

    <folder>/CURRENT        the name of the generation that is read, replaced in one step
    <folder>/v2-gen-<n>/    an index; a rebuild makes the next one beside it
    <folder>/writer.lock    held by whoever writes; it dies with the process
    <folder>/rebuild.lock   held by whoever makes a new generation
    <folder>/touched        keys updated while a new generation is made

`Searcher.refresh()` is never called: opening again costs a millisecond, keeps what was decoded of
segments that are still there, and cannot show what was deleted.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import pickle
import shutil
import struct
import threading
import zlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import index as whoosh_index

from portal.search.backends import whoosh_compat
from portal.search.backends import whoosh_fields as names
from portal.search.backends.whoosh_fields import SCHEMA_VERSION, schema
from portal.search.backends.whoosh_query import Evaluation, Snapshot
from portal.search.backends.whoosh_reader import Cache, Segment
from portal.search.backends.whoosh_writer import BulkWriter, small_segments
from portal.search.faults import IndexDamagedError, RebuildRunningError
from portal.search.port import SearchResult, Title

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from portal.search.port import Refresh, SearchDocument, SearchQuery

log = logging.getLogger(__name__)
whoosh_compat.install()

CURRENT, TOUCHED, MANIFEST = "CURRENT", "touched", "manifest.json"
GENERATION = f"v{SCHEMA_VERSION}-gen-"
KEPT_GENERATIONS = 2
TRIES = 5
PIECE = 1 << 20
_BROKEN = (
    OSError, EOFError, TypeError, ValueError, LookupError, AttributeError, NameError, struct.error, zlib.error,
    pickle.UnpicklingError, whoosh_index.IndexError,
)  # fmt: skip
"""What reading damaged files ends with."""


class WhooshBackend:
    """Keep the index in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read or made before it is needed."""
        self._folder = folder
        self._cache = Cache()
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()

    # Writing

    def update(self, documents: Iterable[SearchDocument], *, deleted: Collection[str] = ()) -> int:
        """Put documents in and take keys out, in one commit.

        Raises:
            IndexDamagedError: the index must be made anew.
            OSError: it cannot be written now; the last commit stands.
        """
        made = {document.key: document for document in documents}
        gone = sorted({*made, *deleted})
        if not gone:
            return 0
        with self._holding("writer.lock"):
            self._remember_touched(gone)
            path = self._folder / self._current_or_new()
            try:
                _write(path, list(made.values()), gone=gone)
            except _BROKEN as error:
                if any(_damaged_files(path, thorough=True)) or not _can_be_opened(path):
                    log.exception("search: the index in %s cannot be written", self._folder)
                    raise IndexDamagedError from error
                raise
        return len(made)

    def rebuild(self, documents: Iterable[SearchDocument], *, refresh: Refresh | None = None) -> int:
        """Build the next generation beside the present one, check it, and change over.

        Updates go on meanwhile into the present generation; what they touched is read again before
        the change.

        Raises:
            RebuildRunningError: somebody is at it already.
        """
        with self._holding("rebuild.lock", wait=False):
            with self._holding("writer.lock"):
                (self._folder / TOUCHED).write_text("", "utf-8")
            try:
                name = f"{GENERATION}{max(self._generations(), default=0) + 1}"
                path = _new_index(self._folder / name)
                count = _write(path, documents, gone=())
                with self._holding("writer.lock"):
                    self._catch_up(path, refresh)
                    _check(path, count if refresh is None else None)
                    self._make_current(name)
                    self._drop_old()
            finally:
                (self._folder / TOUCHED).unlink(missing_ok=True)
        return len(self.keys()) if refresh is not None else count

    # Reading

    def search(self, query: SearchQuery) -> SearchResult:
        """Find by characters, rank by words.

        Raises:
            IndexDamagedError: the index is damaged.
        """
        try:
            snapshot = self._open()
            return SearchResult() if snapshot is None else Evaluation(snapshot, query).answer()
        except _BROKEN as error:
            with self._lock:
                self._snapshot = None
            log.exception("search: the index in %s cannot be read", self._folder)
            raise IndexDamagedError from error

    def keys(self) -> frozenset[str]:
        """Tell the key of everything in the index."""
        return frozenset(segment.texts(names.KEY)[number].decode() for segment, number in self._live_documents())

    def titles(self, kinds: Collection[str]) -> Sequence[Title]:
        """Tell the titles of some kinds."""
        found: list[Title] = []
        for segment, number in self._live_documents(kinds):
            title, _, english = segment.texts(names.TITLE)[number].decode().partition("\n")
            found.append(Title(segment.texts(names.KEY)[number].decode(), title, english or None))
        return found

    def state(self) -> str:
        """Name the last commit of the present generation."""
        name = self._current()
        if name is None:
            return ""
        return f"{name}/{_last_commit(self._folder / name)}"

    def faults(self) -> Sequence[str]:
        """Compare every file of the present generation with its checksum, and open it."""
        name = self._current()
        if name is None:
            return ()
        faults = list(_damaged_files(self._folder / name, thorough=True))
        try:
            self._open()
        except (IndexDamagedError, *_BROKEN) as error:
            faults.append(f"{name} cannot be opened: {error}")
        return faults

    def _live_documents(self, kinds: Collection[str] | None = None) -> Iterator[tuple[Segment, int]]:
        snapshot = self._open()
        for segment in [] if snapshot is None else snapshot.segments:
            flags = segment.is_live
            if kinds is not None:
                column = segment.column("is_kind")
                is_wanted = np.array([any(value in kinds for value in values) for values in column.values], bool)
                flags = flags & is_wanted[column.codes]
            yield from ((segment, number) for number in np.nonzero(flags)[0].tolist())

    def _open(self) -> Snapshot | None:
        """Give what was last committed; None while there is no index."""
        for left in reversed(range(TRIES)):
            name = self._current()
            if name is None:
                return None
            try:
                with self._lock:
                    return self._fresh(name)
            except _BROKEN as error:  # a commit may take files away while they are being opened
                if left == 0:
                    log.exception("search: the index in %s cannot be opened", self._folder)
                    raise IndexDamagedError from error
        return None

    def _fresh(self, name: str) -> Snapshot:
        path = self._folder / name
        state = f"{name}/{_last_commit(path)}"
        if self._snapshot is not None and self._snapshot.name == state:
            for file, size in self._snapshot.files.items():
                if file.stat().st_size != size:  # reading a mapped file beyond its end would end the process
                    message = f"{file.name} has another size than when it was opened"
                    raise OSError(message)
            return self._snapshot
        for fault in _damaged_files(path):
            raise OSError(fault)
        known = {} if self._snapshot is None else {segment.name: segment for segment in self._snapshot.segments}
        opened = whoosh_index.open_dir(str(path))
        toc = opened._read_toc()  # noqa: SLF001 - the segments without opening a reader of all
        segments: list[Segment] = []
        for kept in toc.segments:
            segment = known.get(kept.segment_id())
            if segment is None:
                segment = Segment(opened.storage, toc.schema, kept, self._cache)
            elif frozenset(kept.deleted_docs()) != segment.deleted:
                segment = segment.with_deleted(kept)
            segments.append(segment)
        files = {file: file.stat().st_size for file in (path / f"{segment.name}.seg" for segment in segments)}
        self._snapshot = Snapshot(f"{name}/{toc.generation}", segments, files)
        return self._snapshot

    # Generations

    def _current(self) -> str | None:
        try:
            name = (self._folder / CURRENT).read_text("ascii").strip()
        except FileNotFoundError:
            return None
        return name if name.startswith(GENERATION) else None

    def _current_or_new(self) -> str:
        name = self._current()
        if name is not None:
            return name
        name = f"{GENERATION}{max(self._generations(), default=0) + 1}"
        _new_index(self._folder / name)
        self._make_current(name)
        return name

    def _make_current(self, name: str) -> None:
        draft = self._folder / f"{CURRENT}.new"
        draft.write_text(name, "ascii")
        _sync(draft)
        draft.replace(self._folder / CURRENT)
        _sync(self._folder)

    def _generations(self) -> list[int]:
        names_found = [path.name for path in self._folder.glob(f"{GENERATION}*")]
        return sorted(int(name.removeprefix(GENERATION)) for name in names_found)

    def _drop_old(self) -> None:
        kept = {f"{GENERATION}{number}" for number in self._generations()[-KEPT_GENERATIONS:]}
        for path in self._folder.glob("v*-gen-*"):
            if path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    def _remember_touched(self, keys: Sequence[str]) -> None:
        journal = self._folder / TOUCHED
        if journal.exists():
            with journal.open("a", encoding="utf-8") as handle:
                handle.writelines(f"{json.dumps(key)}\n" for key in keys)

    def _catch_up(self, path: Path, refresh: Refresh | None) -> None:
        """Bring into a new generation what was updated while it was made."""
        touched = sorted({json.loads(line) for line in (self._folder / TOUCHED).read_text("utf-8").splitlines()})
        if touched and refresh is not None:
            _write(path, list(refresh(touched)), gone=touched)

    @contextmanager
    def _holding(self, lock: str, *, wait: bool = True) -> Iterator[None]:
        """Be the only one on this machine to hold a lock; wait for the one before, or give up."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / lock).open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RebuildRunningError from error
            yield


def _new_index(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    whoosh_index.create_in(str(path), schema())
    return path


def _write(path: Path, documents: Iterable[SearchDocument], *, gone: Collection[str]) -> int:
    """Delete and add; one commit unless there is more than fits into memory. An error leaves the last commit."""
    count, waiting = 0, iter(documents)
    is_first, is_over = True, False
    while not is_over:
        index = whoosh_index.open_dir(str(path))
        writer = BulkWriter(index)
        try:
            if is_first:
                _delete(writer, index, gone)
            is_over = True
            for document in waiting:
                writer.put(document)
                count += 1
                if writer.is_full:
                    is_over = False
                    break
            writer.commit(mergetype=_merge_small)
        except BaseException:
            _give_up(writer)
            raise
        is_first = False
        _sync_all(path)
        _write_manifest(path)
    return count


def _delete(writer: BulkWriter, index: Any, keys: Collection[str]) -> None:  # noqa: ANN401 - whoosh has no types
    if not keys or not writer.segments:
        return
    cache, base = Cache(), 0
    for kept in writer.segments:
        segment = Segment(index.storage, writer.schema, kept, cache)
        for key in keys:
            for number in segment.find(key).tolist():
                writer.delete_document(base + number)
        base += segment.count
        segment.close()


def _merge_small(writer: BulkWriter, segments: list[Any]) -> list[Any]:
    """Keep the segments few: merge four of a size, drop those of which nothing is left."""
    left = [kept for kept in segments if kept.doc_count_all() > kept.deleted_count()]
    places = small_segments([kept.doc_count_all() - kept.deleted_count() for kept in left])
    for place in places:
        segment = Segment(writer.storage, writer.schema, left[place], Cache())
        writer.merge_in(segment)
        segment.close()
    return [kept for place, kept in enumerate(left) if place not in places]


def _give_up(writer: BulkWriter) -> None:
    """Cancel a writer; whatever cancelling itself cannot do, its lock must not stay."""
    try:
        with suppress(Exception):
            writer.cancel()
    finally:
        if writer.writelock is not None and not writer.is_closed:
            writer.writelock.release()


def _check(path: Path, count: int | None) -> None:
    """Open a new generation and read from it before anybody else does."""
    kept = whoosh_index.open_dir(str(path))
    faults = list(_damaged_files(path, thorough=True))
    if faults or (count is not None and kept.doc_count() != count):
        log.error(
            "search: the new index in %s has %s documents instead of %s; %s", path, kept.doc_count(), count, faults
        )
        raise IndexDamagedError


def _last_commit(path: Path) -> int:
    return max((int(toc.stem.rpartition("_")[2]) for toc in path.glob("_MAIN_*.toc")), default=-1)


def _write_manifest(path: Path) -> None:
    """Note the size and checksum of every segment, so that damage is noticed."""
    try:
        before: dict[str, list[int]] = json.loads((path / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        before = {}
    told = {file.name: before.get(file.name) or [file.stat().st_size, _checksum(file)] for file in path.glob("*.seg")}
    draft = path / f"{MANIFEST}.new"
    draft.write_text(json.dumps(told), "utf-8")
    _sync(draft)
    draft.replace(path / MANIFEST)
    _sync(path)


def _damaged_files(path: Path, *, thorough: bool = False) -> Iterator[str]:
    try:
        told: dict[str, list[int]] = json.loads((path / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        return
    except ValueError:
        yield f"{path.name}/{MANIFEST} cannot be read"
        return
    for name, (size, checksum) in told.items():
        file = path / name
        if not file.exists():
            if thorough and name in _needed(path):
                yield f"{path.name}/{name} is missing"
        elif file.stat().st_size != size:
            yield f"{path.name}/{name} has {file.stat().st_size} bytes instead of {size}"
        elif thorough and _checksum(file) != checksum:
            yield f"{path.name}/{name} has changed"


def _can_be_opened(path: Path) -> bool:
    with suppress(*_BROKEN):
        whoosh_index.open_dir(str(path)).reader().close()
        return True
    return False


def _needed(path: Path) -> set[str]:
    with suppress(*_BROKEN):
        return {f"{kept.segment_id()}.seg" for kept in whoosh_index.open_dir(str(path))._segments()}  # noqa: SLF001 - whoosh's own list
    return set()


def _checksum(file: Path) -> int:
    checksum = 0
    with file.open("rb") as handle:
        while piece := handle.read(PIECE):
            checksum = zlib.crc32(piece, checksum)
    return checksum


def _sync_all(path: Path) -> None:
    """See to it that a folder and its files are on the disk: Whoosh itself does not."""
    for file in path.iterdir():
        with suppress(FileNotFoundError):
            _sync(file)
    _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
