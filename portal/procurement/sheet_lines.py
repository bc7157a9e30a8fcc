"""Opening a sheet, CSV, XLSX or XLS: lines of text cells as a stream, for the office and the command alike."""

from __future__ import annotations

import codecs
import csv
import io
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from python_calamine import CalamineError, load_workbook

from portal.kernel.errors import Reason
from portal.kernel.text import N_, clean_text
from portal.procurement import cell_faults
from portal.procurement.cells import is_garbled
from portal.procurement.extents import check_extent
from portal.procurement.unpacking import OLE, ZIP, UnreadableError, check_archive, counted, explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Advance = Callable[[int], None]

LINES_BESIDE = 20  # titles, notes and the header
LONGEST_CELL = 10_000_000
CHUNK = 1 << 20
SIGNIFICANT = ".15g"  # digits that spreadsheets keep
DELIMITERS = ",\t;"
GARBLED = N_("is garbled; it was saved in one encoding and opened in another")
TOO_LARGE = N_("is larger than %(most)s MB; split it")
TOO_MANY = N_("has more than %(most)s rows; split it")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class EncodingError(UnreadableError):
    """Raised when a text file is encoded in a way that is not known."""


class TooLargeError(UnreadableError):
    """Raised when a sheet has more bytes than one import may have."""


class TooManyRowsError(UnreadableError):
    """Raised when a sheet has more rows than one import may have."""


@dataclass(frozen=True)
class Limits:
    """What one import may have: rows that say something, and bytes."""

    rows: int
    bytes: int


@dataclass(frozen=True)
class Line:
    """One line of a sheet: its number as the spreadsheet has it, its cells, and why some hold no value, by place."""

    number: int
    cells: Sequence[str]
    faults: Mapping[int, Reason]

    @property
    def place(self) -> str:
        """Name it as the spreadsheet does."""
        return f"row {self.number}"

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing stands on it."""
        return not any(self.cells) and not self.faults


@dataclass(frozen=True)
class OpenedSheet:
    """The first sheet of a file: how many lines of it say something, and these lines, to be gone through once."""

    total: int
    lines: Iterator[Line]
    limits: Limits

    def check_rows(self, above: int) -> int:
        """Count the rows below the header, which is that many lines from the top.

        Raises:
            TooManyRowsError: there are more than one import may have.
        """
        if self.total - above > self.limits.rows:
            raise TooManyRowsError(Reason(TOO_MANY, most=f"{self.limits.rows:,}"))
        return self.total - above


def open_sheet(
    path: Path, limits: Limits, *, delimiter: str | None = None, advance: Advance | None = None
) -> OpenedSheet:
    """Open a sheet, count its lines, and give them one by one; empty ones are passed over.

    Args:
        path: of the file.
        limits: what it may have.
        delimiter: between the cells of a text file; found out where it is not given.
        advance: is told how many bytes of the file were read meanwhile.

    Raises:
        UnreadableError: it is no sheet, is damaged, or larger than one import may be.
    """
    with explained():
        size = path.stat().st_size
        if size > limits.bytes:
            raise TooLargeError(Reason(TOO_LARGE, most=limits.bytes // 1_000_000))
        with path.open("rb") as file:
            head = file.read(len(OLE))
    if not head.startswith((ZIP, OLE)):
        encoding = encoding_of(path)
        delimiter = delimiter or _delimiter(path, encoding)
        said = sum(1 for cells in _text(path, encoding, delimiter, None) if any(cells))
        return OpenedSheet(_counted(said, limits), _lines(_text(path, encoding, delimiter, advance), {}), limits)
    if head.startswith(ZIP):
        check_archive(path)
    check_extent(path)
    faults = cell_faults.faults_in(path) if head.startswith(ZIP) else {}
    with _understood():
        sheet = load_workbook(path).get_sheet_by_index(0)
        rows = enumerate(sheet.iter_rows(), start=1)
        said = sum(1 for number, cells in rows if number in faults or any(map(_says, cells)))
    height = max(sheet.total_height, 1)
    return OpenedSheet(
        _counted(said, limits), _lines(_workbook(sheet.iter_rows(), size / height, advance), faults), limits
    )


@contextmanager
def _understood() -> Iterator[None]:
    """Say in one way that a workbook cannot be read; its reader panics at some damaged ones, which is no Exception."""
    try:
        yield
    except BaseException as error:
        known = isinstance(error, CalamineError | UnicodeError | ValueError | IndexError)
        if not known and type(error).__name__ != "PanicException":
            raise
        raise UnreadableError(Reason(N_("is no workbook that can be read"), detail=str(error))) from error


def _counted(said: int, limits: Limits) -> int:
    if said > limits.rows + LINES_BESIDE:
        raise TooManyRowsError(Reason(TOO_MANY, most=f"{limits.rows:,}"))
    return said


def _says(cell: object) -> bool:
    return cell is not None and cell != ""


def _lines(raw: Iterable[Sequence[str]], faults: Mapping[int, Mapping[int, Reason]]) -> Iterator[Line]:
    for number, cells in enumerate(raw, start=1):
        if number in faults or any(cells):
            garbled = {at: Reason(GARBLED) for at, cell in enumerate(cells) if cell and is_garbled(cell)}
            line = Line(number, [clean_text(cell) for cell in cells], garbled | dict(faults.get(number, {})))
            if not line.is_empty:
                yield line


def _workbook(rows: Iterable[Sequence[object]], size: float, advance: Advance | None) -> Iterator[list[str]]:
    told = 0
    for number, cells in enumerate(rows, start=1):
        yield [cell_text(cell) for cell in cells]
        if advance is not None:
            advance(round(number * size) - told)
            told = round(number * size)


def _delimiter(path: Path, encoding: str) -> str:
    with explained(), path.open(encoding=encoding, newline="") as file:
        return max(DELIMITERS, key=file.readline(CHUNK).count)


def _text(path: Path, encoding: str, delimiter: str, advance: Advance | None) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)  # Python's own limit is shorter than the longest notices
    with explained(), path.open("rb") as file:
        text = io.TextIOWrapper(counted(file, advance), encoding, newline="")
        lines = csv.reader(text, delimiter=delimiter)
        try:
            for cells in lines:
                if any("\x00" in cell for cell in cells):
                    raise UnreadableError(Reason(N_("is no sheet: it holds signs that no text has")))
                yield cells
        except (csv.Error, UnicodeError) as error:
            reason = Reason(N_("line %(line)s cannot be read"), detail=str(error), line=lines.line_num)
            raise UnreadableError(reason) from error


def cell_text(cell: object) -> str:
    """Write a cell of a workbook as it would be typed; a number with the digits that a spreadsheet keeps."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        if cell.time() == time(0):
            return cell.date().isoformat()
        return cell.strftime("%Y-%m-%d %H:%M:%S" if cell.second else "%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(cell, SIGNIFICANT)
    return str(cell)


def encoding_of(path: Path) -> str:
    """Find the encoding in which all of a file can be read.

    Raises:
        EncodingError: there is none.
    """
    with explained(), path.open("rb") as file:
        marked = file.read(2).startswith(_UTF_16)
        for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
            file.seek(0)
            decoder = codecs.getincrementaldecoder(encoding)()
            try:
                while data := file.read(CHUNK):
                    decoder.decode(data)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            return encoding
    raise EncodingError(Reason(N_("is encoded neither in UTF-8 nor in GB18030")))
