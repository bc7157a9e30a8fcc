"""Reading one segment of a Whoosh index with numpy.

A segment never changes but for the documents deleted in it, so that whatever is decoded can be kept:
postings in a cache of bounded size shared by all segments, columns as arrays for as long as the segment lives.
"""

from __future__ import annotations

import io
import re
import threading
import zlib
from collections import OrderedDict
from copy import copy
from pickle import load, loads
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh.codec.whoosh3 import LENGTHS_COLUMN, WHOOSH3_HEADER_MAGIC
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.util.numeric import byte_to_length

from portal.search.backends import whoosh_fields as names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CACHE_BYTES = 48_000_000
K1, B = 1.2, 0.75  # of BM25, as stock Whoosh sets them
DENSE = 16
"""A term that one document in so many has is kept as one flag per document instead of their numbers."""

_LENGTHS = np.array([byte_to_length(byte) for byte in range(256)], np.float32)
_FIXED = 64  # what an entry of the cache takes besides its arrays, in bytes
Array = Any  # numpy's arrays are not worth their type parameters here


class Cache:
    """Arrays by name; the longest unused go when there are too many bytes. Safe for threads."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        """Begin empty."""
        self.limit = limit
        self.size = 0
        self._kept: OrderedDict[tuple[str, ...], tuple[int, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: tuple[str, ...]) -> Any | None:  # noqa: ANN401 - whatever was put
        """Give what was put under a name, if it is still kept."""
        with self._lock:
            found = self._kept.get(name)
            if found is None:
                return None
            self._kept.move_to_end(name)
            return found[1]

    def put(self, name: tuple[str, ...], value: Any, size: int) -> None:  # noqa: ANN401 - whatever is put
        """Keep something of so many bytes."""
        with self._lock:
            if name in self._kept:
                return
            self._kept[name] = (size + _FIXED, value)
            self.size += size + _FIXED
            while self.size > self.limit:
                _, (gone, _) = self._kept.popitem(last=False)
                self.size -= gone

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self.size = 0


class Column:
    """Values of all documents that repeat often: a number per document, and the values by number."""

    def __init__(self, codes: Array, values: list[bytes]) -> None:
        """Take them as they are kept."""
        self.codes = codes
        self.raw: list[bytes] = values
        self.values = [tuple(value.decode().split(names.BETWEEN_VALUES)) if value else () for value in values]

    def __getitem__(self, number: int) -> bytes:
        """Give a document's value as it is kept."""
        return self.raw[int(self.codes[number])]


class Texts:
    """A text per document, read from the file when it is asked for."""

    def __init__(self, reader: Any) -> None:  # noqa: ANN401 - whoosh has no types
        """Take a stock column reader."""
        self._buffer, self._base = reader._dbfile._buf, reader._basepos  # noqa: SLF001 - without a copy
        self.starts = np.frombuffer(reader._offsets, f"u{reader._offsets.itemsize}").astype(np.int64)  # noqa: SLF001 - as above
        self.ends = self.starts + np.frombuffer(reader._lengths, f"u{reader._lengths.itemsize}")  # noqa: SLF001 - as above

    def __getitem__(self, number: int) -> bytes:
        """Read the text of a document."""
        return bytes(self._buffer[self._base + self.starts[number] : self._base + self.ends[number]])

    def has(self, numbers: Array, wanted: bytes) -> Array:
        """Tell for each of some documents whether its text contains something."""
        buffer, base, search = self._buffer, self._base, re.compile(re.escape(wanted)).search  # reads without copying
        spans = zip((self.starts[numbers] + base).tolist(), (self.ends[numbers] + base).tolist(), strict=True)
        return np.fromiter((search(buffer, start, end) is not None for start, end in spans), bool, len(numbers))


class Segment:
    """One segment: its documents are numbered from 0."""

    def __init__(self, storage: Any, schema: Any, segment: Any, cache: Cache) -> None:  # noqa: ANN401 - no types
        """Open a segment; nothing is read before it is asked for."""
        self.name: str = segment.segment_id()
        self.count: int = segment.doc_count_all()
        self._reader = SegmentReader(storage, schema, segment)
        self._terms = self._reader._terms  # noqa: SLF001 - whoosh's fast way
        self._cache = cache
        self._columns: dict[str, Any] = {}
        self.is_live: Array
        self.deleted: frozenset[int]
        self._mark_deleted(segment)

    def with_deleted(self, segment: Any) -> Segment:  # noqa: ANN401 - whoosh has no types
        """Give the same segment with what is deleted as last committed; all else is shared."""
        made = copy(self)
        made._mark_deleted(segment)  # noqa: SLF001 - of the same class
        return made

    def _mark_deleted(self, segment: Any) -> None:  # noqa: ANN401 - whoosh has no types
        self.deleted = frozenset(segment.deleted_docs())
        self.is_live = np.ones(self.count, bool)
        self.is_live[list(self.deleted)] = False

    def length_sum(self, field: str) -> int:
        """Tell how many tokens all documents have in a field."""
        return int(self._reader.field_length(field))

    def frequency(self, field: str, token: str) -> int:
        """Tell in how many documents a token occurs, the deleted ones included."""
        try:
            return int(self._terms.doc_frequency(field, token.encode()))
        except (KeyError, TermNotFound):
            return 0

    def postings(self, field: str, token: str) -> tuple[Array, Array | None]:
        """Give the numbers of the documents that have a token, and how often if not always once."""
        name = (self.name, field, token)
        found = self._cache.get(name)
        if found is None:
            found = self._decoded(field, token.encode())
            numbers, times = found
            self._cache.put(name, found, numbers.nbytes + (0 if times is None else times.nbytes))
        return found

    def impacts(self, field: str, token: str, mean: float) -> tuple[Array | None, Array]:
        """Tell how far BM25 counts the frequency of a token, rarity left aside.

        Returns:
            The documents that have it, and the impact in each; where most have it None, and the impact in every
            document.
        """
        name = (self.name, field, token, f"impact {mean}")
        found: tuple[Array | None, Array] | None = self._cache.get(name)
        if found is None:
            documents, times = self._decoded(field, token.encode())
            often = np.float32(1) if times is None else times.astype(np.float32)
            impact = often * np.float32(K1 + 1) / (often + self.norms(field, mean)[documents])
            if len(documents) * 2 >= self.count:
                everywhere = np.zeros(self.count, np.float32)
                everywhere[documents] = impact
                found = None, everywhere
            else:
                found = documents, impact
            self._cache.put(name, found, found[1].nbytes * (1 if found[0] is None else 2))
        return found

    def has_gram(self, field: str, gram: str) -> Array:
        """Tell which documents have a gram: flags when they are many, else their numbers."""
        name = (self.name, field, gram, "set")
        found = self._cache.get(name)
        if found is None:
            found = self.as_set(self._decoded(field, gram.encode())[0])
            self._cache.put(name, found, found.nbytes)
        return found

    def as_set(self, numbers: Array) -> Array:
        """Keep the numbers of documents in the smaller way."""
        if len(numbers) * DENSE <= self.count:
            return numbers
        flags = np.zeros(self.count, bool)
        flags[numbers] = True
        return flags

    def containing(self, text: str, candidates: Array) -> Array:
        """Tell which of the candidates contain a text; remembered, because candidates follow from the text."""
        name = (self.name, "contains", text)
        found = self._cache.get(name)
        if found is None:
            numbers = np.nonzero(candidates)[0] if candidates.dtype == bool else candidates
            found = self.as_set(numbers[self.texts(names.TEXT).has(numbers, text.encode())])
            self._cache.put(name, found, found.nbytes)
        return found

    def find(self, key: str) -> Array:
        """Give the numbers of the documents of a key, the deleted ones included."""
        return self._decoded(names.KEY, key.encode())[0]

    def lengths(self, field: str) -> Array:
        """Give the number of tokens of each document in a field."""
        found: Array = self._columns.get(f"length {field}")
        if found is None:
            kept = length_bytes(self._reader._perdoc, field)  # noqa: SLF001 - fast way
            found = self._columns[f"length {field}"] = _LENGTHS[kept]
        return found

    def norms(self, field: str, mean: float) -> Array:
        """Give what BM25 adds to the frequency of a term in each document: more for longer documents."""
        kept: tuple[float, Array] | None = self._columns.get(f"norm {field}")
        if kept is None or kept[0] != mean:
            kept = (mean, np.float32(K1 * (1 - B)) + np.float32(K1 * B / mean) * self.lengths(field))
            self._columns[f"norm {field}"] = kept
        return kept[1]

    def column(self, field: str) -> Column:
        """Give a column of values that repeat."""
        found: Column | None = self._columns.get(field)
        if found is None:
            raw = self._column_reader(field)
            size = {"B": 1, "H": 2}[raw._typecode]  # noqa: SLF001 - the array is read whole
            data = raw._dbfile.get(raw._basepos, self.count * size)  # noqa: SLF001 - as above
            codes = np.frombuffer(data, f">u{size}").astype(np.uint16)
            found = self._columns[field] = Column(codes, list(raw._uniques))  # noqa: SLF001 - as above
        return found

    def numbers(self, field: str) -> Array:
        """Give a column of numbers."""
        found: Array = self._columns.get(field)
        if found is None:
            raw = self._column_reader(field)
            kind = {"q": "i8", "i": "i4"}[raw._typecode]  # noqa: SLF001 - the array is read whole
            data = raw._dbfile.get(raw._basepos, raw._count * raw._fixedlen)  # noqa: SLF001 - as above
            found = np.full(self.count, raw._default, kind)  # noqa: SLF001 - as above
            found[: raw._count] = np.frombuffer(data, f">{kind}")  # noqa: SLF001 - as above
            self._columns[field] = found
        return found

    def texts(self, field: str) -> Texts:
        """Give a column of texts."""
        found: Texts | None = self._columns.get(field)
        if found is None:
            found = self._columns[field] = Texts(self._column_reader(field))
        return found

    @property
    def columns(self) -> Mapping[str, Any]:
        """Every column by its field, to be read by number."""
        schema = self._reader.schema
        made: dict[str, Any] = {}
        for field in schema.names():
            if schema[field].column_type is None:
                continue
            if field in {names.KEY, names.TEXT, names.TITLE}:
                made[field] = self.texts(field)
            elif field in {names.ORDER, names.DAY, names.AMOUNT}:
                made[field] = self.numbers(field).tolist()
            else:
                made[field] = self.column(field)
        return made

    def all_postings(self) -> Iterator[tuple[str, str, Array, Array | None]]:
        """Give field, token, documents and times of every term."""
        schema = self._reader.schema
        for field, token in self._reader.all_terms():
            numbers, times = self._decoded(field, token)
            if schema[field].scorable and times is None:
                times = np.ones(len(numbers), np.uint8)
            yield field, token.decode(), numbers, times

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()

    def _column_reader(self, field: str) -> Any:  # noqa: ANN401 - whoosh has no types
        column = self._reader.schema[field].column_type
        return self._reader._perdoc.column_reader(field, column)  # noqa: SLF001 - without translation

    def _decoded(self, field: str, token: bytes) -> tuple[Array, Array | None]:
        """Read all blocks of a term."""
        try:
            start, (length,) = self._terms.term_info(field, token).extent()  # whoosh leaves it unpacked by half
        except (KeyError, TermNotFound):
            return np.empty(0, np.int32), None
        return decoded(self._terms._postfile.get(start, length))  # noqa: SLF001 - the whole list at once


def length_bytes(reader: Any, field: str) -> Array:  # noqa: ANN401 - whoosh has no types
    """Read how many tokens each document has in a field, as whoosh rounds them into a byte."""
    found = np.zeros(reader.doc_count_all(), np.uint8)
    column = reader._cached_reader(f"_{field}_len", LENGTHS_COLUMN)  # noqa: SLF001 - whoosh's own way
    if column is not None:
        given = np.frombuffer(column._dbfile.get(column._basepos, column._count), np.uint8)  # noqa: SLF001 - read whole
        found[: len(given)] = given
    return found


def decoded(data: bytes) -> tuple[Array, Array | None]:
    """Read the blocks of a term as the stock writer wrote them: documents, and how often if not always once."""
    stream = io.BytesIO(data)
    stream.seek(len(WHOOSH3_HEADER_MAGIC))
    numbers: list[Array] = []
    times: list[Array] = []
    step = 1
    while step > 0:
        step = int.from_bytes(stream.read(4), "big", signed=True)
        end = stream.tell() + abs(step)
        compression = load(stream)[3]  # noqa: S301 - our own file, in a folder that only we write
        block = stream.read(end - stream.tell())
        steps, often, _ = loads(zlib.decompress(block) if compression else block)  # noqa: S301 - as above
        numbers.append(np.cumsum(np.array(steps, np.int32), dtype=np.int32))
        times.append(np.full(len(steps), 1 if often is None else often, np.uint8))
    if all((many == 1).all() for many in times):
        return _joined(numbers), None
    return _joined(numbers), _joined(times)


def _joined(arrays: list[Array]) -> Array:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
