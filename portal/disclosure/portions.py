"""Long documents are shown in portions: so much of their text as one web page can hold. Plain rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.kernel.errors import NotFoundError
from portal.web.paging import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST, MOST_PIECES = 20_000, 20
"""Characters and pages of a document that one web page shows."""


@dataclass(frozen=True)
class Piece:
    """A part of a page of a document: its number (from 1), whether it goes on from the portion before, and text."""

    number: int
    is_continued: bool
    text: str


def portions(pages: Sequence[str]) -> list[list[Piece]]:
    """Divide the text of a document into portions that one web page can show; at least one."""
    divided: list[list[Piece]] = [[]]
    room = LONGEST
    for number, text in enumerate(pages, 1):
        starts = range(0, max(1, len(text)), LONGEST)
        for start in starts:
            piece = Piece(number, start > 0, text[start : start + LONGEST])
            if divided[-1] and (len(piece.text) > room or len(divided[-1]) == MOST_PIECES):
                divided.append([])
                room = LONGEST
            divided[-1].append(piece)
            room -= len(piece.text)
    return divided


def portion(pages: Sequence[str], number: int) -> Page[Piece]:
    """Give one portion of the text of a document, as a page of a list.

    Raises:
        NotFoundError: there are fewer portions.
    """
    divided = portions(pages)
    if number > len(divided):
        raise NotFoundError
    return Page(divided[number - 1], number, len(divided), sum(map(len, divided)))
