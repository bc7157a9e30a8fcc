"""Finding the cells of an XLSX sheet that show no value: formulas never computed, and errors such as #DIV/0!."""

from __future__ import annotations

import re
import zipfile
from typing import IO, TYPE_CHECKING

from defusedxml.ElementTree import parse

from portal.kernel.errors import Reason
from portal.kernel.text import N_
from portal.procurement.extents import column_number
from portal.procurement.unpacking import explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CHUNK = 1 << 20
LONGEST = 1 << 16  # of one cell's text in the file, as far as faults are looked for
MOST = 100_000
NOT_COMPUTED = N_("holds a formula without its result; open the file, save it and bring it again")
IS_ERROR = N_("holds the error %(error)s")
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"(?:(?! t="e")[^>])*>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
    rb'|<c r="([A-Z]{1,3})(\d{1,7})"[^>]* t="e"[^>]*>(?:<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))?<v>([^<]{0,20})</v>'
)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def faults_in(path: Path) -> Mapping[int, Mapping[int, Reason]]:
    """Tell what is wrong with cells of the first sheet, by row and by place in it (from 0).

    A value that is not there must not pass for none.
    """
    found: dict[int, dict[int, Reason]] = {}
    with explained(), zipfile.ZipFile(path) as archive:
        name = _first_sheet(archive)
        if name not in archive.namelist():
            return found
        with archive.open(name) as stream:
            for column, row, reason in _faults(stream):
                if len(found) < MOST:
                    found.setdefault(row, {})[column_number(column) - 1] = reason
    return found


def _faults(stream: IO[bytes]) -> Iterator[tuple[str, int, Reason]]:
    rest = b""
    while data := stream.read(CHUNK):
        text, after = rest + data, 0
        for match in _CELL.finditer(text):
            after = match.end()
            if match[1]:
                yield match[1].decode(), int(match[2]), Reason(NOT_COMPUTED)
            else:
                yield match[3].decode(), int(match[4]), Reason(IS_ERROR, error=match[5].decode(errors="replace"))
        begun = text.rfind(b"<c ", max(after, len(text) - LONGEST))
        rest = text[begun:] if begun >= 0 else b""


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """Find the file of the first sheet; empty where the workbook is not built as usual."""
    try:
        with archive.open("xl/workbook.xml") as book, archive.open("xl/_rels/workbook.xml.rels") as relations:
            sheet = parse(book).getroot().find(f"{_MAIN}sheets/{_MAIN}sheet")
            targets = {one.get("Id"): one.get("Target", "") for one in parse(relations).getroot()}
    except KeyError:
        return ""
    target = targets.get(sheet.get(_RELATION), "") if sheet is not None else ""
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
