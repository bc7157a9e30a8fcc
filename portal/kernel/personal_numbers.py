"""Numbers that belong to a person: where mainland mobile and identity numbers stand in a text. Plain rules.

They are found by their pattern wherever they stand, however they are grouped; identity numbers of 18 digits by their
check digit too. What is found never goes into a log or a message: only what kind it is, and where.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOBILE, IDENTITY = "mobile", "identity"
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
_SHORTEST = 11
_LONG = re.compile(r"\d(?:\W{0,3}\d){10}")  # as many digits as the shortest of them has, of any width


def ascii_text(raw: str) -> str:
    """Write digits, dashes, brackets, colons and spaces in ASCII; every character keeps its place."""
    return raw.translate(_ASCII)


def kinds_in(raw: str) -> list[str]:
    """Tell which kinds of numbers of persons stand in a text."""
    if len(raw) < _SHORTEST or not _LONG.search(raw):
        return []
    text = ascii_text(raw)
    found = ((IDENTITY, identities(text)), (MOBILE, mobiles(text)))
    return [kind for kind, spans in found if next(spans, None) is not None]


def identities(text: str) -> Iterator[tuple[int, int]]:
    """Find identity numbers in a text with ASCII signs."""
    for match in _IDENTITY.finditer(text):
        digits = re.sub("[ -]", "", match.group())
        if _IDENTITY_DIGITS.fullmatch(digits) and has_check_digit(digits):
            yield match.span()
    for match in _OLD_IDENTITY.finditer(text):
        yield match.span()


def mobiles(text: str) -> Iterator[tuple[int, int]]:
    """Find mobile numbers in a text with ASCII signs."""
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
