"""Full text in PostgreSQL, for several web machines: the same tokens, in arrays under a GIN index.

    search.current           which generation is read, and a number that every change raises
    search.documents_<n>     a generation; a rebuild fills the next one beside it
    search.touched           keys updated while a new generation is made

It is an index, not data: it lies in a schema of its own, outside the migrations, and can be dropped at
any time. Hits are ranked by which words they contain, not by how often: counting would mean reading
every text.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from portal.search import analysis, asking
from portal.search.backends.ranking import BODY_WORDS, GRAMS, TITLE_WORDS, weigh
from portal.search.faults import IndexDamagedError, RebuildRunningError
from portal.search.matching import body_text, facet_values, full_text, order_key, title_text
from portal.search.port import FACETS, Hit, Match, Order, SearchResult, Title

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from portal.search.port import Refresh, SearchDocument, SearchQuery

BATCH = 500
MILLISECONDS_ALLOWED = 2_000
WRITER_LOCK, REBUILD_LOCK = 7_310_003, 7_310_004
_TABLE = """
CREATE TABLE search.documents_{number} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL UNIQUE, within text[] NOT NULL,
    title text NOT NULL, title_en text, body text NOT NULL, tokens text[] NOT NULL, facets text[] NOT NULL,
    day date, amount_fen bigint NOT NULL, order_key bigint NOT NULL)
"""
_INSERT = """
INSERT INTO search.documents_{number}
    (key, within, title, title_en, body, tokens, facets, day, amount_fen, order_key)
VALUES (:key, :within, :title, :title_en, :body, :tokens, :facets, :day, :amount_fen, :order_key)
"""
MARKS = {TITLE_WORDS: "t", BODY_WORDS: "b", GRAMS: "g"}
_LEADS = {Order.RELEVANCE: "score DESC,", Order.AMOUNT: "amount_fen DESC,", Order.NEWEST: "", Order.OLDEST: ""}


class PostgresBackend:
    """Keep the index in the database."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        """Take what gives the engine; nothing is read or made before it is needed."""
        self._engine = engine

    def update(self, documents: Iterable[SearchDocument], *, deleted: Collection[str] = ()) -> int:
        """Put documents in and take keys out, in one transaction."""
        made = {document.key: document for document in documents}
        gone = sorted({*made, *deleted})
        if not gone:
            return 0
        with self._writing() as connection:
            number = _current(connection) or _start(connection)
            _remember_touched(connection, gone)
            _replace(connection, number, made.values(), gone=gone)
            connection.execute(text("UPDATE search.current SET changes = changes + 1"))
        return len(made)

    def search(self, query: SearchQuery) -> SearchResult:
        """Find by characters, rank by words."""
        if not asking.clauses(query.text) and not query.is_narrowed:
            return SearchResult()
        try:
            with self._engine().begin() as connection:
                connection.execute(text(f"SET LOCAL statement_timeout = {MILLISECONDS_ALLOWED}"))
                number = _current(connection)
                return SearchResult() if number is None else _Question(query, number).answer(connection)
        except OperationalError as error:
            if "statement timeout" in str(error):
                return SearchResult(is_partial=True)
            raise
        except ProgrammingError as error:
            raise IndexDamagedError from error

    def rebuild(self, documents: Iterable[SearchDocument], *, refresh: Refresh | None = None) -> int:
        """Fill the next generation beside the present one, and change over in one transaction.

        Raises:
            RebuildRunningError: somebody is at it already.
        """
        with self._engine().connect() as holder:
            if not holder.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": REBUILD_LOCK}).scalar():
                raise RebuildRunningError
            try:
                return self._rebuild(documents, refresh)
            finally:
                holder.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": REBUILD_LOCK})

    def keys(self) -> frozenset[str]:
        """Tell the key of everything in the index."""
        with self._engine().begin() as connection:
            number = _current(connection)
            if number is None:
                return frozenset()
            return frozenset(connection.execute(text(f"SELECT key FROM search.documents_{number}")).scalars())  # noqa: S608 - our number

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """Go through keys and searched texts, in the order they were put in."""
        with self._engine().begin() as connection:
            number = _current(connection)
            rows = connection.execution_options(yield_per=BATCH).execute(
                text(f"SELECT key, body FROM search.documents_{number} ORDER BY id")  # noqa: S608 - our number
            )
            for key, body in rows:
                yield key, body.encode()

    def titles(self, kinds: Collection[str]) -> Sequence[Title]:
        """Tell the titles of some kinds."""
        with self._engine().begin() as connection:
            number = _current(connection)
            if number is None:
                return ()
            rows = connection.execute(
                text(f"SELECT key, title, title_en FROM search.documents_{number} WHERE facets && :kinds ORDER BY id"),  # noqa: S608 - our number
                {"kinds": [f"kind={kind}" for kind in kinds]},
            )
            return [Title(key, title, title_en) for key, title, title_en in rows]

    def state(self) -> str:
        """Name the generation and its last change."""
        with self._engine().begin() as connection:
            if _current(connection) is None:
                return ""
            return "/".join(map(str, connection.execute(text("SELECT generation, changes FROM search.current")).one()))

    def faults(self) -> Sequence[str]:
        """Tell whether the tables of the index can be read."""
        try:
            self.keys()
        except DBAPIError as error:
            return [str(error.orig)]
        return ()

    def _rebuild(self, documents: Iterable[SearchDocument], refresh: Refresh | None) -> int:
        with self._writing() as connection:
            before = _current(connection) or _start(connection)
            number = before + 1
            connection.execute(text(f"DROP TABLE IF EXISTS search.documents_{number}"))
            connection.execute(text(_TABLE.format(number=number)))
            connection.execute(text("CREATE TABLE IF NOT EXISTS search.touched (key text PRIMARY KEY)"))
        for batch in _batches(documents):
            with self._engine().begin() as connection:
                _insert(connection, number, batch)
        with self._engine().begin() as connection:
            connection.execute(text(f"CREATE INDEX ON search.documents_{number} USING gin (tokens)"))
        with self._writing() as connection:
            touched = list(connection.execute(text("SELECT key FROM search.touched ORDER BY key")).scalars())
            if touched and refresh is not None:
                _replace(connection, number, refresh(touched), gone=touched)
            moved = text("UPDATE search.current SET generation = :number, changes = changes + 1")
            connection.execute(moved, {"number": number})
            connection.execute(text("DROP TABLE search.touched"))
            connection.execute(text(f"DROP TABLE search.documents_{before}"))
            count: int = connection.execute(text(f"SELECT count(*) FROM search.documents_{number}")).scalar_one()  # noqa: S608 - our number
        return count

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Be the only writer, in one transaction."""
        with self._engine().begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
            yield connection


class _Question:
    """One query as SQL; whatever comes from a reader is a parameter."""

    def __init__(self, query: SearchQuery, number: int) -> None:
        self._query = query
        self._table = f"search.documents_{number}"
        self._values: dict[str, Any] = {"hidden": list(query.hidden), "from": query.from_, "to": query.to}
        self._fits = " AND ".join(self._conditions())
        self._narrowed = {name: self._narrowing(name, wanted) for name, wanted in query.filters.items()}

    def answer(self, connection: Connection) -> SearchResult:
        """Ask for the page, the number of hits, and the facets."""
        total: int = connection.execute(
            text(f"SELECT count(*) FROM {self._table} d WHERE {self._all()}"),  # noqa: S608 - values are parameters
            self._values,
        ).scalar_one()
        return SearchResult(self._page(connection) if total else (), total, self._facets(connection))

    def _conditions(self) -> Iterator[str]:
        yield "NOT (key = ANY(:hidden) OR within && CAST(:hidden AS text[]))"
        if self._query.from_ is not None:
            yield "day >= :from"
        if self._query.to is not None:
            yield "day <= :to"
        if self._query.match is Match.SOME:
            yield f"tokens && {self._parameter([_token(field, token) for field, token, _ in weigh(self._query)])}"
            return
        for clause in asking.clauses(self._query.text):
            yield f"({' OR '.join(self._holding(parts) for parts in clause.alternatives)})"

    def _holding(self, parts: Sequence[str]) -> str:
        said = []
        for part in parts:
            said.append(f"tokens @> {self._parameter([_token(GRAMS, gram) for gram in analysis.needed_grams(part)])}")
            if not analysis.is_settled_by_grams(part):
                said.append(f"position({self._parameter(part, 'text')} IN body) > 0")
        return f"({' AND '.join(said)})"

    def _narrowing(self, name: str, wanted: Collection[str]) -> str:
        return f"facets && {self._parameter([f'{name}={value}' for value in wanted])}"

    def _parameter(self, value: object, kind: str = "text[]") -> str:
        name = f"p{len(self._values)}"
        self._values[name] = value
        return f"CAST(:{name} AS {kind})"

    def _all(self, *, besides: str | None = None) -> str:
        return " AND ".join([self._fits, *(said for name, said in self._narrowed.items() if name != besides)])

    def _page(self, connection: Connection) -> list[Hit]:
        tokens = weigh(self._query) if self._query.order is Order.RELEVANCE else []
        falling = "ASC" if self._query.order is Order.OLDEST else "DESC"
        asked = text(
            f"""
            WITH scores AS (
                SELECT s.id, sum(w.weight) AS score
                FROM unnest(CAST(:tokens AS text[]), CAST(:weights AS float[])) AS w(token, weight)
                JOIN {self._table} s ON s.tokens @> ARRAY[w.token] GROUP BY s.id)
            SELECT d.key, coalesce(scores.score, 0) AS score
            FROM {self._table} d LEFT JOIN scores ON scores.id = d.id
            WHERE {self._all()}
            ORDER BY {_LEADS[self._query.order]} order_key {falling} LIMIT :limit OFFSET :offset
            """  # noqa: S608 - values are parameters
        )
        given = {
            "tokens": [_token(field, token) for field, token, _ in tokens],
            "weights": [weight for *_, weight in tokens],
            "limit": self._query.limit,
            "offset": self._query.offset,
        }
        return [Hit(key, float(score)) for key, score in connection.execute(asked, self._values | given)]

    def _facets(self, connection: Connection) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {name: {} for name in FACETS if name in self._query.facets}
        for besides in (None, *self._narrowed) if counts else ():
            asked = text(
                f"""
                SELECT value, count(*) FROM {self._table} d, unnest(facets) AS value
                WHERE {self._all(besides=besides)} GROUP BY value
                """  # noqa: S608 - values are parameters
            )
            for value, count in connection.execute(asked, self._values):
                name, _, told = value.partition("=")
                if name in counts and name == (besides or name) and (besides is not None) == (name in self._narrowed):
                    counts[name][told] = count
        return counts


def _current(connection: Connection) -> int | None:
    """Tell the generation that is read; None while there is none."""
    if connection.execute(text("SELECT to_regclass('search.current')")).scalar() is None:
        return None
    number: int | None = connection.execute(text("SELECT generation FROM search.current")).scalar()
    return number


def _start(connection: Connection) -> int:
    """Make the schema and an empty first generation."""
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS search"))
    connection.execute(text("CREATE TABLE search.current (generation integer NOT NULL, changes bigint NOT NULL)"))
    connection.execute(text("INSERT INTO search.current VALUES (1, 0)"))
    connection.execute(text(_TABLE.format(number=1)))
    connection.execute(text("CREATE INDEX ON search.documents_1 USING gin (tokens)"))
    return 1


def _remember_touched(connection: Connection, keys: Sequence[str]) -> None:
    if connection.execute(text("SELECT to_regclass('search.touched')")).scalar() is not None:
        connection.execute(
            text("INSERT INTO search.touched SELECT unnest(CAST(:keys AS text[])) ON CONFLICT DO NOTHING"),
            {"keys": list(keys)},
        )


def _replace(
    connection: Connection, number: int, documents: Iterable[SearchDocument], *, gone: Collection[str]
) -> None:
    connection.execute(text(f"DELETE FROM search.documents_{number} WHERE key = ANY(:keys)"), {"keys": list(gone)})  # noqa: S608 - our number
    for batch in _batches(documents):
        _insert(connection, number, batch)


def _insert(connection: Connection, number: int, documents: Sequence[SearchDocument]) -> None:
    connection.execute(text(_INSERT.format(number=number)), [_row(document) for document in documents])


def _row(document: SearchDocument) -> dict[str, object]:
    title, body, whole = title_text(document), body_text(document), full_text(document)
    return {
        "key": document.key, "within": list(document.within), "title": document.title, "title_en": document.title_en,
        "body": whole, "tokens": sorted(_tokens(title, body, whole)), "day": document.date,
        "facets": [f"{name}={value}" for name, values in facet_values(document).items() for value in values],
        "amount_fen": -1 if document.amount_fen is None else document.amount_fen, "order_key": order_key(document),
    }  # fmt: skip


def _tokens(title: str, body: str, whole: str) -> Iterable[str]:
    yield from {_token(TITLE_WORDS, word) for word in analysis.words(title)}
    yield from {_token(BODY_WORDS, word) for word in analysis.words(body)}
    yield from {_token(GRAMS, gram) for gram in analysis.grams(whole)}


def _token(field: str, token: str) -> str:
    """Name a token of a field; fields have tokens of their own."""
    return MARKS[field] + token


def _batches(documents: Iterable[SearchDocument]) -> Iterator[list[SearchDocument]]:
    batch: list[SearchDocument] = []
    for document in documents:
        batch.append(document)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
