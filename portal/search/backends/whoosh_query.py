"""Answering a query from segments: sets of documents as arrays, scores as arrays, no document touched in Python.

What can be found is decided by single characters and pairs (and, for longer texts, by reading the
text); how well it fits by words, scored with BM25 as stock Whoosh does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING

import numpy as np

from portal.search import analysis, asking
from portal.search.backends import whoosh_fields as names
from portal.search.backends.ranking import GRAMS, weigh
from portal.search.port import FACETS, Hit, Match, Order, SearchResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from portal.search.asking import Clause
    from portal.search.backends.whoosh_reader import Array, Segment
    from portal.search.port import SearchQuery

ENOUGH = 64
"""So few candidates are read rather than narrowed further."""

LEAST_SHARE = 0.25
"""Of a loose query, what scores less than this share of the best is left out."""

SECONDS_ALLOWED = 2.0
ROUNDING = 4


@dataclass
class Snapshot:
    """What was last committed: its segments, and what concerns all of them together."""

    name: str
    segments: Sequence[Segment]
    files: Mapping[Path, int] = field(default_factory=dict)
    _hidden: tuple[frozenset[str], list[Array]] | None = field(default=None, repr=False)

    @property
    def count(self) -> int:
        """How many documents there are, the deleted ones included: what stock Whoosh scores by."""
        return sum(segment.count for segment in self.segments)

    def importance(self, field_name: str, token: str) -> float:
        """Tell how much a token says (its idf): the rarer, the more."""
        frequency = sum(segment.frequency(field_name, token) for segment in self.segments)
        return log(self.count / (frequency + 1)) + 1 if frequency else 0.0

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
    """What one segment has to offer."""

    numbers: Array
    scores: Array
    order: Array
    amounts: Array


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
        page = self._page(found)
        hits = [Hit(self._key(place, number), score) for place, number, score in page]
        total = sum(len(one.numbers) for one in found)
        return SearchResult(hits, total, self._counts, self._is_partial)

    # What is found

    def _in_segment(self, segment: Segment, visible: Array) -> _Found:
        flags = visible & self._matching(segment)
        flags = self._within_dates(segment, flags)
        failed = self._failed(segment)
        self._count_facets(segment, flags, failed)
        for failing in failed.values():
            flags = flags & ~failing
        numbers = np.nonzero(flags)[0]
        scores = self._scores(segment, numbers)
        return _Found(numbers, scores, segment.numbers(names.ORDER)[numbers], segment.numbers(names.AMOUNT)[numbers])

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

    def _count_facets(self, segment: Segment, flags: Array, failed: Mapping[str, Array]) -> None:
        if not self._counts:
            return
        everything = flags
        for failing in failed.values():
            everything = everything & ~failing
        base = np.nonzero(everything)[0]
        for name, counts in self._counts.items():
            numbers = base if name not in failed else np.nonzero(_without_others(flags, failed, name))[0]
            column = segment.column(f"is_{name}")
            often = np.bincount(column.codes[numbers], minlength=len(column.values))
            for code in np.nonzero(often)[0].tolist():
                for value in column.values[code]:
                    counts[value] = counts.get(value, 0) + int(often[code])

    # How well it fits

    def _scores(self, segment: Segment, numbers: Array) -> Array:
        scores = np.zeros(len(numbers), np.float32)
        if self._query.order is not Order.RELEVANCE or not len(numbers):
            return scores
        place = np.full(segment.count, -1, np.int32)
        place[numbers] = np.arange(len(numbers), dtype=np.int32)
        for field_name, token, weight in self._weights:
            documents, worth = self._worth(segment, field_name, token)
            places = place[documents]
            is_found = places >= 0
            if not is_found.all():
                places = places[is_found]
                worth = worth if np.isscalar(worth) else worth[is_found]
            scores[places] += np.float32(weight) * worth
        return np.round(scores, ROUNDING)

    def _worth(self, segment: Segment, field_name: str, token: str) -> tuple[Array, Array]:
        """Score one token in every document that has it; one without lengths counts only by its rarity."""
        importance = np.float32(self._snapshot.importance(field_name, token))
        if field_name == GRAMS:
            return segment.postings(field_name, token)[0], importance
        documents, impacts = segment.impacts(field_name, token, self._snapshot.mean_length(field_name))
        return documents, importance * impacts

    # Which come first

    def _page(self, found: Sequence[_Found]) -> list[tuple[int, int, float]]:
        """Cut the page out of all hits: place of the segment, number in it, score."""
        sizes = [len(one.numbers) for one in found]
        scores = _all(one.scores for one in found)
        if self._query.match is Match.SOME and len(scores):
            kept = np.nonzero(scores >= LEAST_SHARE * scores.max())[0]
        else:
            kept = np.arange(len(scores))
        lead, tie = self._keys(found, scores)
        end = len(kept) if self._query.limit is None else min(len(kept), self._query.offset + self._query.limit)
        chosen = kept[_best(lead[kept], tie[kept], end)][self._query.offset :]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        places = np.searchsorted(starts, chosen, side="right") - 1
        return [
            (place, int(found[place].numbers[row - starts[place]]), float(scores[row]))
            for place, row in zip(places.tolist(), chosen.tolist(), strict=True)
        ]

    def _keys(self, found: Sequence[_Found], scores: Array) -> tuple[Array, Array]:
        order = _all(one.order for one in found)
        match self._query.order:
            case Order.RELEVANCE:
                return scores, order
            case Order.AMOUNT:
                return _all(one.amounts for one in found), order
            case Order.OLDEST:
                return np.zeros(len(order), np.int8), -order
            case Order.NEWEST:
                return np.zeros(len(order), np.int8), order

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


def _best(lead: Array, tie: Array, count: int) -> Array:
    """Give the places of the first so many, by `lead`, then by `tie`, both falling."""
    if count <= 0:
        return np.empty(0, np.int64)
    if count < len(lead):
        threshold = np.partition(lead, len(lead) - count)[len(lead) - count]
        above, equal = np.nonzero(lead > threshold)[0], np.nonzero(lead == threshold)[0]
        missing = count - len(above)
        if missing < len(equal):
            ties = tie[equal]
            equal = equal[np.argpartition(ties, len(ties) - missing)[len(ties) - missing :]]
        places = np.concatenate([above, equal])
    else:
        places = np.arange(len(lead))
    return places[np.lexsort((-tie[places], -lead[places]))]
