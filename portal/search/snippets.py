"""Where a hit fits the query, as parts of text: no markup, so that a template escapes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portal.search.analysis import plain_form, searchable_with_origins

if TYPE_CHECKING:
    from collections.abc import Sequence

SNIPPET_LENGTH = 120
BEFORE_HIT = 30
ELLIPSIS = "…"
_AMOUNT = re.compile(r"([\d.]+)(万?元|)")
_SEPARATOR, _DECIMALS = r"[-_,./ ()\[\]〔〕]{0,2}", r"(?:\.\d+)?"

Part = tuple[str, bool]


def marked(text: str, terms: Sequence[str]) -> list[Part]:
    """Cut a whole text into parts, each a hit or not."""
    return _cut(text, _spans(text, terms), start=0, end=len(text))


def snippet(text: str, terms: Sequence[str], *, length: int = SNIPPET_LENGTH) -> list[Part]:
    """Cut out the part of a text around its first hit, at the most `length` characters."""
    line = " ".join(text.split())
    spans = _spans(line, terms)
    first = spans[0][0] if spans else 0
    start = 0 if len(line) <= length else max(0, min(first - BEFORE_HIT, len(line) - length))
    end = min(len(line), start + length)
    parts = _cut(line, spans, start=start, end=end)
    if start > 0:
        parts.insert(0, (ELLIPSIS, False))
    if end < len(line):
        parts.append((ELLIPSIS, False))
    return parts


def plain(parts: Sequence[Part]) -> str:
    """Join parts without their marks."""
    return "".join(text for text, _ in parts)


def _spans(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Tell where the terms stand in the text as it was written, without overlaps."""
    if not terms:
        return []
    normalised, origins = searchable_with_origins(text)
    longest_first = sorted(terms, key=len, reverse=True)
    pattern = "|".join(map(_written, longest_first))
    return [
        (origins[match.start()], origins[match.end() - 1] + 1)
        for match in re.finditer(pattern, normalised)
        if match.end() > match.start()
    ]


def _written(term: str) -> str:
    """Give the pattern of a term as a text may write it: a form of a number also with separators and decimals."""
    plain = plain_form(term)
    if plain == term:
        return re.escape(term)
    amount = _AMOUNT.fullmatch(plain)
    if amount is None:
        return _SEPARATOR.join(map(re.escape, plain))
    return f"{_SEPARATOR.join(map(re.escape, amount[1]))}{_DECIMALS}{amount[2]}"


def _cut(text: str, spans: Sequence[tuple[int, int]], *, start: int, end: int) -> list[Part]:
    parts: list[Part] = []
    reached = start
    for left, right in spans:
        if right <= reached or left >= end:
            continue
        begin, reached_next = max(left, reached), min(right, end)
        parts += [(text[reached:begin], False), (text[begin:reached_next], True)]
        reached = reached_next
    parts.append((text[reached:end], False))
    return [part for part in parts if part[0]]
