"""Answering a query from segments: sets of documents as arrays, scores as arrays, no document touched in Python.

What can be found is decided by single characters and pairs (and, for longer texts, by reading the
text); how well it fits by words, scored with BM25 as stock Whoosh does.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING

import numpy as np

from portal.search import analysis, asking
from portal.search.backends import whoosh_fields as names
from portal.search.backends.ranking import GRAMS, LEAST_SHARE, weigh
from portal.search.port import FACETS, Hit, Match, Order, SearchResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from portal.search.asking import Clause
    from portal.search.backends.whoosh_reader import Array, Segment
    from portal.search.port import SearchQuery

ENOUGH = 64
"""So few candidates are read rather than narrowed further."""

SECONDS_ALLOWED = 2.0
MOST_REMEMBERED = 10_000
ROUNDING = 4


@dataclass
class Snapshot:
    """What was last committed: its segments, and what concerns all of them together."""

    name: str
    segments: Sequence[Segment]
    files: Mapping[Path, int] = field(default_factory=dict)
    _hidden: tuple[frozenset[str], list[Array]] | None = field(default=None, repr=False)
    _importance: dict[tuple[str, str], float] = field(default_factory=dict, repr=False)

    def has_files(self) -> bool:
        """Tell whether its files are still there: a commit takes away what it has merged."""
        return all(file.exists() for file in self.files)

    def is_cut(self) -> bool:
        """Tell whether a file has another size than when it was opened."""
        for file, size in self.files.items():
            with suppress(FileNotFoundError):
                if file.stat().st_size != size:
                    return True
        return False

    @property
    def count(self) -> int:
        """How many documents there are, the deleted ones included: what stock Whoosh scores by."""
        return sum(segment.count for segment in self.segments)

    def importance(self, field_name: str, token: str) -> float:
        """Tell how much a token says (its idf): the rarer, the more."""
        known = self._importance.get((field_name, token))
        if known is not None:
            return known
        if len(self._importance) >= MOST_REMEMBERED:
            self._importance.clear()
        frequency = sum(segment.frequency(field_name, token) for segment in self.segments)
        found = self._importance[field_name, token] = log(self.count / (frequency + 1)) + 1 if frequency else 0.0
        return found

    def mean_length(self, field_name: str) -> float:
        """Tell how many tokens a document has in a field on average, rounded so that few commits change it."""
        mean = sum(segment.length_sum(field_name) for segment in self.segments) / (self.count or 1)
        return float(f"{mean:.4g}") or 1.0

    def visible(self, hidden: frozenset[str]) -> list[Array]:
        """Tell for each segment which of its documents are neither deleted nor hidden."""
        if self._hidden is None or self._hidden[0] != hidden:
            self._hidden = (hidden, [_visible(segment, hidden) for segment in self.segments])
        return self._hidden[1]


def _visible(segment: Segment, hidden: frozenset[str]) -> Array:
    flags = segment.is_live
    if hidden:
        flags = flags.copy()
        for key in hidden:
            flags[segment.find(key)] = False
        within = segment.column(names.WITHIN)
        is_hidden = np.array([any(key in hidden for key in keys) for keys in within.values], bool)
        if is_hidden.any():
            flags &= ~is_hidden[within.codes]
    return flags


@dataclass
class _Found:
    """What one segment has to offer: which of its documents match, which fail in a facet, and all their scores."""

    segment: Segment
    flags: Array
    failed: Mapping[str, Array]
    scores: Array

    @property
    def fitting(self) -> Array:
        """Tell which documents match and fail in no facet."""
        flags = self.flags
        for failing in self.failed.values():
            flags = flags & ~failing
        return flags


class Evaluation:
    """One query, answered from one snapshot."""

    def __init__(self, snapshot: Snapshot, query: SearchQuery) -> None:
        """Take the query; `answer` does the work."""
        self._snapshot = snapshot
        self._query = query
        self._clauses = asking.clauses(query.text)
        self._deadline = time.monotonic() + SECONDS_ALLOWED
        self._is_partial = False
        self._counts: dict[str, dict[str, int]] = {name: {} for name in FACETS if name in query.facets}
        self._weights = weigh(query)

    def answer(self) -> SearchResult:
        """Find, count, score and order."""
        if not self._clauses and not self._query.is_narrowed:
            return SearchResult()
        visible = self._snapshot.visible(frozenset(self._query.hidden))
        found = [self._in_segment(*both) for both in zip(self._snapshot.segments, visible, strict=True)]
        if self._query.match is Match.SOME:
            _leave_out_poor(found)
        for one in found:
            self._count_facets(one)
        numbers = [np.nonzero(one.fitting)[0] for one in found]
        hits = [Hit(self._key(place, number), score) for place, number, score in self._page(found, numbers)]
        return SearchResult(hits, sum(map(len, numbers)), self._counts, self._is_partial)

    # What is found

    def _in_segment(self, segment: Segment, visible: Array) -> _Found:
        flags = self._within_dates(segment, visible & self._matching(segment))
        return _Found(segment, flags, self._failed(segment), self._scores(segment))

    def _matching(self, segment: Segment) -> Array:
        if not self._clauses:
            return np.ones(segment.count, bool)
        if self._query.match is Match.SOME:
            return self._loosely_matching(segment)
        flags = np.ones(segment.count, bool)
        for clause in self._clauses:
            flags = flags & self._fulfilling(segment, clause)
        return flags

    def _fulfilling(self, segment: Segment, clause: Clause) -> Array:
        flags = np.zeros(segment.count, bool)
        for parts in clause.alternatives:
            one = np.ones(segment.count, bool)
            for part in parts:
                one = _both(one, self._having(segment, part))
            flags |= one
        return flags

    def _having(self, segment: Segment, text: str) -> Array:
        """Tell which documents contain a text: those with its grams, looked into where that does not settle it."""
        grams = analysis.needed_grams(text)
        candidates = self._narrowed(segment, grams)
        if analysis.is_settled_by_grams(text) or len(candidates) == 0:
            return candidates
        if time.monotonic() > self._deadline:
            self._is_partial = True
            return np.empty(0, np.int64)
        return segment.containing(text, candidates)

    def _narrowed(self, segment: Segment, grams: list[str]) -> Array:
        if len(grams) == 1:
            return segment.has_gram(GRAMS, grams[0])
        by_rarity = sorted((segment.frequency(GRAMS, gram), gram) for gram in grams)
        if by_rarity[0][0] == 0:
            return np.empty(0, np.int64)
        candidates: Array | None = None
        for _, gram in by_rarity:
            having = segment.has_gram(GRAMS, gram)
            candidates = having if candidates is None else _common(candidates, having)
            if candidates.dtype != bool and len(candidates) <= ENOUGH:
                break
        return candidates

    def _loosely_matching(self, segment: Segment) -> Array:
        flags = np.zeros(segment.count, bool)
        for field_name, token, _ in self._weights:
            flags[segment.postings(field_name, token)[0]] = True
        return flags

    def _within_dates(self, segment: Segment, flags: Array) -> Array:
        if self._query.from_ is None and self._query.to is None:
            return flags
        days = segment.numbers(names.DAY)
        flags = flags & (days > 0)
        if self._query.from_ is not None:
            flags &= days >= self._query.from_.toordinal()
        if self._query.to is not None:
            flags &= days <= self._query.to.toordinal()
        return flags

    # What is counted

    def _failed(self, segment: Segment) -> Mapping[str, Array]:
        """Tell for each facet that is narrowed which documents have none of the values asked for."""
        failed = {}
        for name, wanted in self._query.filters.items():
            column = segment.column(f"is_{name}")
            is_wanted = np.array([any(value in wanted for value in values) for values in column.values], bool)
            failed[name] = ~is_wanted[column.codes]
        return failed

    def _count_facets(self, found: _Found) -> None:
        if not self._counts:
            return
        base = np.nonzero(found.fitting)[0]
        for name, counts in self._counts.items():
            is_narrowed = name in found.failed
            numbers = np.nonzero(_without_others(found.flags, found.failed, name))[0] if is_narrowed else base
            column = found.segment.column(f"is_{name}")
            often = np.bincount(column.codes[numbers], minlength=len(column.values))
            for code in np.nonzero(often)[0].tolist():
                for value in column.values[code]:
                    counts[value] = counts.get(value, 0) + int(often[code])

    # How well it fits

    def _scores(self, segment: Segment) -> Array:
        """Score every document of a segment; nought where only another order is asked for."""
        scores = np.zeros(segment.count, np.float32)
        if self._query.order is not Order.RELEVANCE and self._query.match is Match.ALL:
            return scores
        for field_name, token, weight in self._weights:
            importance = np.float32(self._snapshot.importance(field_name, token) * weight)
            if field_name == GRAMS:  # it has no lengths: it counts by its rarity only
                scores[segment.postings(field_name, token)[0]] += importance
                continue
            documents, impacts = segment.impacts(field_name, token, self._snapshot.mean_length(field_name))
            if documents is None:
                scores += importance * impacts
            else:
                scores[documents] += importance * impacts
        return scores

    # Which come first

    def _page(self, found: Sequence[_Found], numbers: Sequence[Array]) -> list[tuple[int, int, float]]:
        """Cut the page out of all hits: place of the segment, number in it, score."""
        starts = np.concatenate([[0], np.cumsum([len(one) for one in numbers])])
        scores = _all(np.round(one.scores[mine], ROUNDING) for one, mine in zip(found, numbers, strict=True))
        sign = -1 if self._query.order is Order.OLDEST else 1

        def column(name: str) -> Array:
            return _all(one.segment.numbers(name)[mine] for one, mine in zip(found, numbers, strict=True))

        def tie(rows: Array) -> Array:
            if len(rows) * 2 > len(scores):
                return sign * column(names.ORDER)[rows]
            places = np.searchsorted(starts, rows, side="right") - 1
            orders = np.empty(len(rows), np.int64)
            for place, (one, mine) in enumerate(zip(found, numbers, strict=True)):
                here = places == place
                orders[here] = one.segment.numbers(names.ORDER)[mine[rows[here] - starts[place]]]
            return sign * orders

        match self._query.order:
            case Order.RELEVANCE:
                lead = scores
            case Order.AMOUNT:
                lead = column(names.AMOUNT)
            case _:
                lead = sign * column(names.ORDER)
        end = len(lead) if self._query.limit is None else min(len(lead), self._query.offset + self._query.limit)
        chosen = _best(lead, tie, end)[self._query.offset :]
        places = np.searchsorted(starts, chosen, side="right") - 1
        return [
            (place, int(numbers[place][row - starts[place]]), float(scores[row]))
            for place, row in zip(places.tolist(), chosen.tolist(), strict=True)
        ]

    def _key(self, place: int, number: int) -> str:
        return self._snapshot.segments[place].texts(names.KEY)[number].decode()


def _all(arrays: Iterable[Array]) -> Array:
    made = list(arrays)
    return np.concatenate(made) if made else np.empty(0)


def _both(flags: Array, having: Array) -> Array:
    """Narrow flags to a set given as flags or as numbers."""
    if having.dtype == bool:
        return flags & having
    narrowed = np.zeros(len(flags), bool)
    narrowed[having] = flags[having]
    return narrowed


def _common(one: Array, other: Array) -> Array:
    """Tell what two sets, each given as flags or as numbers, have in common."""
    if one.dtype == bool and other.dtype == bool:
        return one & other
    if one.dtype == bool:
        return other[one[other]]
    if other.dtype == bool:
        return one[other[one]]
    return np.intersect1d(one, other, assume_unique=True)


def _without_others(flags: Array, failed: Mapping[str, Array], name: str) -> Array:
    for other, failing in failed.items():
        if other != name:
            flags = flags & ~failing
    return flags


def _leave_out_poor(found: Sequence[_Found]) -> None:
    """Keep of a loose query what scores a good part of the best; the rest is neither shown nor counted."""
    best = max((float(one.scores[one.fitting].max(initial=0)) for one in found), default=0.0)
    for one in found:
        one.flags = one.flags & (one.scores >= max(LEAST_SHARE * best, np.finfo(np.float32).tiny))


def _best(lead: Array, tie: Callable[[Array], Array], count: int) -> Array:
    """Give the rows of the first so many, by `lead`, then by what `tie` tells of rows, both falling."""
    if count <= 0:
        return np.empty(0, np.int64)
    if count < len(lead):
        threshold = np.partition(lead, len(lead) - count)[len(lead) - count]
        above, equal = np.nonzero(lead > threshold)[0], np.nonzero(lead == threshold)[0]
        missing = count - len(above)
        if missing < len(equal):
            ties = tie(equal)
            equal = equal[np.argpartition(ties, len(ties) - missing)[len(ties) - missing :]]
        rows = np.concatenate([above, equal])
    else:
        rows = np.arange(len(lead))
    return rows[np.lexsort((-tie(rows), -lead[rows]))]
