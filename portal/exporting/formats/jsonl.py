"""JSON Lines: one object a line, keys in the order of the columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from portal.exporting.formats.format import PLAIN, Format, Options
from portal.exporting.values import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from portal.exporting.dataset import Dataset

ROWS_PER_CHUNK = 200


def chunks(dataset: Dataset, rows: Iterable[Mapping[str, object]], options: Options = PLAIN, /) -> Iterator[bytes]:
    """Yield a JSON Lines file in pieces of some rows; it has stable names and no Excel variant."""
    del options
    names = [column.name for column in dataset.columns]
    waiting: list[str] = []
    is_first = True
    for row in rows:
        waiting.append(json.dumps({name: as_json(row.get(name)) for name in names}, ensure_ascii=False))
        if len(waiting) == ROWS_PER_CHUNK or is_first:
            is_first = False
            yield _lines(waiting)
            waiting.clear()
    yield _lines(waiting)


def _lines(waiting: list[str]) -> bytes:
    return "".join(line + "\n" for line in waiting).encode()


FORMAT = Format("jsonl", "application/jsonl; charset=utf-8", chunks)
