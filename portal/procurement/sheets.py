"""Reading spreadsheets: each row becomes a release, by a mapping file.

A mapping is TOML; `docs/howto/add-a-mapping.md` explains it. Nothing of a row is guessed: a value that
does not fit is named with its row and column, and the row is left out.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, load_workbook

from portal.kernel import clock
from portal.kernel.text import clean_line, clean_text, nfkc_fold
from portal.procurement.reading import UnreadableError
from portal.procurement.rules import Json, Problem, Tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LARGEST_SHEET = 200_000_000
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
UNITS = {"yuan": Decimal(1), "wan": Decimal(10_000)}


class MappingError(Exception):
    """Raised when a mapping file cannot be used; the message says why."""


class CellError(Exception):
    """Raised when a cell does not fit its mapping."""

    def __init__(self, column: str, reason: str) -> None:
        """Keep the column and the reason."""
        super().__init__(f"column {column}: {reason}")


@dataclass(frozen=True)
class SheetMapping:
    """A mapping file, read and checked."""

    name: str
    key: Sequence[str]
    header: str
    tag: Mapping[str, Any]
    date: Mapping[str, Any]
    constants: Mapping[str, Any]
    fields: Sequence[Mapping[str, Any]]
    required: Sequence[str]


def read_mapping(path: Path) -> SheetMapping:
    """Read a mapping file.

    Raises:
        MappingError: it is no TOML, or lacks a part.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        mapping = SheetMapping(
            raw["name"], raw["key"], raw["header"], raw["tag"], raw["date"], raw.get("constants", {}), raw["field"],
            raw.get("required", []),
        )  # fmt: skip
    except KeyError as error:
        message = f"{path.name}: {error.args[0]} is missing"
        raise MappingError(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        message = f"{path.name}: {error}"
        raise MappingError(message) from error
    return mapping


def read_sheet(path: Path, mapping: SheetMapping, *, ocid_prefix: str) -> Iterator[Json | Problem]:
    """Go through the rows of a sheet: a release for each good one, a problem for each bad one.

    Raises:
        UnreadableError: the file is no sheet that can be read, or has other columns.
    """
    rows = _rows(path)
    header: list[str] | None = None
    for number, cells in rows:
        line = [clean_text(cell) for cell in cells]
        if not any(line):
            continue
        if mapping.header in line:
            header = line
        elif header is None:
            raise UnreadableError(f"row {number}: no column {mapping.header!r}; is it the right mapping?")
        else:
            yield _release_or_problem(number, dict(zip(header, line, strict=False)), mapping, ocid_prefix)
    if header is None:
        raise UnreadableError(f"no column {mapping.header!r}; is it the right mapping?")


def _release_or_problem(number: int, row: dict[str, str], mapping: SheetMapping, ocid_prefix: str) -> Json | Problem:
    try:
        return _release(row, mapping, ocid_prefix)
    except CellError as error:
        return Problem(f"row {number}", str(error))


def _release(row: dict[str, str], mapping: SheetMapping, ocid_prefix: str) -> Json:
    for column in mapping.required:
        if not row.get(column):
            raise CellError(column, "is empty")
    key = [row.get(column, "") for column in mapping.key]
    if not any(key):
        raise CellError(mapping.key[0], "is empty, so that the row has no identifier")
    local = sha256("\x1f".join(key).encode()).hexdigest()[:16]
    release: Json = {
        "ocid": f"{ocid_prefix}-{mapping.name}-{local}",
        "id": f"{mapping.name}-{local}",
        "date": _moment(row, mapping.date),
        "tag": [_coded(row, mapping.tag, set(Tag))],
        "initiationType": "tender",
        "language": "zh",
    }
    for path, constant in mapping.constants.items():
        _put(release, path, constant)
    for rule in mapping.fields:
        _apply(release, row, rule)
    return release


def _apply(release: Json, row: dict[str, str], rule: Mapping[str, Any]) -> None:
    column, path = rule["column"], rule["path"]
    raw = row.get(column, "")
    if not raw or raw in rule.get("nothing", ("-", "－", "/", "无")):
        return
    value = _value(_matching(raw, rule), row, rule)
    if value == "":
        return
    _put(release, path, value)
    if rule.get("kind") == "amount":
        _put(release, path.rsplit("/", 1)[0] + "/currency", "CNY")


def _matching(raw: str, rule: Mapping[str, Any]) -> str:
    """Take the part of a cell that the rule's pattern marks; all of it where there is none."""
    if "pattern" not in rule:
        return raw
    found = re.search(rule["pattern"], raw)
    if found is None:
        raise CellError(rule["column"], f"{raw[:40]!r} is not of the form {rule['pattern']}")
    return found[1]


def _value(raw: str, row: dict[str, str], rule: Mapping[str, Any]) -> object:
    kind = rule.get("kind", "text")
    if kind == "amount":
        return _amount(raw, rule["column"], UNITS[rule.get("unit", "yuan")])
    if kind == "moment":
        return _moment(row, rule)
    if kind == "code":
        return _coded(row, rule, None)
    return clean_line(raw) if kind == "line" else raw


def _amount(raw: str, column: str, unit: Decimal) -> int | float:
    text = nfkc_fold(raw).replace(",", "").replace("元", "").replace("万", "").replace(" ", "").strip()
    if not _NUMBER.fullmatch(text):
        raise CellError(column, f"{raw[:40]!r} is no amount")
    try:
        amount = Decimal(text) * unit
    except InvalidOperation as error:
        raise CellError(column, f"{raw[:40]!r} is no amount") from error
    if amount < 0:
        raise CellError(column, f"{raw[:40]!r} is below nought")
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _moment(row: dict[str, str], rule: Mapping[str, Any]) -> str:
    column, raw = rule["column"], nfkc_fold(row.get(rule["column"], "")).strip().upper()
    for form in rule["formats"]:
        try:
            found = datetime.strptime(raw, form)  # noqa: DTZ007 - the zone is Shanghai's, put on below
        except ValueError:
            continue
        return found.replace(tzinfo=clock.SHANGHAI).isoformat()
    raise CellError(column, f"{raw[:40]!r} is no date like {', '.join(rule['formats'])}")


def _coded(row: dict[str, str], rule: Mapping[str, Any], allowed: set[Tag] | None) -> str:
    if "constant" in rule:
        return str(rule["constant"])
    raw = clean_line(row.get(rule["column"], ""))
    values = rule["values"]
    if raw not in values:
        raise CellError(rule["column"], f"{raw[:40]!r} is none of {', '.join(values)}")
    if allowed is not None and values[raw] not in allowed:
        raise CellError(rule["column"], f"the mapping gives {values[raw]!r}, which is no release tag")
    return str(values[raw])


def _put(release: Json, path: str, value: object) -> None:
    """Put a value at a path like `tender/value/amount` or `parties/0/name`."""
    parts = path.split("/")
    target: Any = release
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        last = following is None
        if isinstance(target, list):
            at = int(part)
            while len(target) <= at:
                target.append({})
            if last:
                target[at] = value
            target = target[at]
            continue
        if last:
            target[part] = value
        elif part not in target:
            target[part] = [] if following is not None and following.isdigit() else {}
        if not last:
            target = target[part]


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    if path.stat().st_size > LARGEST_SHEET:
        raise UnreadableError("is larger than 200 MB; split it")
    data = path.read_bytes()
    if data[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}:
        yield from _workbook_rows(data)
    else:
        lines = csv.reader(io.StringIO(_decoded(data), newline=""))
        try:
            yield from enumerate(lines, start=1)
        except csv.Error as error:
            message = f"line {lines.line_num}: {error}"
            raise UnreadableError(message) from error


def _workbook_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        sheet = load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
    except CalamineError as error:
        message = f"is no workbook that can be read: {error}"
        raise UnreadableError(message) from error
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        yield number, [_cell_text(cell) for cell in cells]


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("is neither UTF-8 nor GB18030")
