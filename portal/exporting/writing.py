"""Writing a dataset whole: to a file of the command line or of a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.exporting.formats.format import PLAIN, Options
from portal.exporting.formats.table import FORMATS

if TYPE_CHECKING:
    from typing import BinaryIO

    from portal.exporting.dataset import Dataset
    from portal.web.filters import Filters


def write(dataset: Dataset, filters: Filters, *, extension: str, out: BinaryIO, options: Options = PLAIN) -> int:
    """Write the rows under some filters in a format; tell how many bytes."""
    chunks = FORMATS[extension].chunks(dataset, dataset.rows(filters), options)
    return sum(out.write(chunk) for chunk in chunks)
