"""The formats by their extension; a new one is one line here."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from portal.exporting.formats import csv, jsonl, parquet, xlsx
from portal.exporting.formats.format import PLAIN, Format, Options
from portal.exporting.packing import GZIP_TYPE, gzipped
from portal.kernel.errors import NotFoundError, PortalError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from portal.exporting.dataset import Dataset

PACKED = ".gz"


class FormatNotInstalledError(PortalError):
    """Raised when a format needs a part of the portal that is not installed here."""

    status = HTTPStatus.NOT_IMPLEMENTED
    code = "format-not-installed"
    message = N_(
        "This portal cannot write %(format)s: its extra part “%(extra)s” is not installed. "
        "CSV and JSON Lines hold the same rows, complete."
    )


def packed(plain: Format) -> Format:
    """Give a format packed with gzip, under its extension with `.gz` behind."""

    def chunks(dataset: Dataset, rows: Iterable[Mapping[str, object]], options: Options = PLAIN, /) -> Iterator[bytes]:
        """Yield the file of the plain format, packed."""
        return gzipped(plain.chunks(dataset, rows, options))

    return Format(plain.extension + PACKED, GZIP_TYPE, chunks)


_WRITTEN = (csv.FORMAT, jsonl.FORMAT, xlsx.FORMAT, packed(csv.FORMAT), packed(jsonl.FORMAT))
_INSTALLED = (*_WRITTEN, parquet.FORMAT) if parquet.is_installed() else _WRITTEN
FORMATS: Mapping[str, Format] = {made.extension: made for made in _INSTALLED}


def format_named(extension: str) -> Format:
    """Find a format by its extension.

    Raises:
        NotFoundError: there is no such format.
        FormatNotInstalledError: there is, but not on this portal.
    """
    if extension == parquet.FORMAT.extension and extension not in FORMATS:
        raise FormatNotInstalledError(format="Parquet", extra=parquet.EXTRA)
    if extension not in FORMATS:
        raise NotFoundError
    return FORMATS[extension]
