"""What the columns of a sheet mean: found by their headings in Chinese or English."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portal.kernel.canonical import sha256_hex
from portal.kernel.text import nfkc_fold
from portal.publishing import upload_rules as rules
from portal.publishing.notices.model import notice_types
from portal.publishing.notices.sheets import SheetColumn, columns_of
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from portal.procurement.sheet_lines import Line
    from portal.publishing.notices.model import NoticeType

PURCHASE, PURCHASE_EN = "所属采购项目（项目标识或项目编号）", "Purchase that it continues (ocid or project number)"
REASONS, REASONS_EN = "需要改正的地方", "What has to be put right"
REQUIRED_MARK = "*"
LINES_ABOVE = 20  # titles and notes
LEAST_FOUND = 3


@dataclass(frozen=True)
class Header:
    """Where the header of a sheet stands, and which heading of the notice type each column has."""

    notice: NoticeType
    line: int
    texts: Sequence[str]
    columns: Mapping[int, str] = field(default_factory=dict)

    @property
    def unused(self) -> list[str]:
        """List the headings of columns that nothing is taken from."""
        return [text for at, text in enumerate(self.texts) if text and at not in self.columns and not is_reasons(text)]


def header_said(header: Header) -> dict[str, object]:
    """Write a header as it is kept."""
    columns = [[at, heading] for at, heading in header.columns.items()]
    return {"notice": header.notice.code, "line": header.line, "texts": list(header.texts), "columns": columns}


def header_from(said: Mapping[str, Any]) -> Header:
    """Give a header that was kept."""
    return Header(notice_types()[said["notice"]], said["line"], said["texts"], dict(said["columns"]))


def headings(notice: NoticeType) -> dict[str, str]:
    """Give every heading of a notice type by how it may be written, folded, in either language."""
    found = {folded(PURCHASE): PURCHASE, folded(PURCHASE_EN): PURCHASE}
    for column in columns_of(notice):
        found |= {folded(column.heading): column.heading, folded(column.heading_en): column.heading}
    return found


def folded(text: str) -> str:
    """Fold a heading for comparing: no width, case, spaces, nor the mark of what is required."""
    return "".join(nfkc_fold(text).split()).rstrip(REQUIRED_MARK)


def is_reasons(text: str) -> bool:
    """Tell whether a heading is that of the reasons, which the portal adds to rows that it hands back."""
    return folded(text) in {folded(REASONS), folded(REASONS_EN)}


def digest_of(texts: Sequence[str]) -> str:
    """Tell headers apart: the same headings in the same order have the same digest."""
    said = [folded(text) for text in texts if text and not is_reasons(text)]
    return sha256_hex("\x1f".join(said).encode("utf-8", "surrogatepass"))


def likely_header(lines: Sequence[Line]) -> Line | None:
    """Guess which line is a header of its own kind: the first of the first ones that is nearly as full as any."""
    fullness = [(sum(1 for cell in line.cells if cell), line) for line in lines[:LINES_ABOVE]]
    most = max((count for count, _ in fullness), default=0)
    if most < LEAST_FOUND:
        return None
    return next(line for count, line in fullness if count * 5 >= most * 4)


def mapped_header(number: int, texts: Sequence[str], notice: NoticeType, meanings: Mapping[str, str]) -> Header:
    """Make the header of a line whose columns somebody explained: heading of the notice by folded heading."""
    known = set(headings(notice).values())
    columns = {
        at: meanings[folded(text)] for at, text in enumerate(texts) if text and meanings.get(folded(text)) in known
    }
    return Header(notice, number, list(texts), columns)


def find_header(lines: Sequence[Line], wanted: str = "") -> Header | None:
    """Find the header of a notice type among the first lines, and where cells are merged over two of them.

    Args:
        lines: of the sheet.
        wanted: code of the notice type that the official named; empty finds it out.

    Raises:
        TwiceError: two columns have the same heading.
    """
    types = [notice_types()[wanted]] if wanted in notice_types() else list(notice_types().values())
    best: Header | None = None
    for number, texts in possible_headers(lines):
        for notice in types:
            found = _match(notice, number, texts)
            if found is not None and (best is None or _rank(found) > _rank(best)):
                best = found
    if best is not None:
        _refuse_twice(best)
    return best


def possible_headers(lines: Sequence[Line]) -> Iterator[tuple[int, Sequence[str]]]:
    """Go through what may be a header: each of the first lines, alone and with the line above it."""
    above: Sequence[str] = ()
    for line in lines[:LINES_ABOVE]:
        yield line.number, line.cells
        yield line.number, joined(line.cells, above)
        above = line.cells


def joined(low: Sequence[str], high: Sequence[str]) -> list[str]:
    """Read two lines as one header: merged cells keep their text in the upper one."""
    width = max(len(low), len(high))
    return [(_at(low, at) or _at(high, at)) for at in range(width)]


def column_named(notice: NoticeType, heading: str) -> SheetColumn | None:
    """Give a column of a notice type by its heading."""
    return next((one for one in columns_of(notice) if one.heading == heading), None)


def heading_in(notice: NoticeType, heading: str) -> str:
    """Give a heading in the reader's language."""
    if heading == PURCHASE:
        return pick(PURCHASE, PURCHASE_EN)
    column = column_named(notice, heading)
    return pick(column.heading, column.heading_en) if column is not None else heading


def _at(cells: Sequence[str], at: int) -> str:
    return cells[at] if at < len(cells) else ""


def _match(notice: NoticeType, number: int, texts: Sequence[str]) -> Header | None:
    known = headings(notice)
    columns = {at: known[folded(text)] for at, text in enumerate(texts) if text and folded(text) in known}
    filled = sum(1 for text in texts if text)
    if len(columns) < LEAST_FOUND or len(columns) * 2 < filled:
        return None
    return Header(notice, number, list(texts), columns)


def _rank(header: Header) -> tuple[int, int, int]:
    """Prefer what explains most columns, then what leaves least out, then the upper line."""
    known = len(columns_of(header.notice))
    return len(set(header.columns.values())), -known, -header.line


def _refuse_twice(header: Header) -> None:
    seen: set[str] = set()
    for heading in header.columns.values():
        if heading in seen:
            raise rules.TwiceError(field="file", heading=heading)
        seen.add(heading)
