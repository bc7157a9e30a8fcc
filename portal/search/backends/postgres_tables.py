"""The tables of the index in PostgreSQL, and what a document becomes in them.

    search.current           which generation is read, and a number that every change raises
    search.documents_<n>     a generation: texts, their tokens, and per document what it is counted and ordered by
    search.values_<n>        the values of its facets, numbered
    search.touched           keys updated while a new generation is made

Generations are numbered by the clock, so that none ever has the number of another. Identifiers within one
only rise, in the order of commits: one writer at a time.
"""

from __future__ import annotations

import hashlib
import re
import struct
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.search import analysis
from portal.search.backends.ranking import BODY_WORDS, GRAMS, TITLE_WORDS
from portal.search.faults import IndexDamagedError
from portal.search.matching import body_text, facet_values, full_text, order_key, title_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from portal.search.port import SearchDocument

BATCH = 500
MEGABYTES_TO_BUILD = 256
HIDING = "hiding"
MARKS = {TITLE_WORDS: "t", BODY_WORDS: "b", GRAMS: "g", HIDING: "h"}
TIMED_OUT, LOCK_NOT_HAD = "57014", "55P03"
_MISSING_OR_BROKEN = ("42", "3F", "XX", "58P")
"""Classes of SQLSTATE that what is missing, of another make, or damaged on the disk ends with."""

_TABLES = """
CREATE TABLE search.documents_{number} (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL UNIQUE, title text NOT NULL,
    title_en text, body text NOT NULL, tokens bigint[] NOT NULL, facets bytea NOT NULL, day integer NOT NULL,
    amount_fen bigint NOT NULL, order_key bigint NOT NULL);
ALTER TABLE search.documents_{number} ALTER tokens SET STATISTICS 0, ALTER body SET STATISTICS 0;
CREATE TABLE search.values_{number} (
    code integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value text NOT NULL UNIQUE)
"""
_INDEXES = """
CREATE INDEX ON search.documents_{number} USING gin (tokens) WITH (fastupdate = off);
CREATE INDEX ON search.documents_{number} (order_key)
"""
_INSERT = """
INSERT INTO search.documents_{number} (key, title, title_en, body, tokens, facets, day, amount_fen, order_key)
VALUES (:key, :title, :title_en, :body, :tokens, :facets, :day, :amount_fen, :order_key)
"""


def sqlstate(error: DBAPIError) -> str:
    """Tell the code of an error of the database, which is the same in every language."""
    return str(getattr(error.orig, "sqlstate", None) or "")


@contextmanager
def noticing_damage() -> Iterator[None]:
    """Turn whatever a missing or broken index ends with into one error."""
    try:
        yield
    except DBAPIError as error:
        if sqlstate(error).startswith(_MISSING_OR_BROKEN):
            raise IndexDamagedError from error
        raise


def current(connection: Connection) -> int:
    """Tell the generation that is read.

    Raises:
        IndexDamagedError: there is none.
    """
    number = None
    if connection.execute(text("SELECT to_regclass('search.current')")).scalar() is not None:
        number = connection.execute(text("SELECT generation FROM search.current")).scalar()
    if number is None:
        raise IndexDamagedError
    return int(number)


def start_generation(connection: Connection) -> int:
    """Make the tables of a new generation, and anew whatever is missing or broken around them."""
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS search"))
    _mend_current(connection)
    number = max(time.time_ns() // 1_000_000, 1 + max(_generations(connection), default=0))
    _each(connection, _TABLES, number)
    connection.execute(text("DROP TABLE IF EXISTS search.touched"))
    connection.execute(text("CREATE TABLE search.touched (key text PRIMARY KEY)"))
    return number


def finish_generation(connection: Connection, number: int) -> None:
    """Make the indexes of a generation that was filled."""
    connection.execute(text(f"SET LOCAL maintenance_work_mem = '{MEGABYTES_TO_BUILD}MB'"))
    _each(connection, _INDEXES, number)
    connection.execute(text(f"ANALYZE search.documents_{number}"))


def change_over(connection: Connection, number: int) -> None:
    """Let readers take a generation from now on."""
    changed = connection.execute(
        text("UPDATE search.current SET generation = :number, changes = changes + 1"), {"number": number}
    )
    if not changed.rowcount:
        connection.execute(text("INSERT INTO search.current VALUES (:number, 1)"), {"number": number})
    connection.execute(text("DROP TABLE IF EXISTS search.touched"))


def drop_others(connection: Connection, kept: Collection[int]) -> None:
    """Drop the generations that nobody reads, once a rebuild is over."""
    connection.execute(text("DROP TABLE IF EXISTS search.touched"))
    for number in _generations(connection) - set(kept):
        connection.execute(text(f"DROP TABLE IF EXISTS search.documents_{number}, search.values_{number}"))


def remember_touched(connection: Connection, keys: Sequence[str]) -> None:
    """Note what is updated while a new generation is made."""
    if connection.execute(text("SELECT to_regclass('search.touched')")).scalar() is not None:
        connection.execute(
            text("INSERT INTO search.touched SELECT unnest(CAST(:keys AS text[])) ON CONFLICT DO NOTHING"),
            {"keys": list(keys)},
        )


def touched(connection: Connection) -> list[str]:
    """List what was updated while a new generation was made."""
    return list(connection.execute(text("SELECT key FROM search.touched ORDER BY key")).scalars())


def replace(connection: Connection, number: int, documents: Iterable[SearchDocument], *, gone: Collection[str]) -> None:
    """Take keys out of a generation and put documents in."""
    connection.execute(text(f"DELETE FROM search.documents_{number} WHERE key = ANY(:keys)"), {"keys": list(gone)})  # noqa: S608 - our number
    for batch in batches(documents):
        insert(connection, number, batch)


def insert(connection: Connection, number: int, documents: Sequence[SearchDocument]) -> None:
    """Put documents in that are not there; of two with one key the later stays."""
    made = {document.key: document for document in documents}
    facets = {key: [f"{name}={value}" for name, values in facet_values(document).items() for value in values]
              for key, document in made.items()}  # fmt: skip
    codes = _codes(connection, number, {value for values in facets.values() for value in values})
    rows = [_row(document, [codes[value] for value in facets[key]]) for key, document in made.items()]
    connection.execute(text(_INSERT.format(number=number)), rows)


def batches(documents: Iterable[SearchDocument]) -> Iterator[list[SearchDocument]]:
    """Cut a stream of documents into lists."""
    batch: list[SearchDocument] = []
    for document in documents:
        batch.append(document)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def token(field: str, said: str) -> int:
    """Number a token of a field: however long it is, it takes eight bytes, which index and compare quickly."""
    return int.from_bytes(hashlib.blake2b((MARKS[field] + said).encode(), digest_size=8).digest(), signed=True)


def _mend_current(connection: Connection) -> None:
    """Keep the table that says what is read if it can be read; else make it anew, saying nothing."""
    try:
        with connection.begin_nested():
            connection.execute(text("SELECT generation, changes FROM search.current")).one_or_none()
    except DBAPIError:
        connection.execute(text("DROP TABLE IF EXISTS search.current"))
        connection.execute(text("CREATE TABLE search.current (generation bigint NOT NULL, changes bigint NOT NULL)"))
    else:
        connection.execute(text("ALTER TABLE search.current ALTER generation TYPE bigint"))


def _generations(connection: Connection) -> set[int]:
    """Tell the numbers of the generations of which anything is there."""
    names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'search'")).scalars()
    return {int(found[1]) for name in names if (found := re.fullmatch(r"(?:documents|values)_(\d+)", name))}


def _each(connection: Connection, statements: str, number: int) -> None:
    for statement in statements.format(number=number).split(";"):
        connection.execute(text(statement))


def _codes(connection: Connection, number: int, values: Collection[str]) -> dict[str, int]:
    """Tell the numbers of some values of facets; a new value is given one."""
    table, given = f"search.values_{number}", {"values": sorted(values)}
    known = text(f"SELECT value, code FROM {table} WHERE value = ANY(:values)")  # noqa: S608 - our number
    codes: dict[str, int] = dict(connection.execute(known, given).all())
    if len(codes) < len(values):
        new = text(f"INSERT INTO {table} (value) SELECT unnest(CAST(:values AS text[])) RETURNING value, code")
        codes |= dict(connection.execute(new, {"values": sorted(set(values) - codes.keys())}).all())
    return codes


def _row(document: SearchDocument, codes: Sequence[int]) -> dict[str, object]:
    title, body, whole = title_text(document), body_text(document), full_text(document)
    return {
        "key": document.key, "title": document.title, "title_en": document.title_en, "body": whole,
        "tokens": sorted({*_tokens(title, body, whole), *_hiding(document)}),
        "facets": struct.pack(f">{len(codes)}i", *codes), "day": document.date.toordinal() if document.date else 0,
        "amount_fen": -1 if document.amount_fen is None else document.amount_fen, "order_key": order_key(document),
    }  # fmt: skip


def _tokens(title: str, body: str, whole: str) -> Iterable[int]:
    yield from {token(TITLE_WORDS, word) for word in analysis.words(title)}
    yield from {token(BODY_WORDS, word) for word in analysis.words(body)}
    yield from {token(GRAMS, gram) for gram in analysis.grams(whole)}


def _hiding(document: SearchDocument) -> Iterable[int]:
    """Tell the tokens by which a document is found when it, or what it lies within, is hidden."""
    return (token(HIDING, key) for key in (document.key, *document.within))
