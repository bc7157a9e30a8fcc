"""Opening a sheet that an official brings: its lines, or why the file is refused, told with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.procurement import sheet_lines
from portal.procurement.extents import FarCellError
from portal.procurement.unpacking import BombError, UnreadableError
from portal.publishing import upload_rules as rules

if TYPE_CHECKING:
    from pathlib import Path

    from portal.procurement.sheet_lines import Limits, OpenedSheet


def open_sheet(path: Path, limits: Limits) -> OpenedSheet:
    """Open the first sheet of a file.

    Raises:
        UploadError: the file cannot be read, or is larger than the office takes.
    """
    try:
        return sheet_lines.open_sheet(path, limits)
    except UnreadableError as error:
        raise refusal_of(error, limits) from error


def refusal_of(error: UnreadableError, limits: Limits) -> rules.UploadError:
    """Say why a file is refused, with what to do."""
    match error:
        case BombError():
            return rules.BombError(field="file")
        case FarCellError():
            return rules.WideSheetError(field="file", cell=error.cell)
        case sheet_lines.EncodingError():
            return rules.WrongEncodingError(field="file")
        case sheet_lines.TooLargeError():
            return rules.TooLargeFileError(field="file", most=limits.bytes // 1_000_000)
        case sheet_lines.TooManyRowsError():
            return rules.TooManyRowsError(field="file", most=f"{limits.rows:,}")
        case _:
            return rules.DamagedFileError(field="file")
