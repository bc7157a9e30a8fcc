"""Personal data in documents: where it stands, and what is shown in its place. Plain rules.

Identity numbers (with their check digit) and mobile numbers are found by their pattern wherever they
stand, however they are grouped; names behind the labels of a list (data, with the reason; roles that law
makes public are exempt), in columns that such a label heads, and before a form of address. What is found
never goes into a log, the ledger, an address or a feed: only how much, and where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from portal.disclosure import naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ASCII = {ord("０") + digit: ord("0") + digit for digit in range(10)} | {
    ord("－"): ord("-"), ord("‐"): ord("-"), ord("‑"): ord("-"), ord("–"): ord("-"), ord("—"): ord("-"),
    ord("Ｘ"): ord("X"), ord("ｘ"): ord("X"), ord("　"): ord(" "), ord("\u00a0"): ord(" "), ord("："): ord(":"),
    ord("（"): ord("("), ord("）"): ord(")"),
}  # fmt: skip
_ALONE, _ENDS = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_SEPARATOR = r"[ -]{0,3}"
_IDENTITY = re.compile(rf"{_ALONE}[1-9](?:{_SEPARATOR}\d){{16}}{_SEPARATOR}[\dXx]{_ENDS}")
_IDENTITY_DIGITS = re.compile(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]", re.ASCII)
_OLD_IDENTITY = re.compile(rf"{_ALONE}[1-9]\d{{7}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}{_ENDS}")
_MOBILE = re.compile(rf"{_ALONE}(?:\+?86[- ]?)?(1[3-9]\d{{9}}){_ENDS}")
_GROUPED_MOBILE = re.compile(rf"{_ALONE}(?:\+?86[- ]{{0,3}})?(1{_SEPARATOR}[3-9](?:{_SEPARATOR}\d){{9}}){_ENDS}")
_DIGIT_NEARBY = re.compile(r"\d[ -]{0,3}")
_MOBILE_BEGINS, _MOBILE_DIGITS, _WITHIN = 3, 11, 3
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


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
    """Find personal data in the pages of a document, in their order; no two of them overlap."""
    return [finding for number, text in enumerate(pages) for finding in _apart(_on_page(number, text))]


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
    spans = chain(
        ((*span, Kind.IDENTITY) for span in _identities(text)),
        ((*span, Kind.MOBILE) for span in _mobiles(text)),
        ((*span, Kind.NAME) for span in naming.names(text)),
    )
    for start, end, kind in spans:
        yield Finding(number, start, end, kind)


def _apart(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out what begins within another finding, so that it is counted once."""
    end = -1
    for finding in sorted(findings, key=lambda found: (found.start, -found.end)):
        if finding.start >= end:
            yield finding
            end = finding.end


def _identities(text: str) -> Iterator[tuple[int, int]]:
    for match in _IDENTITY.finditer(text):
        digits = re.sub("[ -]", "", match.group())
        if _IDENTITY_DIGITS.fullmatch(digits) and has_check_digit(digits):
            yield match.span()
    for match in _OLD_IDENTITY.finditer(text):
        yield match.span()


def _mobiles(text: str) -> Iterator[tuple[int, int]]:
    for match in _MOBILE.finditer(text):
        yield match.span(1)
    for match in _GROUPED_MOBILE.finditer(text):
        if _is_grouped(text, match):
            yield match.span(1)


def _is_grouped(text: str, match: re.Match[str]) -> bool:
    """Tell whether digits are grouped as in a number that is called, not as in a row of figures."""
    groups = [len(group) for group in re.split("[ -]+", match[1])]
    if set(groups) == {1}:
        before, after = text[max(0, match.start() - 1 - _WITHIN) : match.start()], text[match.end() :]
        is_row = _DIGIT_NEARBY.search(before) or re.match(r"[ -]{0,3}\d", after)
        return len(groups) == _MOBILE_DIGITS and not is_row
    return groups[0] >= _MOBILE_BEGINS and min(groups) > 1


def has_check_digit(number: str) -> bool:
    """Tell whether the last character of an 18-digit identity number follows from the others (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11] == number[17].upper()
