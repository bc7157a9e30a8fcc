"""Personal data in documents: where it stands, and what is shown in its place. Plain rules.

Identity numbers (with their check digit) and mobile numbers are found by their pattern wherever they
stand, names only behind the labels of a list (data, with the reason; roles that law makes public are
exempt). What is found never goes into a log, the ledger, an address or a feed: only how much, and where.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_DATA = Path(__file__).parent / "data"
_ASCII = {ord("０") + digit: ord("0") + digit for digit in range(10)} | {
    ord("－"): ord("-"), ord("Ｘ"): ord("X"), ord("ｘ"): ord("X"), ord("　"): ord(" "), ord("："): ord(":"),
}  # fmt: skip
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_OLD_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_BETWEEN_NAMES = r"[、，,;；/ ]+"
LONGEST_LIST = 10


class Kind(StrEnum):
    """What kind of personal data was found."""

    IDENTITY = "identity"
    MOBILE = "mobile"
    NAME = "name"


@dataclass(frozen=True, order=True)
class Finding:
    """One finding: on which page (from 0), and from which character to which."""

    page: int
    start: int
    end: int
    kind: Kind


def find(pages: Sequence[str]) -> list[Finding]:
    """Find personal data in the pages of a document, in their order."""
    return sorted(finding for number, text in enumerate(pages) for finding in _on_page(number, text))


def mask(text: str, findings: Iterable[Finding]) -> str:
    """Put marks in place of what was found on a page, keeping its length and a little of its shape."""
    characters = list(text)
    for finding in findings:
        first, last = _KEPT[finding.kind]
        for place in range(finding.start + first, finding.end - last):
            if not characters[place].isspace():
                characters[place] = "*"
    return "".join(characters)


def mask_pages(pages: Sequence[str], findings: Iterable[Finding]) -> list[str]:
    """Put marks in place of what was found on all pages."""
    by_page: dict[int, list[Finding]] = {}
    for finding in findings:
        by_page.setdefault(finding.page, []).append(finding)
    return [mask(text, by_page.get(number, ())) for number, text in enumerate(pages)]


def masked_line(text: str) -> str:
    """Mask one line, as a title or the name of a file."""
    return mask(text, find([text]))


def count_by_kind(findings: Iterable[Finding]) -> dict[str, int]:
    """Tell how much of each kind was found."""
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.kind.value] = counts.get(finding.kind.value, 0) + 1
    return counts


_KEPT = {Kind.IDENTITY: (4, 1), Kind.MOBILE: (3, 4), Kind.NAME: (1, 0)}


def _on_page(number: int, raw: str) -> Iterator[Finding]:
    text = raw.translate(_ASCII)
    for match in _IDENTITY.finditer(text):
        if has_check_digit(match.group()):
            yield Finding(number, match.start(), match.end(), Kind.IDENTITY)
    for match in _OLD_IDENTITY.finditer(text):
        yield Finding(number, match.start(), match.end(), Kind.IDENTITY)
    for match in _MOBILE.finditer(text):
        yield Finding(number, match.start(1), match.end(1), Kind.MOBILE)
    for match in _labels().finditer(text):
        if match.group("label") not in _exempt():
            yield from _names(number, text, match.end())


def _names(page: int, text: str, start: int) -> Iterator[Finding]:
    """Go through the names that follow a label, until something is none."""
    for _ in range(LONGEST_LIST):
        match = _name().match(text, start)
        if match is None:
            return
        yield Finding(page, match.start("name"), match.end("name"), Kind.NAME)
        following = re.compile(_BETWEEN_NAMES).match(text, match.end("name"))
        if following is None:
            return
        start = following.end()


def has_check_digit(number: str) -> bool:
    """Tell whether the last character of an 18-digit identity number follows from the others (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11] == number[17].upper()


@cache
def _rows() -> tuple[tuple[str, bool], ...]:
    with (_DATA / "labels.csv").open(encoding="utf-8", newline="") as handle:
        return tuple((row["label"], bool(row["exempt"])) for row in csv.DictReader(handle))


@cache
def _exempt() -> frozenset[str]:
    return frozenset(label for label, is_exempt in _rows() if is_exempt)


@cache
def _labels() -> re.Pattern[str]:
    """Match a label with what separates it from a name: a colon, or the space of a table."""
    longest_first = sorted((label for label, _ in _rows()), key=len, reverse=True)
    spread = "|".join(r"\s*".join(map(re.escape, label)) for label in longest_first)
    return re.compile(rf"(?P<label>{spread})(?:及电话|姓名|签字)?\s*(?:[:：]\s*|\s{{2,}}|\t+)")


@cache
def _name() -> re.Pattern[str]:
    lines = [line for line in (_DATA / "surnames.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    double, single = "|".join(lines[0].split()), lines[1]
    return re.compile(
        rf"(?P<name>(?:(?:{double})[\u4e00-\u9fff]{{1,2}}|[{single}][\u4e00-\u9fff]{{1,2}}))(?![\u4e00-\u9fff])"
    )
