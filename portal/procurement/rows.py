"""A row of a spreadsheet becomes a release, by a mapping: plain functions.

Nothing of a row is guessed: a value that does not fit is named with its column, and the row is left out.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

from portal.kernel.text import clean_line
from portal.procurement import cells
from portal.procurement.mapping import put
from portal.procurement.rules import InitiationType
from portal.procurement.standard import faults_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portal.procurement.mapping import FieldRule, SheetMapping
    from portal.procurement.rules import Json

SHOWN = 40
LONGEST_LINE = 500  # what a title may have in the tables
FEN = 100  # of a yuan


class ColumnError(Exception):
    """Raised when a cell does not fit its mapping."""

    def __init__(self, column: str, reason: str) -> None:
        """Keep the column and the reason."""
        super().__init__(f"column {column}: {reason}")


class RowError(Exception):
    """Raised when a row becomes no release; `reasons` has one for each cell that does not fit."""

    def __init__(self, reasons: Sequence[str]) -> None:
        """Keep the reasons."""
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def release_of(row: Mapping[str, str], mapping: SheetMapping, *, ocid_prefix: str) -> Json:
    """Make the release of a row.

    Args:
        row: cells by column, cleaned.
        mapping: what each column means.
        ocid_prefix: of this publisher.

    Raises:
        RowError: at least one cell does not fit.
    """
    reasons = [f"column {column}: is empty" for column in mapping.required if not row.get(column)]
    release: Json = {"initiationType": InitiationType.TENDER.value, "language": "zh"}

    with _noting(reasons):
        release |= _identifiers(row, mapping, ocid_prefix)
    with _noting(reasons):
        release["date"] = _moment(row, mapping.date.column, mapping.date.formats)
    with _noting(reasons):
        release["tag"] = [_tag(row, mapping)]
    for path, constant in mapping.constants.items():
        put(release, path, constant)
    for rule in mapping.field:
        with _noting(reasons):
            _apply(release, row, rule)
    if reasons:
        raise RowError(reasons)
    made = {name: _without_gaps(value) for name, value in release.items()}
    for path, reason in faults_of(made):
        column = mapping.column_of(path)
        reasons.append(f"column {column}: {reason}" if column else f"/{path}: {reason}")
    if reasons:
        raise RowError(reasons)
    return made


@contextmanager
def _noting(reasons: list[str]) -> Iterator[None]:
    """Note what does not fit and go on, so that a row is told all its faults at once."""
    try:
        yield
    except ColumnError as error:
        if str(error) not in reasons:
            reasons.append(str(error))


def _identifiers(row: Mapping[str, str], mapping: SheetMapping, ocid_prefix: str) -> Json:
    """Name the process and the release after the columns that tell them apart."""
    key = [row.get(column, "") for column in mapping.key]
    process = [row.get(column, "") for column in mapping.process_key] if mapping.process_key else key
    for columns, values in ((mapping.key, key), (mapping.process_key, process)):
        if not any(values):
            raise ColumnError(columns[0], "is empty, so that the row has no identifier")
    return {
        "ocid": f"{ocid_prefix}-{mapping.name}-{_short(process)}",
        "id": f"{mapping.name}-{_short(key)}",
    }


def _short(values: Sequence[str]) -> str:
    return sha256("\x1f".join(values).encode()).hexdigest()[:16]


def _tag(row: Mapping[str, str], mapping: SheetMapping) -> str:
    rule = mapping.tag
    if rule.constant is not None:
        return rule.constant.value
    return _coded(row, rule.column or "", {word: tag.value for word, tag in rule.values.items()})


def _apply(release: Json, row: Mapping[str, str], rule: FieldRule) -> None:
    raw = row.get(rule.column, "")
    if not raw or raw in rule.nothing:
        return
    value = _value(_matching(raw, rule), row, rule)
    if value == "":
        return
    for path in rule.path:
        put(release, path, value)
        if rule.kind == "amount":
            put(release, path.removesuffix("amount") + "currency", rule.currency)


def _matching(raw: str, rule: FieldRule) -> str:
    """Take the part of a cell that the rule's pattern marks; all of it where there is none."""
    if rule.pattern is None:
        return raw
    found = re.search(rule.pattern, raw)
    if found is None or not found[1]:
        raise ColumnError(rule.column, f"{raw[:SHOWN]!r} is not of the form {rule.pattern}")
    return found[1]


def _value(raw: str, row: Mapping[str, str], rule: FieldRule) -> str | int | float:
    match rule.kind:
        case "amount":
            return _amount(raw, rule)
        case "moment":
            return _moment(row, rule.column, rule.formats)
        case "code":
            return _coded(row, rule.column, rule.values)
        case "line":
            return _line(raw, rule.column)
        case _:
            return raw


def _line(raw: str, column: str) -> str:
    line = clean_line(raw)
    if len(line) > LONGEST_LINE:
        raise ColumnError(column, f"has {len(line)} characters; a line has at most {LONGEST_LINE}")
    return line


def _amount(raw: str, rule: FieldRule) -> int | float:
    """Read an amount as yuan; a unit in the cell itself is stronger than the one of the mapping."""
    try:
        fen = cells.amount_fen(raw, rule.unit) or 0
    except cells.NoAmountError as error:
        raise ColumnError(rule.column, f"{raw[:SHOWN]!r}: {error}") from error
    return fen // FEN if fen % FEN == 0 else fen / FEN


def _moment(row: Mapping[str, str], column: str, formats: Sequence[str]) -> str:
    raw = row.get(column, "")
    if not raw:
        raise ColumnError(column, "is empty")
    found = cells.moment_of(raw, [*formats, *cells.OF_WORKBOOKS])
    if found is None:
        raise ColumnError(column, f"{raw[:SHOWN]!r} is no date like {', '.join(formats)}")
    return found.isoformat()


def _coded(row: Mapping[str, str], column: str, values: Mapping[str, str]) -> str:
    raw = row.get(column, "")
    try:
        found = cells.choice_of(raw, values)
    except cells.NoChoiceError as error:
        raise ColumnError(column, f"{raw[:SHOWN]!r} is none of {', '.join(values)}") from error
    if found is None:
        raise ColumnError(column, "is empty")
    return found


def _without_gaps(value: object) -> object:
    """Leave out the places of lists that no cell has filled."""
    if isinstance(value, dict):
        return {name: _without_gaps(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_gaps(item) for item in value if item != {}]
    return value
