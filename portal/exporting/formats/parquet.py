"""Parquet: typed columns in groups of rows, for programs that analyse; needs the extra `bulk` (pyarrow)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from portal.exporting.dataset import ColumnType
from portal.exporting.formats.format import PLAIN, Format, Options, header_of
from portal.exporting.values import as_text
from portal.storage.batches import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from portal.exporting.dataset import Column, Dataset

EXTRA, LIBRARY = "bulk", "pyarrow"
ROWS_PER_GROUP = 5_000
COMPRESSION = "zstd"


class _Pieces:
    """A file that is only written: what was written waits until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Keep everything until it is taken."""

    def taken(self) -> bytes:
        piece = b"".join(self._waiting)
        self._waiting.clear()
        return piece


def is_installed() -> bool:
    """Tell whether the library is there."""
    return find_spec(LIBRARY) is not None


def chunks(dataset: Dataset, rows: Iterable[Mapping[str, object]], options: Options = PLAIN, /) -> Iterator[bytes]:
    """Yield a Parquet file in groups of rows."""
    import pyarrow as pa  # noqa: PLC0415 - it need not be installed, and takes 60 MB where it is used
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    names = header_of(dataset, options)
    schema = pa.schema(
        [pa.field(name, _type(pa, column.type)) for name, column in zip(names, dataset.columns, strict=True)]
    )
    pieces = _Pieces()
    with pq.ParquetWriter(pa.PythonFile(pieces, mode="w"), schema, compression=COMPRESSION) as writer:
        for group in batches(rows, ROWS_PER_GROUP):
            columns = [
                pa.array([_value(column, row.get(column.name)) for row in group], type=field.type)
                for column, field in zip(dataset.columns, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            yield pieces.taken()
    yield pieces.taken()


def _type(pa: Any, type_: ColumnType) -> Any:  # noqa: ANN401 - the library has no types of its own
    types: Mapping[ColumnType, Callable[[], Any]] = {
        ColumnType.STRING: pa.string,
        ColumnType.INTEGER: pa.int64,
        ColumnType.NUMBER: pa.float64,
        ColumnType.BOOLEAN: pa.bool_,
        ColumnType.DATE: pa.date32,
        ColumnType.DATETIME: lambda: pa.timestamp("us", tz="UTC"),
    }
    return types[type_]()


def _value(column: Column, value: object) -> object:
    """Give a value in the type of its column; a text where the column holds texts."""
    match column.type, value:
        case _, None:
            return None
        case ColumnType.STRING, _:
            return as_text(value)
        case ColumnType.NUMBER, Decimal():
            return float(value)
        case ColumnType.DATE, datetime():
            return value.date()
        case _, bool() | int() | float() | date():
            return value
        case _:
            return int(str(value))


FORMAT = Format("parquet", "application/vnd.apache.parquet", chunks)
