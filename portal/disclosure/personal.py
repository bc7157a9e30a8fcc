"""Personal data in documents: where it stands, and what is shown in its place. Plain rules.

Identity numbers (with their check digit) and mobile numbers are found by their pattern wherever they
stand, however they are grouped; names behind the labels of a list (data, with the reason; roles that law
makes public are exempt), in columns that such a label heads, and before a form of address. What is found
never goes into a log, the ledger, an address or a feed: only how much, and where.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from portal.disclosure import naming
from portal.kernel.personal_numbers import IDENTITY, MOBILE, ascii_text, identities, mobiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Kind(StrEnum):
    """What kind of personal data was found."""

    IDENTITY = IDENTITY
    MOBILE = MOBILE
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
    text = ascii_text(raw)
    spans = chain(
        ((*span, Kind.IDENTITY) for span in identities(text)),
        ((*span, Kind.MOBILE) for span in mobiles(text)),
        ((*span, Kind.NAME) for span in naming.names(text)),
    )
    for start, end, kind in spans:
        yield Finding(number, start, end, kind)


def _apart(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Let what overlaps be one finding, as long as all of it where both are of a kind, so that it is counted once."""
    last: Finding | None = None
    for finding in sorted(findings, key=lambda found: (found.start, -found.end)):
        if last is None or finding.start >= last.end:
            if last is not None:
                yield last
            last = finding
        elif finding.kind is last.kind and finding.end > last.end:
            last = replace(last, end=finding.end)
    if last is not None:
        yield last
