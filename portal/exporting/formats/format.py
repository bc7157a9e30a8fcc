"""What a format is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from portal.exporting.dataset import Dataset


@dataclass(frozen=True)
class Options:
    """How a file is wanted.

    `for_excel` adds the mark by which Excel knows UTF-8 and guards texts against being taken for
    formulas; `header` names the columns for people, instead of by their stable names.
    """

    for_excel: bool = False
    header: Sequence[str] | None = None


PLAIN = Options()


class Chunks(Protocol):
    """Write rows piece by piece, so that a large dataset is never held in memory."""

    def __call__(
        self, dataset: Dataset, rows: Iterable[Mapping[str, object]], options: Options = ..., /
    ) -> Iterator[bytes]:
        """Yield the file in pieces."""


@dataclass(frozen=True)
class Format:
    """A format of exports: its extension in the address, its media type, and what writes it."""

    extension: str
    media_type: str
    chunks: Chunks


def header_of(dataset: Dataset, options: Options) -> Sequence[str]:
    """Tell the names that stand in the first row."""
    return options.header if options.header is not None else [column.name for column in dataset.columns]
