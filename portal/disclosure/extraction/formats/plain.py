"""Plain text and CSV, in UTF-8, UTF-16 or GB18030."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from portal.disclosure.extraction.results import Page, Status, UnreadableError

if TYPE_CHECKING:
    from portal.disclosure.extraction.results import Limits

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LONGEST_CHARACTER = 4
_LATIN = range(0x80, 0x100)
MOST_LATIN = 0.2


def read(data: bytes, limits: Limits) -> list[Page]:
    """Read the whole as one page."""
    del limits
    text = decoded(data)
    if text is None:
        raise UnreadableError(Status.UNKNOWN, "not text in any encoding that is read")
    return [Page(text)]


def decoded(data: bytes, *, is_cut: bool = False) -> str | None:
    """Decode text; None if it is none.

    Args:
        data: the bytes.
        is_cut: whether they may end within a character.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "ignore" if is_cut else "replace")
    if b"\x00" in data:
        return None
    for encoding in ("utf-8", "gb18030"):
        for end in range(LONGEST_CHARACTER if is_cut else 1):
            try:
                return mended(data[: len(data) - end].decode(encoding))
            except UnicodeDecodeError:
                continue
    return None


def mended(text: str) -> str:
    """Mend UTF-8 that somebody took for Latin-1, where that is certain: all of it is UTF-8 again."""
    latin = sum(1 for character in text if ord(character) in _LATIN)
    if not text or latin < MOST_LATIN * len(text):
        return text
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text
