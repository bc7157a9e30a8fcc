"""The embedded default: Whoosh, one writer, immutable generations, readers opened fresh.

    <folder>/CURRENT        the name of the generation that is read, replaced in one step
    <folder>/gen-<n>/       an index; a rebuild makes the next one beside it
    <folder>/writer.lock    held by whoever writes; it dies with the process

`Searcher.refresh()` is never called: a fresh searcher costs half a millisecond and cannot show what
was deleted.
"""

from __future__ import annotations

import fcntl
import itertools
import logging
import os
import shutil
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from whoosh import index as whoosh_index
from whoosh.query import And, AndMaybe, Or, Term

from portal.kernel.errors import PortalError
from portal.kernel.text import N_
from portal.search import analysis
from portal.search.backends import whoosh_compat
from portal.search.backends.memory import page_of
from portal.search.backends.whoosh_fields import SCHEMA_VERSION, schema
from portal.search.matching import body_text, fits, full_text, title_text
from portal.search.port import Hit, SearchDocument, SearchResult

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from portal.search.port import SearchQuery

log = logging.getLogger(__name__)
whoosh_compat.install()

CURRENT = "CURRENT"
GENERATION = f"v{SCHEMA_VERSION}-gen-"
KEPT_GENERATIONS = 2
WRITER_MEMORY_MB = 128
DELETE_BATCH = 500
TITLE_BOOST = 3.0
GRAM_BOOST = 0.3
TRIES = 5
_BROKEN = (OSError, EOFError, TypeError, ValueError, KeyError, whoosh_index.IndexError)


class SearchUnavailableError(PortalError):
    """Raised when the index cannot be read; the log says why."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "search-unavailable"
    message = N_("The search is being repaired. Use the lists in the meantime, or try again in a minute.")


class WhooshBackend:
    """Keep the index in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read or made before it is needed."""
        self._folder = folder
        self._open: tuple[str, int, Any] | None = None  # the searcher: whoosh has no types

    def update(self, documents: Iterable[SearchDocument], *, deleted: Collection[str] = ()) -> int:
        """Put documents in and take keys out, in one commit."""
        made = {document.key: document for document in documents}
        gone = sorted({*made, *deleted})
        if not gone:
            return 0
        with self._writing():
            path = self._folder / self._current_or_new()
            _write(path, made.values(), gone=gone)
        return len(made)

    def search(self, query: SearchQuery) -> SearchResult:
        """Find candidates by their characters, then keep those whose text has every term."""
        wanted = analysis.terms(query.text)
        if not wanted:
            return SearchResult()
        searcher = self._searcher()
        if searcher is None:
            return SearchResult()
        try:
            return page_of(_hits(searcher, wanted, query), query)
        except _BROKEN as error:
            self._open = None
            log.exception("search: the index in %s cannot be read", self._folder)
            raise SearchUnavailableError from error

    def rebuild(self, documents: Iterable[SearchDocument]) -> int:
        """Build the next generation beside the present one, check it, and change over."""
        with self._writing():
            name = f"{GENERATION}{max(self._generations(), default=0) + 1}"
            path = self._folder / name
            count = _write(_new_index(path), documents, gone=())
            _check(path, count)
            self._make_current(name)
            self._drop_old()
        return count

    def keys(self) -> frozenset[str]:
        """Tell the key of everything in the index."""
        searcher = self._searcher()
        if searcher is None:
            return frozenset()
        return frozenset(fields["key"] for fields in searcher.reader().all_stored_fields())

    def _searcher(self) -> Any | None:  # noqa: ANN401 - whoosh has no types
        """Give a searcher of what was last committed; None while there is no index."""
        for left in reversed(range(TRIES)):
            name = self._current()
            if name is None:
                return None
            try:
                return self._fresh_searcher(name)
            except _BROKEN as error:  # a commit may take files away while they are being opened
                if left == 0:
                    log.exception("search: the index in %s cannot be opened", self._folder)
                    raise SearchUnavailableError from error
        return None

    def _fresh_searcher(self, name: str) -> Any:  # noqa: ANN401 - whoosh has no types
        opened = whoosh_index.open_dir(str(self._folder / name))
        commit = opened.latest_generation()
        if self._open is not None and self._open[:2] == (name, commit):
            return self._open[2]
        self._open = (name, commit, opened.searcher())
        return self._open[2]

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
        _sync(self._folder / name)
        draft = self._folder / f"{CURRENT}.new"
        draft.write_text(name, "ascii")
        _sync_file(draft)
        draft.replace(self._folder / CURRENT)
        _sync_file(self._folder)

    def _generations(self) -> list[int]:
        names = [path.name for path in self._folder.glob(f"{GENERATION}*")]
        return sorted(int(name.removeprefix(GENERATION)) for name in names)

    def _drop_old(self) -> None:
        for number in self._generations()[:-KEPT_GENERATIONS]:
            shutil.rmtree(self._folder / f"{GENERATION}{number}", ignore_errors=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the only writer on this machine; wait for the one before."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "writer.lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _new_index(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    whoosh_index.create_in(str(path), schema())
    return path


def _write(path: Path, documents: Iterable[SearchDocument], *, gone: Collection[str]) -> int:
    """Delete and add in one commit; an error leaves the index as it was."""
    writer = whoosh_index.open_dir(str(path)).writer(limitmb=WRITER_MEMORY_MB)
    try:
        with writer.searcher() as searcher:
            for key in gone:
                writer.delete_by_term("key", key, searcher=searcher)
        count = 0
        for document in documents:
            writer.add_document(**_fields(document))
            count += 1
    except BaseException:
        writer.cancel()
        raise
    writer.commit()
    _sync(path)
    return count


def _fields(document: SearchDocument) -> dict[str, object]:
    title, body = title_text(document), body_text(document)
    return {
        "key": document.key,
        "kind": document.kind,
        "title_words": analysis.words(title),
        "body_words": analysis.words(body),
        "grams": analysis.grams(f"{title}\n{body}"),
        "document": dict(vars(document)),
        "text": full_text(document),
    }


def _check(path: Path, count: int) -> None:
    kept = whoosh_index.open_dir(str(path)).doc_count()
    if kept != count:
        raise SearchUnavailableError


def _hits(searcher: Any, wanted: list[str], query: SearchQuery) -> Iterator[Hit]:  # noqa: ANN401 - no types
    checked = [term for term in wanted if not analysis.is_settled_by_grams(term)]
    found = searcher.search(_question(wanted), limit=None)
    for number, score in found.items():
        stored = searcher.stored_fields(number)
        if all(term in stored["text"] for term in checked):
            document = SearchDocument(**stored["document"])
            if fits(document, query):
                yield Hit(document, score)


def _question(wanted: list[str]) -> Any:  # noqa: ANN401 - whoosh has no types
    """Ask for every gram; words in common, in the title above all, raise the score."""
    needed = dict.fromkeys(itertools.chain.from_iterable(map(analysis.needed_grams, wanted)))
    cut = dict.fromkeys(itertools.chain.from_iterable(map(analysis.words, wanted)))
    liked = [Term("title_words", word, boost=TITLE_BOOST) for word in cut]
    liked += [Term("body_words", word) for word in cut]
    return AndMaybe(And([Term("grams", gram, boost=GRAM_BOOST) for gram in needed]), Or(liked))


def _sync(path: Path) -> None:
    """See to it that a folder and its files are on the disk: Whoosh itself does not."""
    for file in path.iterdir():
        _sync_file(file)
    _sync_file(path)


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
