"""Full text in PostgreSQL, for several web machines: the same tokens, numbered, in arrays under a GIN index.

It is an index, not data: it lies in a schema of its own, outside the migrations, and can be dropped at any
time; whoever then reads or writes is told that it is damaged, and a rebuild makes it anew. Hits are ranked by
which words they contain and how rare those are, not by how often: counting would mean reading every text.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from portal.search import asking
from portal.search.backends import postgres_tables as tables
from portal.search.backends.postgres_columns import SECONDS_TO_READ, ColumnsCache
from portal.search.backends.postgres_query import Clock, Question
from portal.search.faults import IndexDamagedError, RebuildRunningError
from portal.search.port import SearchResult, Title

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Engine, Result

    from portal.search.port import Refresh, SearchDocument, SearchQuery

WRITER_LOCK, REBUILD_LOCK = 7_310_003, 7_310_004
SECONDS_TO_WAIT_FOR_READERS = 2
TRIES = 2
T = TypeVar("T")


class PostgresBackend:
    """Keep the index in the database."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        """Take what gives the engine; nothing is read or made before it is needed."""
        self._engine = engine
        self._columns = ColumnsCache()

    def update(self, documents: Iterable[SearchDocument], *, deleted: Collection[str] = ()) -> int:
        """Put documents in and take keys out, in one transaction.

        Raises:
            IndexDamagedError: there is no index, or it is damaged.
        """
        made = {document.key: document for document in documents}
        gone = sorted({*made, *deleted})
        if not gone:
            return 0
        with tables.noticing_damage(), self._writing() as connection:
            number = tables.current(connection)
            tables.remember_touched(connection, gone)
            tables.replace(connection, number, made.values(), gone=gone)
            connection.execute(text("UPDATE search.current SET changes = changes + 1"))
        return len(made)

    def search(self, query: SearchQuery) -> SearchResult:
        """Find by characters, rank by words, and tell by the end of the time allowed what is known by then.

        Raises:
            IndexDamagedError: there is no index, or it is damaged.
        """
        if not asking.clauses(query.text) and not query.is_narrowed:
            return SearchResult()
        try:
            return self._read(lambda connection: self._answer(query, connection))
        except OperationalError as error:
            if tables.sqlstate(error) == tables.TIMED_OUT:
                return SearchResult(is_partial=True)
            raise

    def rebuild(self, documents: Iterable[SearchDocument], *, refresh: Refresh | None = None) -> int:
        """Fill the next generation beside the present one, and change over in one transaction.

        Raises:
            RebuildRunningError: somebody is at it already.
        """
        with self._engine().connect().execution_options(isolation_level="AUTOCOMMIT") as holder:
            if not holder.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": REBUILD_LOCK}).scalar():
                raise RebuildRunningError
            try:
                return self._rebuild(documents, refresh)
            finally:
                holder.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": REBUILD_LOCK})

    def keys(self) -> frozenset[str]:
        """Tell the key of everything in the index."""
        return self._read(lambda connection: frozenset(_all(connection, "key", "").scalars()))

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """Go through keys and searched texts, in the order they were put in."""
        with tables.noticing_damage(), self._reading() as connection:
            for row in _all(connection.execution_options(yield_per=tables.BATCH), "key, body", "ORDER BY id"):
                yield row.key, row.body.encode()

    def titles(self, kinds: Collection[str]) -> Sequence[Title]:
        """Tell the titles of some kinds."""
        wanted = "WHERE split_part(key, ':', 1) = ANY(:kinds) ORDER BY id"
        return self._read(
            lambda connection: [
                Title(row.key, row.title, row.title_en)
                for row in _all(connection, "key, title, title_en", wanted, kinds=list(kinds))
            ]
        )

    def state(self) -> str:
        """Name the generation and its last change; nothing while there is none."""
        with tables.noticing_damage(), self._reading() as connection:
            if connection.execute(text("SELECT to_regclass('search.current')")).scalar() is None:
                return ""
            row = connection.execute(text("SELECT generation, changes FROM search.current")).one_or_none()
            return "" if row is None else "/".join(map(str, row))

    def faults(self) -> Sequence[str]:
        """Tell whether there is an index and whether all of it can be read."""
        try:
            self._read(lambda connection: _all(connection, "sum(length(body))", "").one())
        except IndexDamagedError as error:
            cause = error.__cause__
            return [str(cause.orig).strip() if isinstance(cause, DBAPIError) else "there is no index"]
        return ()

    def _answer(self, query: SearchQuery, connection: Connection) -> SearchResult:
        connection.execute(text("SET LOCAL jit = off"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{SECONDS_TO_READ}s'"))
        columns = self._columns.of(connection, tables.current(connection))
        return Question(query, columns, Clock(connection)).answer()

    def _rebuild(self, documents: Iterable[SearchDocument], refresh: Refresh | None) -> int:
        with self._writing() as connection:
            number = tables.start_generation(connection)
        before = self._present()
        kept: set[int] = {before} if before else set()
        try:
            for batch in tables.batches(documents):
                with self._engine().begin() as connection:
                    tables.insert(connection, number, batch)
            with self._engine().begin() as connection:
                tables.finish_generation(connection, number)
            with self._writing() as connection:
                touched = tables.touched(connection)
                if touched and refresh is not None:
                    tables.replace(connection, number, refresh(touched), gone=touched)
                tables.change_over(connection, number)
                count: int = connection.execute(text(f"SELECT count(*) FROM search.documents_{number}")).scalar_one()  # noqa: S608 - our number
            kept.add(number)
        finally:
            self._drop_others(kept)
        return count

    def _present(self) -> int | None:
        with suppress(IndexDamagedError), tables.noticing_damage(), self._engine().begin() as connection:
            return tables.current(connection)
        return None

    def _drop_others(self, kept: Collection[int]) -> None:
        """Drop what is read no more; what somebody reads all the same is left to the next rebuild."""
        try:
            with self._engine().begin() as connection:
                connection.execute(text(f"SET LOCAL lock_timeout = '{SECONDS_TO_WAIT_FOR_READERS}s'"))
                tables.drop_others(connection, kept)
        except OperationalError as error:
            if tables.sqlstate(error) != tables.LOCK_NOT_HAD:
                raise

    def _read(self, act: Callable[[Connection], T]) -> T:
        """Read from the present generation; again if it was taken away between finding and reading it."""
        for attempt in range(TRIES):
            try:
                with tables.noticing_damage(), self._reading() as connection:
                    return act(connection)
            except IndexDamagedError:
                if attempt == TRIES - 1:
                    raise
        raise IndexDamagedError

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """See one and the same state in all statements."""
        engine = self._engine().execution_options(isolation_level="REPEATABLE READ")
        with engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Be the only writer, in one transaction."""
        with self._engine().begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
            yield connection


def _all(connection: Connection, columns: str, rest: str, **values: object) -> Result[Any]:
    """Read columns of the present generation."""
    number = tables.current(connection)
    return connection.execute(text(f"SELECT {columns} FROM search.documents_{number} {rest}"), values)  # noqa: S608 - our own words
