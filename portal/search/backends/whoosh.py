"""The embedded default: Whoosh, one writer, immutable generations, readers opened fresh.

    <folder>/CURRENT        the name of the generation that is read, replaced in one step
    <folder>/v3-gen-<n>/    an index; a rebuild makes the next one beside it
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
import shutil
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import index as whoosh_index

from portal.search.backends import whoosh_compat
from portal.search.backends import whoosh_fields as names
from portal.search.backends.whoosh_fields import SCHEMA_VERSION, schema
from portal.search.backends.whoosh_files import (
    BROKEN,
    can_be_opened,
    damaged_files,
    last_commit,
    reading,
    sync,
    sync_all,
)
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

CURRENT, TOUCHED = "CURRENT", "touched"
GENERATION = f"v{SCHEMA_VERSION}-gen-"
KEPT_GENERATIONS = 2
TRIES = 5


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
            IndexDamagedError: there is no index, or a damaged one: it must be made anew.
            OSError: it cannot be written now; the last commit stands.
        """
        made = {document.key: document for document in documents}
        gone = sorted({*made, *deleted})
        if not gone:
            return 0
        with self._holding("writer.lock"):
            self._remember_touched(gone)
            path = self._folder / self._present()
            try:
                _write(path, list(made.values()), gone=gone)
            except BROKEN as error:
                if any(damaged_files(path, thorough=True)) or not can_be_opened(path):
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
            name = f"{GENERATION}{max(self._generations(), default=0) + 1}"
            path = _new_index(self._folder / name)
            try:
                count = _write(path, documents, gone=())
                _check(path, count)
                with self._holding("writer.lock"):
                    self._catch_up(path, refresh)
                    self._make_current(name)
                    self._drop_old()
            except BaseException:
                shutil.rmtree(path, ignore_errors=True)  # half an index would only take room on a full disk
                raise
            finally:
                (self._folder / TOUCHED).unlink(missing_ok=True)
        return len(self.keys()) if refresh is not None else count

    # Reading

    def search(self, query: SearchQuery) -> SearchResult:
        """Find by characters, rank by words.

        Raises:
            IndexDamagedError: there is no index, or a damaged one.
        """
        try:
            with reading():
                return Evaluation(self._open(), query).answer()
        except IndexDamagedError:
            with self._lock:
                self._snapshot = None
            log.exception("search: the index in %s cannot be read", self._folder)
            raise

    def keys(self) -> frozenset[str]:
        """Tell the key of everything in the index."""
        with reading():
            return frozenset(segment.texts(names.KEY)[number].decode() for segment, number in self._live_documents())

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """Go through the key and the searched text of everything in the index."""
        with reading():
            for segment, number in self._live_documents():
                yield segment.texts(names.KEY)[number].decode(), segment.texts(names.TEXT)[number]

    def titles(self, kinds: Collection[str]) -> Sequence[Title]:
        """Tell the titles of some kinds."""
        found: list[Title] = []
        with reading():
            for segment, number in self._live_documents(kinds):
                title, _, english = segment.texts(names.TITLE)[number].decode().partition("\n")
                found.append(Title(segment.texts(names.KEY)[number].decode(), title, english or None))
        return found

    def state(self) -> str:
        """Name the last commit of the present generation; nothing while there is none."""
        with reading():
            name = self._current()
            return "" if name is None else f"{name}/{last_commit(self._folder / name)}"

    def faults(self) -> Sequence[str]:
        """Compare every file of the present generation with its checksum, and open it."""
        try:
            with reading():
                found = list(damaged_files(self._folder / self._present(), thorough=True))
                self._open()
        except IndexDamagedError as error:
            return [f"the index cannot be opened: {error.__cause__ or 'there is none'}"]
        return found

    def _live_documents(self, kinds: Collection[str] | None = None) -> Iterator[tuple[Segment, int]]:
        for segment in self._open().segments:
            flags = segment.is_live
            if kinds is not None:
                column = segment.column("is_kind")
                is_wanted = np.array([any(value in kinds for value in values) for values in column.values], bool)
                flags = flags & is_wanted[column.codes]
            yield from ((segment, number) for number in np.nonzero(flags)[0].tolist())

    def _open(self) -> Snapshot:
        """Give what was last committed."""
        left = TRIES
        while True:
            try:
                with self._lock:
                    return self._fresh(self._present())
            except BROKEN:  # a commit may take files away while they are being opened
                left -= 1
                if left == 0:
                    raise

    def _fresh(self, name: str) -> Snapshot:
        path = self._folder / name
        state = f"{name}/{last_commit(path)}"
        if self._snapshot is not None and self._snapshot.is_cut():
            self._snapshot = None  # reading a mapped file beyond its end would end the process
        if self._snapshot is not None and self._snapshot.name == state and self._snapshot.has_files():
            return self._snapshot
        for fault in damaged_files(path):
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

    def _present(self) -> str:
        """Name the present generation.

        Raises:
            IndexDamagedError: there is none. It is never taken for an empty one: whatever was published
                before would be missing without a sign.
        """
        with reading():
            name = self._current()
        if name is None or not (self._folder / name).is_dir():
            raise IndexDamagedError
        return name

    def _make_current(self, name: str) -> None:
        draft = self._folder / f"{CURRENT}.new"
        draft.write_text(name, "ascii")
        sync(draft)
        draft.replace(self._folder / CURRENT)
        sync(self._folder)

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
    sync_all(path)
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


def _check(path: Path, count: int) -> None:
    """Open a new generation before anybody else does: check its files, how much is in it, its first and last thing."""
    kept = whoosh_index.open_dir(str(path))
    faults = list(damaged_files(path, thorough=True))
    if kept.doc_count() != count:
        faults.append(f"{kept.doc_count()} documents instead of {count}")
    for segment in (Segment(kept.storage, kept.schema, one, Cache()) for one in kept._segments()):  # noqa: SLF001 - whoosh's own list
        for number in {0, segment.count - 1}:
            key = segment.texts(names.KEY)[number].decode()
            if number not in segment.find(key):
                faults.append(f"{key} is not found")
        segment.close()
    if faults:
        log.error("search: the new index in %s is not right: %s", path, "; ".join(faults))
        raise IndexDamagedError
