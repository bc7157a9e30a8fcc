"""Packing what is streamed: gzip, piece by piece, equal bytes for equal data."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GZIP_TYPE = "application/gzip"
LEVEL = 6
_WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS  # zlib then writes no name and no time


def gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pack pieces into one gzip file; memory stays bounded."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _WITH_GZIP_HEADER)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
