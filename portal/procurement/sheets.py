"""Spreadsheets row by row, as releases, by a mapping file."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from portal.kernel.errors import Reason
from portal.kernel.text import N_
from portal.procurement import sheet_lines
from portal.procurement.extents import column_letters
from portal.procurement.rows import SHOWN, RowError, release_of
from portal.procurement.rules import Json, Problem
from portal.procurement.sheet_lines import GARBLED
from portal.procurement.unpacking import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from portal.procurement.mapping import SheetMapping
    from portal.procurement.sheet_lines import Limits, Line

NO_HEADER = N_("has no header with the columns %(columns)s; is it the right mapping?")
CELL = N_("cell %(cell)s %(reason)s")
COLUMN = N_("column %(column)s: %(cell)s %(reason)s")
ROWS_ABOVE_HEADER = 20  # titles and notes


@dataclass(frozen=True)
class Row:
    """A row that became a release, or the reasons why it did not."""

    number: int
    release: Json | None
    problems: Sequence[Problem] = ()

    @property
    def place(self) -> str:
        """Name the row as the spreadsheet does."""
        return f"row {self.number}"


def read_sheet(
    path: Path, mapping: SheetMapping, *, ocid_prefix: str, limits: Limits, advance: Callable[[int], None] | None = None
) -> Iterator[Row]:
    """Go through the rows of a sheet; headers that come again and empty rows are passed over.

    Args:
        path: of the file.
        mapping: what each column means.
        ocid_prefix: of this publisher.
        limits: what one import may have.
        advance: is told how many bytes of the file were read meanwhile.

    Raises:
        UnreadableError: the file is no sheet that can be read, or has other columns.
    """
    header: list[str] = []
    above: list[str] = []
    opened = sheet_lines.open_sheet(path, limits, delimiter=mapping.delimiter, advance=advance)
    for at, line in enumerate(opened.lines, start=1):
        cells = list(line.cells)
        found = _header_in(cells, above, mapping)
        if found and (not header or found == cells):
            opened.check_rows(0 if header else at)
            header = _checked_header(found, mapping)
        elif header:
            problems = _told(line, header, mapping)
            yield Row(line.number, None, problems) if problems else _read_row(line, header, mapping, ocid_prefix)
        elif line.number < ROWS_ABOVE_HEADER:
            _refuse_half_a_header(above, mapping)
            above = cells
        else:
            break
    if not header:
        _refuse_half_a_header(above, mapping)
        columns = ", ".join(sorted(mapping.columns))
        raise UnreadableError(Reason(NO_HEADER, columns=columns))


def _header_in(line: list[str], above: Sequence[str], mapping: SheetMapping) -> list[str] | None:
    """Give a line that is the header, or what it makes with the line above it where cells are merged over both."""
    if mapping.columns <= set(line):
        return line
    joined = [low or high for low, high in zip_longest(line, above, fillvalue="")]
    return joined if mapping.columns <= set(joined) else None


def _checked_header(line: list[str], mapping: SheetMapping) -> list[str]:
    twice = sorted(column for column in mapping.columns if line.count(column) > 1)
    if twice:
        raise UnreadableError(Reason(N_("has the column %(column)s twice"), column=twice[0]))
    return line


def _refuse_half_a_header(line: Sequence[str], mapping: SheetMapping) -> None:
    present = mapping.columns & set(line)
    if len(present) * 2 > len(mapping.columns):
        lacking = ", ".join(sorted(mapping.columns - present))
        raise UnreadableError(Reason(N_("lacks the columns %(columns)s"), columns=lacking))


def _told(line: Line, header: Sequence[str], mapping: SheetMapping) -> list[Problem]:
    """Tell what is wrong with cells; what is garbled in columns that nothing is taken from does not matter."""
    problems = []
    for at, reason in sorted(line.faults.items()):
        if reason.message != GARBLED:
            problems.append(
                Problem(line.place, Reason(CELL, cell=f"{column_letters(at + 1)}{line.number}", reason=reason))
            )
        elif at < len(header) and header[at] in mapping.columns:
            said = {"column": header[at], "cell": repr(line.cells[at][:SHOWN]), "reason": reason}
            problems.append(Problem(line.place, Reason(COLUMN, **said)))
    return problems


def _read_row(line: Line, header: Sequence[str], mapping: SheetMapping, prefix: str) -> Row:
    if len(line.cells) < len(header) or any(line.cells[len(header) :]):
        reason = f"has {len(line.cells)} cells where the header has {len(header)}"
        return Row(line.number, None, [Problem(line.place, reason)])
    try:
        return Row(line.number, release_of(dict(zip(header, line.cells, strict=False)), mapping, ocid_prefix=prefix))
    except RowError as error:
        return Row(line.number, None, [Problem(line.place, reason) for reason in error.reasons])
