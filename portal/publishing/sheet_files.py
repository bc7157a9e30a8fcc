"""Opening a sheet that an official brings: lines of text cells, whatever the file is, or why it is refused."""

from __future__ import annotations

import csv
import re
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from python_calamine import CalamineError, load_workbook

from portal.kernel.text import N_, clean_text
from portal.procurement import cell_faults
from portal.procurement.extents import FarCellError, check_extent, column_number
from portal.procurement.rows import is_garbled
from portal.procurement.sheets import encoding_of
from portal.procurement.unpacking import OLE, ZIP, BombError, UnreadableError, check_archive
from portal.publishing import upload_rules as rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NOT_COMPUTED = N_("This cell holds a formula without its result. Open the file, save it, and bring it again.")
GARBLED = N_("This text is garbled: the file was saved in one encoding and opened in another.")
IS_ERROR = N_("This cell holds an error instead of a value.")
MOST_LINES = 70_000  # what a sheet may have, empty ones too
SIGNIFICANT = ".15g"  # digits that spreadsheets keep
CHUNK = 1 << 20
DELIMITERS = ",\t;"
_FAULT = re.compile(r"cell ([A-Z]{1,3})\d+ (.*)", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """One line of a sheet: its number as the spreadsheet has it, its cells, and cells that hold no value."""

    number: int
    cells: Sequence[str]
    faults: Mapping[int, str]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing stands on it."""
        return not any(self.cells) and not self.faults


def lines_of(data: bytes) -> list[Line]:
    """Read the lines of the first sheet on which something stands.

    Raises:
        UploadError: the file cannot be read, or is larger than the office takes.
    """
    if not data:
        raise rules.NoFileError(field="file")
    with _on_disk(data) as path:
        if data.startswith(ZIP):
            _check_workbook(path)
            faults = _faults(path)
        else:
            faults = {}
        _check_extent(path)
        raw = _workbook(path) if data.startswith((ZIP, OLE)) else _text(path)
        lines = (
            Line(number, [clean_text(cell) for cell in cells], _garbled(cells) | faults.get(number, {}))
            for number, cells in islice(raw, MOST_LINES)
        )
        return list(islice((line for line in lines if not line.is_empty), rules.MOST_ROWS + 50))


def _garbled(cells: Sequence[str]) -> dict[int, str]:
    """Name the cells that were read in a wrong encoding: seen before signs that nobody sees are dropped."""
    return {at: GARBLED for at, cell in enumerate(cells) if cell and is_garbled(cell)}


@contextmanager
def _on_disk(data: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data)
        yield path


def _check_workbook(path: Path) -> None:
    """Refuse what unpacks to too much."""
    try:
        check_archive(path)
        with zipfile.ZipFile(path) as book:
            if sum(one.file_size for one in book.infolist()) > rules.MOST_UNPACKED:
                raise rules.BombError(field="file")
    except UnreadableError as error:
        raise (rules.BombError if isinstance(error, BombError) else rules.DamagedFileError)(field="file") from error
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise rules.DamagedFileError(field="file") from error


def _check_extent(path: Path) -> None:
    """Refuse cells that stand so far away that a table to them fills the memory."""
    try:
        check_extent(path, most_cells=rules.MOST_CELLS)
    except FarCellError as error:
        raise rules.WideSheetError(field="file", cell=error.cell) from error
    except UnreadableError as error:
        raise rules.DamagedFileError(field="file") from error


def _faults(path: Path) -> dict[int, dict[int, str]]:
    try:
        found = cell_faults.faults_in(path)
    except UnreadableError as error:
        raise rules.DamagedFileError(field="file") from error
    told: dict[int, dict[int, str]] = {}
    for row, reasons in found.items():
        for reason in reasons:
            if match := _FAULT.fullmatch(reason):
                message = NOT_COMPUTED if match[2] == cell_faults.NOT_COMPUTED else IS_ERROR
                told.setdefault(row, {})[column_number(match[1]) - 1] = message
    return told


def _workbook(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        sheet = load_workbook(path).get_sheet_by_index(0)
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            yield number, [_cell_text(cell) for cell in cells]
    except (CalamineError, UnicodeError, ValueError, IndexError) as error:
        raise rules.DamagedFileError(field="file") from error


def _text(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        encoding = encoding_of(path)
    except UnreadableError as error:
        raise rules.WrongEncodingError(field="file") from error
    try:
        with path.open(encoding=encoding, newline="") as file:
            first = file.readline(CHUNK)
            file.seek(0)
            yield from enumerate(_csv(file, max(DELIMITERS, key=first.count)), start=1)
    except (csv.Error, UnicodeError) as error:
        raise rules.DamagedFileError(field="file") from error


def _csv(file: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(rules.MOST_BYTES)
    for cells in csv.reader(file, delimiter=delimiter):
        if "\x00" in "".join(cells):
            raise rules.DamagedFileError(field="file")
        yield cells


def _cell_text(cell: object) -> str:
    """Write a cell as it would be typed; a number with the digits that a spreadsheet keeps."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(cell, SIGNIFICANT)
    return str(cell)
