"""The same operations in SQLite FTS5 and tantivy, over the same words."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import tantivy

from benches import measuring
from benches.corpus import notices
from portal.search import analysis
from portal.search.matching import body_text, title_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COUNT = 15
FTS5 = {
    "common": "SELECT rowid FROM notices_fts WHERE notices_fts MATCH '服务' ORDER BY rank LIMIT 10",
    "rare": "SELECT rowid FROM notices_fts WHERE notices_fts MATCH '叶蜡石' ORDER BY rank LIMIT 10",
    "two words": "SELECT rowid FROM notices_fts WHERE notices_fts MATCH '残疾人 AND 培训' ORDER BY rank LIMIT 10",
    "two common, counted": "SELECT rowid, (SELECT count(*) FROM notices_fts WHERE notices_fts MATCH '服务 AND 验收')"
    " FROM notices_fts WHERE notices_fts MATCH '服务 AND 验收' ORDER BY rank LIMIT 10",
    "phrase": "SELECT rowid FROM notices_fts WHERE notices_fts MATCH '\"青少年 课后 服务\"' ORDER BY rank LIMIT 10",
    "phrase in every second": "SELECT rowid FROM notices_fts WHERE notices_fts MATCH '\"第三方 评估\"'"
    " ORDER BY rank LIMIT 10",
    "prefix": "SELECT rowid FROM notices_fts WHERE notices_fts MATCH '社*' ORDER BY rank LIMIT 10",
    "filter": "SELECT n.id FROM notices_fts f JOIN notices n ON n.id = f.rowid WHERE notices_fts MATCH '心理'"
    " AND n.category = 'A05' AND n.day BETWEEN '2019-01-01' AND '2022-12-31' ORDER BY rank LIMIT 10",
    "newest": "SELECT n.id FROM notices_fts f JOIN notices n ON n.id = f.rowid WHERE notices_fts MATCH '养老'"
    " ORDER BY n.day DESC LIMIT 10",
    "three facets": "WITH f AS MATERIALIZED (SELECT n.category, n.region, n.stage FROM notices_fts f"
    " JOIN notices n ON n.id = f.rowid WHERE notices_fts MATCH '养老') SELECT category, count(*) FROM f GROUP BY 1"
    " UNION ALL SELECT region, count(*) FROM f GROUP BY 1 UNION ALL SELECT stage, count(*) FROM f GROUP BY 1",
    "page 50": "SELECT rowid FROM notices_fts WHERE notices_fts MATCH '服务' ORDER BY rank LIMIT 20 OFFSET 980",
    "title": "SELECT rowid FROM notices_fts WHERE notices_fts MATCH '养老'"
    " ORDER BY bm25(notices_fts, 3.0, 1.0) LIMIT 20",
}


def measure(folder: Path, count: int) -> dict[str, dict[str, float]]:
    """Build both and give the median CPU milliseconds of every operation in each."""
    make_database(folder / "peer.db", count)
    connection = sqlite3.connect(folder / "peer.db")
    connection.execute("PRAGMA mmap_size = 2000000000")
    fts5 = {name: _median(lambda asked=asked: connection.execute(asked).fetchall()) for name, asked in FTS5.items()}
    connection.close()
    return {"FTS5": fts5, "tantivy": _tantivy(folder / "tantivy", count)}


def segmented(count: int) -> Iterator[tuple[int, str, str, str, str, str, str]]:
    """Give every notice with its words between spaces."""
    for document in notices(count):
        title, body = (" ".join(analysis.words(text(document))) for text in (title_text, body_text))
        yield (int(document.object_id), title, body, document.category or "", document.region or "",
               document.stage or "", str(document.date))  # fmt: skip


def make_database(path: Path, count: int) -> None:
    """Make a database that FTS5 and Datasette search in."""
    connection = sqlite3.connect(path)
    connection.executescript(
        "PRAGMA journal_mode = WAL;"
        "CREATE TABLE notices (id INTEGER PRIMARY KEY, title TEXT, body TEXT, category TEXT, region TEXT, stage TEXT,"
        " day TEXT);"
        "CREATE VIRTUAL TABLE notices_fts USING fts5(title, body, content='notices', content_rowid='id');"
    )
    connection.executemany("INSERT INTO notices VALUES (?, ?, ?, ?, ?, ?, ?)", segmented(count))
    connection.execute("INSERT INTO notices_fts (notices_fts) VALUES ('rebuild')")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _tantivy(folder: Path, count: int) -> dict[str, float]:
    """Build with one thread and search; operations without a plain equal in its Python binding are left out."""
    folder.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True, fast=True)
    for name in ("title", "body"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    for name in ("category", "day"):
        builder.add_text_field(name, tokenizer_name="raw", fast=True)
    index = tantivy.Index(builder.build(), path=str(folder))
    writer = index.writer(heap_size=300_000_000, num_threads=1)
    for number, title, body, category, _, _, day in segmented(count):
        writer.add_document(tantivy.Document(id=number, title=title, body=body, category=category, day=day))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(text: str, **said: object) -> Callable[[], object]:
        query = index.parse_query(text, ["title", "body"])
        return lambda: searcher.search(query, **said)

    operations = {
        "common": ask("服务", limit=10, count=False), "rare": ask("叶蜡石", limit=10, count=False),
        "two words": ask("残疾人 AND 培训", limit=10, count=False),
        "two common, counted": ask("服务 AND 验收", limit=10),
        "phrase": ask('"青少年 课后 服务"', limit=10),
        "phrase in every second": ask('"第三方 评估"', limit=10), "newest": ask("养老", limit=10, order_by_field="day"),
        "page 50": ask("服务", limit=20, offset=980, count=False), "title": ask("title:养老^3 body:养老", limit=20),
        "filter": ask("心理 AND category:A05 AND day:[2019-01-01 TO 2022-12-31]", limit=10),
    }  # fmt: skip
    found = {}
    for name, operation in operations.items():
        try:
            found[name] = _median(operation)
        except ValueError as error:
            print(f"tantivy cannot: {name} ({error})")
    return found


def _median(act: Callable[[], object]) -> float:
    return measuring.p50(measuring.times(act, count=COUNT))
