"""CSV (RFC 4180), UTF-8."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from portal.exporting.dataset import ColumnType
from portal.exporting.formats.format import PLAIN, Format, Options, header_of
from portal.exporting.values import as_text, guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from portal.exporting.dataset import Column, Dataset

BYTE_ORDER_MARK = "\ufeff"
ROWS_PER_CHUNK = 200


def chunks(dataset: Dataset, rows: Iterable[Mapping[str, object]], options: Options = PLAIN, /) -> Iterator[bytes]:
    """Yield a CSV file in pieces of some rows."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    if options.for_excel:
        buffer.write(BYTE_ORDER_MARK)
    writer.writerow(header_of(dataset, options))
    names = [column.name for column in dataset.columns]
    for number, row in enumerate(rows, start=1):
        if options.for_excel:
            writer.writerow([_cell(column, row.get(column.name)) for column in dataset.columns])
        else:
            writer.writerow([as_text(row.get(name)) for name in names])
        if number == 1 or number % ROWS_PER_CHUNK == 0:  # the first at once: the reader is waiting
            yield _taken(buffer)
    yield _taken(buffer)


def _cell(column: Column, value: object) -> str:
    text = as_text(value)
    return guarded(text) if column.type is ColumnType.STRING else text


def _taken(buffer: io.StringIO) -> bytes:
    taken = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return taken


FORMAT = Format("csv", "text/csv; charset=utf-8", chunks)
