"""Sheets for measuring: as many rows as wanted, of the kind that the Henan procurement network lists."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAPPING = "henan_notices"
COLUMNS = (
    "info_id", "announce_type", "channel_code", "city", "region", "agency", "title", "pub_time", "views", "detail_url",
    "has_body",
)  # fmt: skip
KINDS = ("采购意向", "采购公告", "结果公告", "合同公告", "验收结果公告")


def write_csv(file: Path, count: int) -> None:
    """Write a sheet as CSV in UTF-8."""
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([COLUMNS, *_rows(count)])


def write_xlsx(file: Path, count: int) -> None:
    """Write the same sheet as a workbook, row by row."""
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([COLUMNS, *_rows(count)]):
            sheet.write_row(at, 0, row)


def _rows(count: int) -> Iterator[tuple[str, ...]]:
    for number in range(1, count + 1):
        office = f"郑州市第{number % 500}街道办事处"
        yield (
            str(number), KINDS[number % len(KINDS)], "E1", "郑州", "金水区", office, f"社区服务项目第{number}号",
            f"2026-{number % 12 + 1:02}-{number % 28 + 1:02} 09:{number % 60:02}", "5",
            f"https://example.org/notices/{number}", "0",
        )  # fmt: skip
