"""Where names of persons stand in Chinese text: behind labels, in columns, before forms of address. Plain rules.

Labels, surnames, what may follow a name and what only looks like one are data. Text comes with its
brackets, colons and spaces in ASCII.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DATA = Path(__file__).parent / "data"
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_NUMBERED = r"(?:\(?\d{1,2}[.、)] ?)?"
_NOTE = r"(?: ?\([^()\n]{0,20}\))?"
_BEFORE_NAME = re.compile(
    rf"{_NOTE}(?:及(?:联系)?(?:电话|方式)|姓名|签字|签名|名单)?{_NOTE}(?:\s*:\s*|\s+|为|是){_NUMBERED}"
)
_IN_BRACKETS = re.compile(r"\s*\(")
_BETWEEN = re.compile(rf"{_NOTE}(?:\s*(?:[、，,;；/]|以及|和|及|与)\s*|\s+){_NUMBERED}")
_ANYBODY = re.compile(rf"[{_HAN}]{{2,4}}|[{_HAN}]{{1,10}}(?:[·•][{_HAN}]{{1,10}})+")
_SEPARATORS = ("\t", "|", ",", "，")
LONGEST_LIST, LONGEST_LINE, MOST_STRAY = 2_000, 1_000, 2
Span = tuple[int, int]


@dataclass(frozen=True)
class _Label:
    """What stands before names, whether law makes these public, and whether it heads columns of them."""

    text: str
    is_exempt: bool
    heads_columns: bool


@dataclass
class _Table:
    """A table of which the heading was read: what separates its cells, which hold names, and rows without any."""

    separator: str
    cells: int
    places: frozenset[int]
    stray: int = 0


def names(text: str) -> Iterator[Span]:
    """Find names of persons; the same one may be found twice."""
    for match in _labels().finditer(text):
        if re.sub(r"\s", "", match.group()) not in _exempt():
            for before in (_BEFORE_NAME, _IN_BRACKETS):
                found = before.match(text, match.end())
                yield from _listed(text, found.end()) if found else ()
    for match in _addressed().finditer(text):
        if not is_word(match.group()):
            yield match.span()
    yield from _in_columns(text)


def is_word(text: str) -> bool:
    """Tell whether what begins with a surname is none the less no name."""
    return text in _words("not_names") or text[:2] in _words("not_names")


def _listed(text: str, start: int) -> Iterator[Span]:
    """Go through the names that follow a label, until something is none."""
    for _ in range(LONGEST_LIST):
        match = _name().match(text, start)
        if match is None or is_word(re.sub(r"\s", "", match.group())):
            return
        yield match.span()
        following = _BETWEEN.match(text, match.end())
        if following is None:
            return
        start = following.end()


def _in_columns(text: str) -> Iterator[Span]:
    table: _Table | None = None
    place = 0
    for line in text.split("\n"):
        headed = _headed(line)
        if headed is not None:
            table = headed
        elif table is not None:
            found = list(_in_row(line, table))
            yield from ((place + start, place + end) for start, end in found)
            table.stray = 0 if found else table.stray + 1
            table = table if table.stray <= MOST_STRAY else None
        place += len(line) + 1


def _headed(line: str) -> _Table | None:
    """Read a heading that has a column for names; a form with a name in it is none."""
    if len(line) > LONGEST_LINE or ":" in line or not _labels().search(line):
        return None
    separator = next((one for one in _SEPARATORS if one in line), "")
    cells = [re.sub(r"\s", "", cell) for cell, _ in _cells(line, separator)]
    places = frozenset(number for number, cell in enumerate(cells) if cell in _headings() or cell.endswith("姓名"))
    is_form = any(_whole().fullmatch(cell) and not is_word(cell) for cell in cells)
    return None if is_form or not places else _Table(separator, len(cells), places)


def _in_row(line: str, table: _Table) -> Iterator[Span]:
    """Find names in a row: what stands under the heading, or looks like a name where columns have shifted."""
    cells = _cells(line, table.separator)
    is_straight = len(cells) == table.cells
    is_filled = table.cells > 1 and any(character.isdigit() for character in line)
    for number, (cell, start) in enumerate(cells):
        if is_straight and number not in table.places:
            continue
        pattern = _ANYBODY if is_straight and is_filled else _whole()
        name = re.sub(r"\s", "", cell)
        if pattern.fullmatch(name) and not is_word(name):
            yield start, start + len(cell)


def _cells(line: str, separator: str) -> Sequence[tuple[str, int]]:
    """Split a row; cells come with where they begin, without space around them."""
    pattern = re.compile(rf"[^{re.escape(separator)}]*") if separator else _spaced_cell()
    found = []
    for match in pattern.finditer(line):
        text = match.group().strip(' "')
        if text or (separator and match.end() > match.start()):
            found.append((text, match.start() + match.group().find(text)))
    return found


@cache
def _rows() -> Sequence[_Label]:
    with (_DATA / "labels.csv").open(encoding="utf-8", newline="") as handle:
        return [_Label(row["label"], bool(row["exempt"]), bool(row["column"])) for row in csv.DictReader(handle)]


@cache
def _exempt() -> frozenset[str]:
    return frozenset(label.text for label in _rows() if label.is_exempt)


@cache
def _headings() -> frozenset[str]:
    return frozenset(label.text for label in _rows() if label.heads_columns)


@cache
def _words(name: str) -> frozenset[str]:
    lines = (_DATA / f"{name}.txt").read_text("utf-8").splitlines()
    return frozenset(chain.from_iterable(line.split() for line in lines if not line.startswith("#")))


@cache
def _labels() -> re.Pattern[str]:
    longest_first = sorted((label.text for label in _rows()), key=len, reverse=True)
    return re.compile("|".join(r"\s*".join(map(re.escape, label)) for label in longest_first))


@cache
def _surnames() -> tuple[str, str]:
    """Give patterns of a surname of two characters, and of one."""
    lines = [line for line in (_DATA / "surnames.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    return f"(?:{'|'.join(lines[0].split())})", f"[{lines[1]}]"


@cache
def _whole() -> re.Pattern[str]:
    """Match a name that stands alone, without space."""
    double, single = _surnames()
    return re.compile(rf"{double}[{_HAN}]{{1,2}}|{single}[{_HAN}]{{1,2}}|[{_HAN}]{{1,2}}某{{1,2}}")


@cache
def _name() -> re.Pattern[str]:
    """Match a name in running text: what follows is no Chinese, or a word that may follow a name."""
    double, single = _surnames()
    spaced = rf"(?:{double}|{single})(?: [{_HAN}]){{1,2}}"
    after = "|".join(sorted(map(re.escape, _words("after_names")), key=len, reverse=True))
    return re.compile(rf"(?:{_whole().pattern}|{spaced})(?=[^{_HAN}]|$|{after})")


@cache
def _addressed() -> re.Pattern[str]:
    """Match a name before a form of address."""
    double, single = _surnames()
    return re.compile(rf"(?:{double}[{_HAN}]{{1,2}}|{single}[{_HAN}]{{1,2}})(?= ?(?:女士|先生))")


@cache
def _spaced_cell() -> re.Pattern[str]:
    """Match a cell where only space separates them: a label or a name may have a space between its characters."""
    spaced = rf"(?<!\S)[{_HAN}](?: [{_HAN}]){{1,2}}(?!\S)"
    return re.compile(rf"(?<!\S)(?:{_labels().pattern})(?!\S)|{spaced}|\S+")
