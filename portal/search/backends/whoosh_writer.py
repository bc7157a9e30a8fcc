"""Writing Whoosh's own files in bulk.

The stock writer hands one posting at a time through a sorting pool: 250 documents a second. This one
keeps per term the numbers of its documents in an array and writes whole blocks from it, in the format
that the stock reader reads (`tests/search/test_whoosh.py` compares the two).
"""

from __future__ import annotations

import itertools
import struct
import zlib
from array import array
from collections import Counter, defaultdict
from pathlib import Path
from pickle import dumps
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec, W3FieldWriter, W3Segment
from whoosh.filedb.filetables import HashWriter, OrderedHashWriter
from whoosh.index import TOC, clean_files
from whoosh.util.numlists import GrowableArray
from whoosh.writing import SegmentWriter

from portal.search import analysis
from portal.search.backends import whoosh_fields as names
from portal.search.backends.ranking import BODY_WORDS, GRAMS, TITLE_WORDS
from portal.search.backends.whoosh_files import sync_all, write_manifest
from portal.search.backends.whoosh_reader import Segment, length_bytes
from portal.search.matching import body_text, facet_values, order_key, title_text
from portal.search.port import FACETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from portal.search.backends.whoosh_reader import Array
    from portal.search.port import SearchDocument

BLOCK = 2048
MOST_POSTINGS, MOST_DOCUMENTS = 20_000_000, 60_000
"""How much is kept in memory before a segment is written: some 16,000 notices, 400 MB. Of short things there
may be more, but not so many that a column has more different values than the 65,535 that Whoosh numbers."""

PORTION = 500_000
MOST_TIMES = 255
TIMES_BITS, DOCUMENT_BITS = 8, 24
PLACE_SHIFT, DOCUMENT_MASK = TIMES_BITS + DOCUMENT_BITS, (1 << DOCUMENT_BITS) - 1
MERGED_TOGETHER = 4
LARGEST_MERGED = 4_096
LONG = 32
"""Blocks of so many postings and more hold packed numbers, which are read ten times as fast."""

CRC32 = 1
_PICKLE, _PICKLE_OF_BYTES = 2, 4
_INT, _LENGTHS, _EXTENT = struct.Struct("!i"), struct.Struct("!ii"), struct.Struct("!qi")
_INFO = struct.Struct("!BfIBBfII")
_HEADER = bytes(WHOOSH3_HEADER_MAGIC)


class BulkCodec(W3Codec):  # type: ignore[misc]  # whoosh has no types
    """The stock codec with larger, uncompressed blocks, written by field."""

    def __init__(self) -> None:
        """Choose blocks that decode fastest."""
        super().__init__(blocklimit=BLOCK, compression=0)

    def field_writer(self, storage: object, segment: object) -> BulkFieldWriter:
        """Make the writer of postings."""
        return BulkFieldWriter(self, storage, segment)

    def new_segment(self, storage: object, indexname: str) -> W3Segment:
        """Make a segment that remembers the stock codec: it is read without this module."""
        del storage
        return W3Segment(W3Codec(blocklimit=BLOCK, compression=0), indexname)


class FieldPool:
    """The postings of one field in memory: which token, in which document, how often."""

    def __init__(self) -> None:
        """Begin empty."""
        self._numbers: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        self._tokens, self._documents, self._times = array("I"), array("I"), array("B")

    def __len__(self) -> int:
        """Tell how many postings there are."""
        return len(self._tokens)

    def add(self, document: int, counted: Mapping[str, int]) -> None:
        """Note how often a document has each token."""
        number = self._numbers
        self._tokens.extend([number[token] for token in counted])
        self._documents.extend(itertools.repeat(document, len(counted)))
        self._times.extend([min(MOST_TIMES, many) for many in counted.values()])

    def extend(self, token: str, documents: Array, times: Array | None) -> None:
        """Take over the postings of a token from a segment that is merged in."""
        self._tokens.extend(itertools.repeat(self._numbers[token], len(documents)))
        self._documents.frombytes(documents.astype(np.uint32).tobytes())
        self._times.frombytes((np.ones(len(documents), np.uint8) if times is None else times).tobytes())

    def sorted(self) -> tuple[list[bytes], Array, Array, Array]:
        """Give the tokens in order, and for every posting its token's place, its document and how often."""
        tokens = sorted(self._numbers)
        places = np.empty(len(tokens), np.int64)
        places[[self._numbers[token] for token in tokens]] = np.arange(len(tokens))
        keys = places[np.frombuffer(self._tokens, np.uint32)] << PLACE_SHIFT
        keys |= np.frombuffer(self._documents, np.uint32).astype(np.int64) << TIMES_BITS
        keys |= np.frombuffer(self._times, np.uint8)
        keys.sort()
        documents = ((keys >> TIMES_BITS) & DOCUMENT_MASK).astype(np.int32)
        times = (keys & MOST_TIMES).astype(np.uint8)
        return [token.encode() for token in tokens], keys >> PLACE_SHIFT, documents, times


class Pool:
    """All postings of a segment that is being made, by field."""

    def __init__(self) -> None:
        """Begin empty."""
        self.fields: defaultdict[str, FieldPool] = defaultdict(FieldPool)

    @property
    def size(self) -> int:
        """How many postings there are."""
        return sum(map(len, self.fields.values()))

    def iter_postings(self) -> Pool:
        """Stand in for the stock pool, whose writer asks for this."""
        return self

    def cleanup(self) -> None:
        """Let go of everything."""
        self.fields.clear()


class Terms(OrderedHashWriter):  # type: ignore[misc]  # whoosh has no types
    """The stock table of terms, with its faster hash, filled many at a time."""

    def __init__(self, file: Any) -> None:  # noqa: ANN401 - whoosh has no types
        """Take the file to write to."""
        HashWriter.__init__(self, file, hashtype=CRC32)
        self.index = GrowableArray("q")
        self.lastkey = b""

    def add_many(self, keys: Sequence[bytes], values: Sequence[bytes]) -> None:
        """Add terms, in order, with what is known of each."""
        place: int = self.dbfile.tell()
        written: list[bytes] = []
        remember, buckets = self.index.array.append, self.buckets
        for key, value in zip(keys, values, strict=True):
            written += (_LENGTHS.pack(len(key), len(value)), key, value)
            hashed = zlib.crc32(key)
            buckets[hashed & 255].append((hashed, place))
            remember(place)
            place += 8 + len(key) + len(value)
        self.dbfile.write(b"".join(written))


class BulkFieldWriter(W3FieldWriter):  # type: ignore[misc]  # whoosh has no types
    """Write the postings of a pool, term by term, from sorted arrays."""

    _tindex: Any

    def __init__(self, codec: object, storage: Any, segment: Any) -> None:  # noqa: ANN401 - whoosh has no types
        """Open the files of a new segment."""
        super().__init__(codec, storage, segment)
        self._tindex.dbfile.close()
        self._tindex = Terms(self._create_file(W3Codec.TERMS_EXT))
        self._fieldmap: dict[str, int] = {}
        self._tindex.extras["fieldmap"] = self._fieldmap

    def add_postings(self, schema: Any, lengths: Any, items: Pool) -> None:  # noqa: ANN401 - whoosh has no types
        """Write every field."""
        for field in sorted(items.fields):
            self.start_field(field, schema[field])
            column = length_bytes(lengths, field) if schema[field].scorable else None
            self._write_field(items.fields.pop(field), column)
            self.finish_field()

    def _write_field(self, pool: FieldPool, lengths: Array | None) -> None:
        tokens, places, documents, times = pool.sorted()
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        ends = np.append(starts[1:], len(places))
        for first, last in _portions(starts, ends):
            begin, end = int(starts[first]), int(ends[last - 1])
            blocks = _Blocks(
                documents[begin:end], times[begin:end], None if lengths is None else lengths[documents[begin:end]]
            )
            spans = zip((starts[first:last] - begin).tolist(), (ends[first:last] - begin).tolist(), strict=True)
            self._write_terms(tokens[first:last], blocks, spans)

    def _write_terms(self, tokens: list[bytes], blocks: _Blocks, spans: Iterable[tuple[int, int]]) -> None:
        field, place = struct.pack("!H", self._fieldid), self._postfile.tell()
        data: list[bytes] = []
        values: list[bytes] = []
        for start, end in spans:
            written = blocks.written(start, end)
            values.append(blocks.told(start, end) + _EXTENT.pack(place, len(written)))
            data.append(written)
            place += len(written)
        self._postfile.write(b"".join(data))
        self._tindex.add_many([field + token for token in tokens], values)


class _Blocks:
    """Blocks of postings in the stock format, cut from arrays."""

    def __init__(self, documents: Array, times: Array, lengths: Array | None) -> None:
        self._documents, self._times = documents.tolist(), times.tolist()
        self._steps = np.diff(documents, prepend=documents[:1]).tolist()
        self._lengths = None if lengths is None else lengths.tolist()

    def written(self, start: int, end: int) -> bytes:
        """Encode the postings of one term."""
        if end - start == 1:
            return _HEADER + self._block(start, end, is_last=True)
        blocks = [
            self._block(place, min(end, place + BLOCK), is_last=place + BLOCK >= end)
            for place in range(start, end, BLOCK)
        ]
        return _HEADER + b"".join(blocks)

    def told(self, start: int, end: int) -> bytes:
        """Encode what is known of a term: weight, frequency, lengths, largest weight, first and last document."""
        times = self._times[start:end]
        least, most = self._extremes(start, end)
        first, last = self._documents[start], self._documents[end - 1]
        return _INFO.pack(0, sum(times), end - start, least, most, max(times), first, last)

    def _block(self, start: int, end: int, *, is_last: bool) -> bytes:
        times = self._times[start:end]
        most_times = max(times)
        steps = (self._documents[start], *self._steps[start + 1 : end])
        often = None if most_times == 1 else times
        if end - start >= LONG:
            data = dumps((_packed(steps), None if often is None else array("B", often), None), _PICKLE_OF_BYTES)
        else:
            data = dumps((steps, None if often is None else tuple(often), None), _PICKLE)
        info = dumps(
            (end - start, self._documents[end - 1], float(most_times), 0, *self._extremes(start, end)), _PICKLE
        )
        length = len(info) + len(data)
        return _INT.pack(-length if is_last else length) + info + data

    def _extremes(self, start: int, end: int) -> tuple[int, int]:
        if self._lengths is None:
            return 0, 0
        taken = self._lengths[start:end]
        return min(taken), max(taken)


def _packed(steps: Sequence[int]) -> array[int]:
    return array("H" if max(steps) < 1 << 16 else "I", steps)


def _portions(starts: Array, ends: Array) -> Iterator[tuple[int, int]]:
    """Cut the terms of a field into portions of so many postings that their lists fit into memory."""
    first = 0
    while first < len(starts):
        last = max(first + 1, int(np.searchsorted(ends, starts[first] + PORTION, side="right")))
        yield first, last
        first = last


class BulkWriter(SegmentWriter):  # type: ignore[misc]  # whoosh has no types
    """The stock writer, filled in bulk."""

    def __init__(self, index: Any, **said: Any) -> None:  # noqa: ANN401 - whoosh has no types
        """Take the index; only one writer may be open."""
        super().__init__(index, codec=BulkCodec(), **said)
        self.pool = Pool()

    @property
    def is_full(self) -> bool:
        """Tell whether a segment should be written now."""
        return self.pool.size >= MOST_POSTINGS or self.docnum >= MOST_DOCUMENTS

    def put(self, document: SearchDocument) -> None:
        """Add a document."""
        title, body = title_text(document), body_text(document)
        text = f"{title}\n{body}"
        forms = analysis.other_forms(text)
        number, writer = self.docnum, self.perdocwriter
        writer.start_doc(number)
        for field, tokens in ((TITLE_WORDS, analysis.words(title)), (BODY_WORDS, analysis.words(body))):
            self.pool.fields[field].add(number, Counter(tokens))
            writer.add_field(field, self.schema[field], None, len(tokens))
        self.pool.fields[GRAMS].add(number, dict.fromkeys(analysis.grams(f"{text}\n{forms}"), 1))
        self.pool.fields[names.KEY].add(number, {document.key: 1})
        for field, value in stored_columns(document, f"{text}\n{forms}").items():
            writer.add_column_value(field, self.schema[field].column_type, value)
        writer.finish_doc()
        self.docnum += 1
        self._added = True

    def _commit_toc(self, segments: Sequence[Any]) -> None:
        """Make the commit last: whatever it names is on the disk before it, and it is before the old goes."""
        folder = Path(self.storage.folder)
        sync_all(folder)
        write_manifest(folder)
        TOC(self.schema, segments, self.generation).write(self.storage, self.indexname)
        sync_all(folder)
        clean_files(self.storage, self.indexname, self.generation, segments)

    def merge_in(self, segment: Segment) -> None:
        """Take over what is left of a segment."""
        kept = np.nonzero(segment.is_live)[0]
        places = np.full(segment.count, -1, np.int64)
        places[kept] = np.arange(self.docnum, self.docnum + len(kept))
        for number in kept.tolist():
            self.perdocwriter.start_doc(self.docnum)
            for field in (TITLE_WORDS, BODY_WORDS):
                length = int(segment.lengths(field)[number])
                self.perdocwriter.add_field(field, self.schema[field], None, length)
            for field, column in segment.columns.items():
                self.perdocwriter.add_column_value(field, self.schema[field].column_type, column[number])
            self.perdocwriter.finish_doc()
            self.docnum += 1
        for field, token, numbers, times in segment.all_postings():
            moved = places[numbers]
            is_kept = moved >= 0
            if is_kept.any():
                self.pool.fields[field].extend(token, moved[is_kept], None if times is None else times[is_kept])
        self._added = self._added or len(kept) > 0


def stored_columns(document: SearchDocument, text: str) -> dict[str, object]:
    """Tell what is kept of a document beside its tokens."""
    told = facet_values(document)
    values: dict[str, object] = {
        f"is_{name}": names.BETWEEN_VALUES.join(told.get(name, ())).encode() for name in FACETS
    }
    values[names.KEY] = document.key.encode()
    values[names.TEXT] = text.encode()
    values[names.TITLE] = f"{document.title}\n{document.title_en or ''}".encode()
    values[names.ORDER] = order_key(document)
    values[names.DAY] = document.date.toordinal() if document.date else 0
    values[names.AMOUNT] = -1 if document.amount_fen is None else document.amount_fen
    values[names.WITHIN] = names.BETWEEN_VALUES.join(document.within).encode()
    return values


def small_segments(counts: Sequence[int]) -> list[int]:
    """Choose the places of the segments to merge: four of one size, the sizes being powers of eight.

    Args:
        counts: how many documents each segment holds.
    """
    tiers: dict[int, list[int]] = defaultdict(list)
    for place, count in enumerate(counts):
        if count <= LARGEST_MERGED:
            tiers[len(f"{max(count, 1):o}")].append(place)
    for _, places in sorted(tiers.items()):
        if len(places) >= MERGED_TOGETHER:
            return places
    return []
