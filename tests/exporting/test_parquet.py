"""Parquet keeps types, is written group by group, and says so where it is not installed."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from portal.exporting.dataset import Column, ColumnType, Dataset
from portal.exporting.formats import parquet, table
from portal.exporting.formats.table import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pytest
    from flask import Flask

MOMENT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
ROW = {"name": "养老", "fen": 2**60, "share": Decimal("0.25"), "is": True, "on": date(2026, 3, 1), "at": MOMENT}
COLUMNS = (
    Column("name", "Name"), Column("fen", "Amount", ColumnType.INTEGER), Column("share", "Share", ColumnType.NUMBER),
    Column("is", "Is", ColumnType.BOOLEAN), Column("on", "On", ColumnType.DATE),
    Column("at", "At", ColumnType.DATETIME),
)  # fmt: skip


def make_dataset(rows: Iterator[Mapping[str, object]]) -> Dataset:
    return Dataset("things", "Things", "All.", COLUMNS, lambda _filters: rows, permission="x")


def test_every_column_has_its_type() -> None:
    data = b"".join(parquet.chunks(make_dataset(iter(())), iter([ROW])))

    read = pq.read_table(io.BytesIO(data))

    assert [field.type for field in read.schema] == [
        pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us", tz="UTC"),
    ]  # fmt: skip
    assert read.to_pylist() == [ROW | {"share": 0.25}]


def test_a_group_is_given_away_before_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS_PER_GROUP", 10)
    read = 0

    def rows() -> Iterator[Mapping[str, object]]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield ROW

    pieces = parquet.chunks(make_dataset(iter(())), rows())
    next(pieces)

    assert read == 10


def test_a_portal_without_the_extra_says_what_to_take_instead(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "FORMATS", {name: made for name, made in FORMATS.items() if name != "parquet"})

    answer = app.test_client().get("/en/notices.parquet")

    assert answer.status_code == 501
    assert "CSV and JSON Lines hold the same rows" in answer.text
