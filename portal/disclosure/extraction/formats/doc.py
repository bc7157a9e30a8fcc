"""Old Word files (97 to 2003): the pieces of text in the order of the document, tables kept.

[MS-DOC] 2.4.1: the piece table says where in the main stream each run of characters lies, and whether
in one byte or two.
"""

from __future__ import annotations

import io
import re
import struct
from typing import TYPE_CHECKING

import olefile

from portal.disclosure.extraction.results import Page, Status, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.disclosure.extraction.results import Limits

MAGIC = 0xA5EC
FLAGS, CLX = 0x0A, 0x01A2
ENCRYPTED, SECOND_TABLE = 0x0100, 0x0200
PROPERTIES, PIECES = 1, 2
IN_BYTES, PLACE = 1 << 30, (1 << 30) - 1
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*(?:\x14|(?=\x15))")
_BREAKS = str.maketrans({
    "\r": "\n", "\x07": "\t", "\x0b": "\n", "\x0c": "\n", "\x1e": "-", "\x1f": None, "\x15": None, "\x14": None,
    "\x01": None, "\x02": None, "\x03": None, "\x04": None, "\x05": None, "\x08": None, "\x13": None,
})  # fmt: skip
_ROW_END = re.compile("\t\t(?=[^\t])|\t\t$")


def read(data: bytes, limits: Limits) -> list[Page]:
    """Read the whole as one page."""
    del limits
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            return [Page(_text(container))]
    except (OSError, struct.error, ValueError, IndexError, TypeError) as error:
        raise UnreadableError(Status.DAMAGED, repr(error)) from error


def _text(container: olefile.OleFileIO) -> str:
    if container.exists("EncryptedPackage") or not container.exists("WordDocument"):
        raise UnreadableError(Status.ENCRYPTED, "no WordDocument stream")
    main: bytes = container.openstream("WordDocument").read()
    magic, flags = struct.unpack_from("<H", main)[0], struct.unpack_from("<H", main, FLAGS)[0]
    if magic != MAGIC:
        raise UnreadableError(Status.UNKNOWN, "older than Word 97")
    if flags & ENCRYPTED:
        raise UnreadableError(Status.ENCRYPTED, "the file says so")
    table: bytes = container.openstream("1Table" if flags & SECOND_TABLE else "0Table").read()
    start, length = struct.unpack_from("<II", main, CLX)
    text = "".join(_pieces(main, table[start : start + length]))
    text = _FIELD_CODE.sub("", text).translate(_BREAKS)
    return _ROW_END.sub("\n", text).strip("\n")


def _pieces(main: bytes, clx: bytes) -> Iterator[str]:
    """Go through the piece table."""
    place = 0
    while clx[place] == PROPERTIES:
        place += 3 + struct.unpack_from("<H", clx, place + 1)[0]
    if clx[place] != PIECES:
        raise UnreadableError(Status.DAMAGED, "no piece table")
    size = struct.unpack_from("<I", clx, place + 1)[0]
    pieces = clx[place + 5 : place + 5 + size]
    count = (len(pieces) - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", pieces)
    for number in range(count):
        told = struct.unpack_from("<I", pieces, 4 * (count + 1) + 8 * number + 2)[0]
        characters = ends[number + 1] - ends[number]
        if told & IN_BYTES:
            start = (told & PLACE) // 2
            yield main[start : start + characters].decode("cp1252", "replace")
        else:
            start = told & PLACE
            yield main[start : start + 2 * characters].decode("utf-16-le", "replace")
