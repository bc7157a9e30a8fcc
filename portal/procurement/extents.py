"""How far the cells of a workbook reach: one that stands far away makes a reader fill a table up to it."""

from __future__ import annotations

import re
import struct
import zipfile
from typing import TYPE_CHECKING

import olefile

from portal.kernel.errors import Reason
from portal.kernel.text import N_
from portal.procurement.unpacking import OLE, ZIP, UnreadableError, explained

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_COLUMNS, MOST_CELLS = 300, 4_000_000  # a reader needs some 80 bytes for each
CHUNK, OVERLAP = 1 << 20, 200
TOO_FAR = N_("reaches as far as cell %(cell)s; delete the empty rows and columns behind the table, and save it")
CELL_RECORDS = frozenset({0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E})  # of BIFF, that hold values
_REFERENCE = re.compile(rb'<(?:\w{1,9}:)?c [^<>]{0,80}?\br="([A-Z]{1,3})(\d{1,7})"')


class FarCellError(UnreadableError):
    """Raised when the cells of a sheet reach further than any table."""

    def __init__(self, cell: str) -> None:
        """Keep the name of the cell."""
        super().__init__(Reason(TOO_FAR, cell=cell))
        self.cell = cell


def check_extent(path: Path) -> None:
    """Refuse a workbook, XLSX or XLS, with cells so far away that a table to them fills the memory.

    Raises:
        FarCellError: it has such a cell.
        UnreadableError: it is damaged.
    """
    with explained(), path.open("rb") as file:
        head = file.read(len(ZIP))
    if head == ZIP:
        extents = list(_of_xlsx(path))
    elif head == OLE:
        extents = [_of_xls(path)]
    else:
        return
    for columns, rows in extents:
        if columns > MOST_COLUMNS or columns * rows > MOST_CELLS:
            raise FarCellError(f"{column_letters(columns)}{rows}")


def _of_xlsx(path: Path) -> Iterator[tuple[int, int]]:
    """Give columns and rows of every sheet, read as a stream."""
    with explained(), zipfile.ZipFile(path) as book:
        for name in book.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            columns, rows, rest = 0, 0, b""
            with book.open(name) as stream:
                while data := stream.read(CHUNK):
                    for letters, number in _REFERENCE.findall(rest + data):
                        columns, rows = max(columns, column_number(letters.decode())), max(rows, int(number))
                    rest = data[-OVERLAP:]
            yield columns, rows


def _of_xls(path: Path) -> tuple[int, int]:
    try:
        with olefile.OleFileIO(path) as book:
            name = next((one for one in ("Workbook", "Book") if book.exists(one)), None)
            stream = book.openstream(name).read() if name is not None else b""
    except (OSError, ValueError, IndexError) as error:
        raise UnreadableError(Reason(N_("is no workbook that can be read"), detail=str(error))) from error
    columns = rows = at = 0
    while at + 8 <= len(stream):
        kind, length, row, column = struct.unpack_from("<HHHH", stream, at)
        if kind in CELL_RECORDS and length >= 4:  # noqa: PLR2004 - row and column
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        at += 4 + length
    return columns, rows


def column_number(letters: str) -> int:
    """Tell the number (from 1) of a column by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Tell the letters of a column by its number (from 1)."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
