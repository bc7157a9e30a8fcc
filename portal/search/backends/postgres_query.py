"""Answering a query from PostgreSQL: its index tells what can fit, arrays in the process count and order it.

Whatever comes from a reader is a parameter. All statements of a query together have two seconds; when
those are over, what is known by then is told.
"""

from __future__ import annotations

import time
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal.search import analysis, asking
from portal.search.backends.postgres_tables import HIDING, TIMED_OUT, sqlstate, token
from portal.search.backends.ranking import GRAMS, LEAST_SHARE, weigh
from portal.search.port import FACETS, Hit, Match, Order, SearchResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from portal.search.asking import Clause
    from portal.search.backends.postgres_columns import Array, Columns
    from portal.search.port import SearchQuery

MILLISECONDS_ALLOWED = 2_000
MOST_RANKED = 10_000
"""Of more hits than this the newest so many are ranked; the others follow by date."""

MOST_WEIGHED, MOST_LOOSE = 12, 64
"""So many tokens are weighed, those that are worth most, and of them the longest: more would say no more."""

READ_AT_ONCE = 2_000
ROUNDING = 4


class OutOfTimeError(Exception):
    """Raised inside a query when its time is over."""


class Clock:
    """The time that all statements of one query have together."""

    def __init__(self, connection: Connection) -> None:
        """Begin."""
        self._connection = connection
        self._end = time.monotonic() + MILLISECONDS_ALLOWED / 1_000

    def run(self, statement: str, values: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """Run a statement within what is left.

        Raises:
            OutOfTimeError: nothing is, or it took longer.
        """
        left = int((self._end - time.monotonic()) * 1_000)
        if left <= 0:
            raise OutOfTimeError
        self._connection.execute(text(f"SET LOCAL statement_timeout = {left}"))
        try:
            return self._connection.execute(text(statement), values).all()
        except OperationalError as error:
            if sqlstate(error) == TIMED_OUT:
                self._end = 0.0  # nor does the transaction take another statement
                raise OutOfTimeError from error
            raise


class Question:
    """One query, answered from one generation."""

    def __init__(self, query: SearchQuery, columns: Columns, clock: Clock) -> None:
        """Take the query; `answer` does the work."""
        self._query, self._columns, self._clock = query, columns, clock
        self._table = f"search.documents_{columns.number}"
        self._clauses = asking.clauses(query.text)
        self._failed = {name: ~columns.having(name, wanted) for name, wanted in query.filters.items()}
        self._is_partial = False

    def answer(self) -> SearchResult:
        """Find, score, count and order."""
        try:
            flags = self._candidates()
        except OutOfTimeError:
            return SearchResult(is_partial=True)
        if self._query.match is Match.ALL:
            flags = self._verified(flags)
        scores = self._scores(flags)
        if self._query.match is Match.SOME:
            least = LEAST_SHARE * float(scores[self._fitting(flags)].max(initial=0))
            flags = flags & (scores >= max(least, np.finfo(np.float32).tiny))
        found = np.nonzero(self._fitting(flags))[0]
        page = [Hit(self._columns.key(place), float(scores[place])) for place in self._page(found, scores).tolist()]
        return SearchResult(page, len(found), self._facets(flags), self._is_partial)

    # What is found

    def _candidates(self) -> Array:
        """Tell which rows have the grams asked for, lie within the dates and are not hidden."""
        values: dict[str, Any] = {}
        flags = self._flags(" AND ".join(self._conditions(values)), values)
        if self._query.from_ is not None:
            flags &= self._columns.day >= self._query.from_.toordinal()
        if self._query.to is not None:
            flags &= (self._columns.day <= self._query.to.toordinal()) & (self._columns.day > 0)
        if self._query.hidden:
            keys = [token(HIDING, key) for key in self._query.hidden]
            flags &= ~self._flags("tokens && CAST(:hidden AS bigint[])", {"hidden": keys})
        return flags

    def _flags(self, condition: str, values: Mapping[str, Any]) -> Array:
        told = self._clock.run(
            f"SELECT string_agg(int4send(id), ''::bytea) FROM {self._table} WHERE {condition or 'true'}",  # noqa: S608 - values are parameters
            values,
        )
        flags = np.zeros(len(self._columns.ids), bool)
        flags[self._columns.places(np.frombuffer(told[0][0] or b"", ">i4"))] = True
        return flags

    def _conditions(self, values: dict[str, Any]) -> Iterator[str]:
        """Say in SQL what a text must have; what all must have in one condition, which is the quickest."""
        if self._query.match is Match.SOME and self._clauses:
            values["some"] = [token(field, said) for field, said, _ in self._weights()]
            yield "tokens && CAST(:some AS bigint[])"
            return
        needed: dict[int, None] = {}
        for clause in self._clauses:
            if len(clause.alternatives) == 1:
                needed.update(dict.fromkeys(_gram_tokens(clause.alternatives[0])))
            else:
                names = []
                for parts in clause.alternatives:
                    names.append(f"p{len(values)}")
                    values[names[-1]] = _gram_tokens(parts)
                yield f"({' OR '.join(f'tokens @> CAST(:{name} AS bigint[])' for name in names)})"
        if needed:
            values["needed"] = list(needed)
            yield "tokens @> CAST(:needed AS bigint[])"

    def _verified(self, flags: Array) -> Array:
        """Look into the texts where having the grams does not settle it: newest first, as long as there is time."""
        unsettled = [clause for clause in self._clauses if not _is_settled(clause)]
        if not unsettled:
            return flags
        failures = sum((failing.astype(np.int8) for failing in self._failed.values()), np.zeros(len(flags), np.int8))
        wanted = np.nonzero(flags & (failures <= (1 if self._query.facets else 0)))[0]
        wanted = wanted[np.argsort(-self._columns.order[wanted])]
        values: dict[str, Any] = {}
        said = " AND ".join(_containing(clause, values) for clause in unsettled)
        verified = np.zeros(len(flags), bool)
        try:
            for start in range(0, len(wanted), READ_AT_ONCE):
                ids = self._columns.ids[wanted[start : start + READ_AT_ONCE]].tolist()
                verified |= self._flags(f"id = ANY(CAST(:ids AS integer[])) AND {said}", values | {"ids": ids})
        except OutOfTimeError:
            self._is_partial = True
        return verified

    # How well it fits

    def _weights(self) -> list[tuple[str, str, float]]:
        is_loose = self._query.match is Match.SOME
        weights = sorted(weigh(self._query), key=lambda one: (-one[2], -len(one[1])))
        return weights[: MOST_LOOSE if is_loose else MOST_WEIGHED]

    def _scores(self, flags: Array) -> Array:
        """Score the rows found; nought where another order is asked for, and below the newest of very many."""
        scores = np.zeros(len(flags), np.float32)
        is_loose = self._query.match is Match.SOME
        weights = self._weights() if is_loose or self._query.order is Order.RELEVANCE else []
        found = np.nonzero(flags)[0]
        if not weights or not len(found):
            return scores
        order = self._columns.order
        since = -1
        if not is_loose and len(found) > MOST_RANKED:
            since = int(np.partition(order[found], -MOST_RANKED)[-MOST_RANKED])
        try:
            having = self._having(weights, since)
        except OutOfTimeError:
            self._is_partial = True
            return flags.astype(np.float32) if is_loose else scores
        count = int(np.count_nonzero(order >= since))
        for place, ids in having:
            rows = self._columns.places(np.frombuffer(ids, ">i4"))
            scores[rows] += np.float32(weights[place - 1][2] * (log(count / (len(rows) + 1)) + 1))
        scores[~flags] = 0
        return np.round(scores, ROUNDING)

    def _having(self, weights: Sequence[tuple[str, str, float]], since: int) -> Sequence[tuple[Any, ...]]:
        """Tell for each token which documents have it, of those from some day on."""
        narrowed = "" if since < 0 else "AND s.order_key >= :since"
        return self._clock.run(
            f"""
            SELECT w.place, string_agg(int4send(s.id), ''::bytea)
            FROM unnest(CAST(:tokens AS bigint[])) WITH ORDINALITY AS w(token, place)
            JOIN {self._table} s ON s.tokens @> ARRAY[w.token] {narrowed} GROUP BY w.place ORDER BY w.place
            """,  # noqa: S608 - values are parameters
            {"tokens": [token(field, said) for field, said, _ in weights], "since": since},
        )

    # What is counted, and which come first

    def _fitting(self, flags: Array, *, besides: str | None = None) -> Array:
        for name, failing in self._failed.items():
            if name != besides:
                flags = flags & ~failing
        return flags

    def _facets(self, flags: Array) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {name: {} for name in FACETS if name in self._query.facets}
        for besides in (None, *(name for name in self._failed if name in counts)) if counts else ():
            for said, count in self._columns.counts(self._fitting(flags, besides=besides)).items():
                name, _, value = said.partition("=")
                if name == besides or (besides is None and name in counts and name not in self._failed):
                    counts[name][value] = count
        return counts

    def _page(self, found: Array, scores: Array) -> Array:
        """Cut the page out of the rows found."""
        end = len(found) if self._query.limit is None else self._query.offset + self._query.limit
        sign = -1 if self._query.order is Order.OLDEST else 1
        order = sign * self._columns.order[found]
        if self._query.order is Order.AMOUNT:
            lead = self._columns.amount[found]
        else:
            lead = scores[found] if self._query.order is Order.RELEVANCE else order
        if end < len(found):
            least = np.partition(lead, len(lead) - end)[len(lead) - end] if end else np.inf
            above, equal = np.nonzero(lead > least)[0], np.nonzero(lead == least)[0]
            if end - len(above) < len(equal):
                missing = end - len(above)
                equal = equal[np.argpartition(-order[equal], missing - 1)[:missing]] if missing else equal[:0]
            chosen = np.concatenate([above, equal])
        else:
            chosen = np.arange(len(found))
        rows = chosen[np.lexsort((-order[chosen], -lead[chosen]))]
        page: Array = found[rows[self._query.offset : end]]
        return page


def _gram_tokens(parts: Sequence[str]) -> list[int]:
    return [token(GRAMS, gram) for part in parts for gram in analysis.needed_grams(part)]


def _is_settled(clause: Clause) -> bool:
    return all(analysis.is_settled_by_grams(part) for parts in clause.alternatives for part in parts)


def _containing(clause: Clause, values: dict[str, Any]) -> str:
    """Say in SQL that a text fulfils a clause."""
    said = []
    for parts in clause.alternatives:
        names = []
        for part in parts:
            names.append(f"t{len(values)}")
            values[names[-1]] = part
        said.append(" AND ".join(f"position(CAST(:{name} AS text) IN body) > 0" for name in names))
    return f"({' OR '.join(f'({one})' for one in said)})"
