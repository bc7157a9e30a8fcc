"""What documents are counted and ordered by, kept in the process as arrays: read once, then only what is new."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection

Array = NDArray[Any]  # of numbers or of truths

SECONDS_TO_READ = 30
"""Reading everything happens once in a process and generation, outside the time of a query."""

MOST_GONE = 50_000
_RECORD = np.dtype(
    [("id", ">i4"), ("order", ">i8"), ("amount", ">i8"), ("day", ">i4"), ("facets", ">i4"), ("key", ">i4")]
)
_READ = """
SELECT count(*), string_agg(int4send(id) || int8send(order_key) || int8send(amount_fen) || int4send(day)
    || int4send(length(facets) / 4) || int4send(octet_length(key)), '' ORDER BY id),
    string_agg(facets, '' ORDER BY id), string_agg(convert_to(key, 'UTF8'), '' ORDER BY id)
FROM search.documents_{number} WHERE id > :last
"""


@dataclass(frozen=True)
class Columns:
    """The rows of one generation by rising identifier; some may be gone meanwhile, none is missing."""

    number: int
    ids: Array
    order: Array
    amount: Array
    day: Array
    owner: Array
    codes: Array
    key_ends: Array
    keys: bytes
    values: tuple[str, ...] = ("",)
    count_at_first: int = 0

    def places(self, ids: Array) -> Array:
        """Tell in which rows some identifiers are."""
        return np.searchsorted(self.ids, ids)

    def key(self, place: int) -> str:
        """Tell the key of a row."""
        start = int(self.key_ends[place - 1]) if place else 0
        return self.keys[start : int(self.key_ends[place])].decode()

    def having(self, name: str, wanted: Collection[str]) -> Array:
        """Tell which rows have one of some values of a facet."""
        sought = {f"{name}={value}" for value in wanted}
        is_sought = np.array([value in sought for value in self.values], bool)
        flags = np.zeros(len(self.ids), bool)
        flags[self.owner[is_sought[self.codes]]] = True
        return flags

    def counts(self, flags: Array) -> Mapping[str, int]:
        """Count the values of all facets among some rows, by `name=value`."""
        often = np.bincount(self.codes[flags[self.owner]], minlength=len(self.values))
        return {self.values[code]: int(often[code]) for code in np.nonzero(often)[0].tolist()}


class ColumnsCache:
    """The columns of the generation that is read, for all threads of a process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._columns: Columns | None = None

    def of(self, connection: Connection, number: int) -> Columns:
        """Give columns in which everything is that a transaction sees in a generation."""
        with self._lock:
            known = self._columns
            if known is None or known.number != number or len(known.ids) > 2 * known.count_at_first + MOST_GONE:
                known = _empty(number)
            self._columns = _with_new(connection, known)
            return self._columns


def _empty(number: int) -> Columns:
    none = np.empty(0, np.int64)
    return Columns(number, none, none, none, none, none, none, none, b"")


def _with_new(connection: Connection, known: Columns) -> Columns:
    last = int(known.ids[-1]) if len(known.ids) else 0
    count, records, codes, keys = connection.execute(text(_READ.format(number=known.number)), {"last": last}).one()
    if not count:
        return known
    rows = np.frombuffer(records, _RECORD)
    start, key_start = len(known.ids), len(known.keys)
    read = text(f"SELECT code, value FROM search.values_{known.number} WHERE code >= :least ORDER BY code")  # noqa: S608 - our number
    values = list(known.values)
    for code, value in connection.execute(read, {"least": len(values)}):
        values.extend([""] * (code - len(values)))  # numbers that were given and rolled back
        values.append(value)
    return Columns(
        number=known.number,
        ids=_joined(known.ids, rows["id"], np.int32),
        order=_joined(known.order, rows["order"], np.int64),
        amount=_joined(known.amount, rows["amount"], np.int64),
        day=_joined(known.day, rows["day"], np.int32),
        owner=_joined(known.owner, np.repeat(np.arange(start, start + count), rows["facets"]), np.int32),
        codes=_joined(known.codes, np.frombuffer(codes or b"", ">i4"), np.int32),
        key_ends=_joined(known.key_ends, key_start + np.cumsum(rows["key"]), np.int64),
        keys=known.keys + bytes(keys),
        values=tuple(values),
        count_at_first=known.count_at_first or count,
    )


def _joined(known: Array, new: Array, kind: type[np.generic]) -> Array:
    return np.concatenate([known, new]).astype(kind)
