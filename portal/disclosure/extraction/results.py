"""What is read from a document."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOC, XLS = "application/msword", "application/vnd.ms-excel"
ODT, ODS = "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet"
OFD, HTML, TEXT, CSV = "application/ofd", "text/html", "text/plain", "text/csv"
RTF = "application/rtf"
ZIP, PNG, JPEG, TIFF = "application/zip", "image/png", "image/jpeg", "image/tiff"
BMP, GIF, WEBP = "image/bmp", "image/gif", "image/webp"
UNKNOWN = "application/octet-stream"
PICTURES = frozenset({PNG, JPEG, TIFF, BMP, GIF, WEBP})


class Status(StrEnum):
    """How reading a document ended."""

    READ = "read"
    PARTIAL = "partial"  # cut at a limit
    NO_TEXT = "no-text"  # a picture or a scan, and nothing here that reads pictures
    UNKNOWN = "unknown"  # a format that is kept, but not read
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too-large"  # unpacked, or as a picture
    TIMED_OUT = "timed-out"


@dataclass(frozen=True)
class Page:
    """The text of one page (or sheet, or member of an archive, named by `label`)."""

    text: str
    is_machine_read: bool = False
    label: str = ""


class Pages(list[Page]):
    """Pages that were read, with how many the file has, what in it was skipped, and whether a part was cut."""

    def __init__(
        self, pages: Iterable[Page], *, total: int = 0, skipped: Sequence[str] = (), is_cut: bool = False
    ) -> None:
        """Take the pages and what is said of the rest."""
        super().__init__(pages)
        self.total, self.skipped, self.is_cut = max(total, len(self)), tuple(skipped), is_cut


@dataclass(frozen=True)
class Limits:
    """What reading one document may take.

    Seconds of time by the clock, bytes of memory beyond what the reader itself takes, pages, characters,
    bytes and members of what is unpacked, and pixels of a picture.
    """

    seconds: float = 20.0
    memory: int = 700_000_000
    pages: int = 2_000
    characters: int = 2_000_000
    unpacked: int = 200_000_000
    members: int = 1_000
    ratio: int = 100
    pixels: int = 60_000_000
    recognised_pages: int = 20
    recognising_seconds: float = 120.0
    recognising_memory: int = 4_000_000_000  # addresses: a quarter of it is ever filled

    def for_recognising(self) -> Limits:
        """Give the limits for what may have to be recognised: more time, and room for the engine."""
        seconds, memory = max(self.seconds, self.recognising_seconds), max(self.memory, self.recognising_memory)
        return replace(self, seconds=seconds, memory=memory)


@dataclass(frozen=True)
class Extraction:
    """A document's type by its content, how reading ended, and its text.

    `detail` is for the log; `page_count` is how many pages there are where fewer were read; `skipped`
    names the members of an archive that were not read.
    """

    media_type: str
    status: Status
    pages: tuple[Page, ...] = ()
    detail: str = ""
    page_count: int | None = None
    skipped: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Tell it as plain data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Extraction:
        """Take it back from plain data."""
        pages = tuple(Page(**page) for page in data["pages"])
        skipped = tuple(data["skipped"])
        return cls(data["media_type"], Status(data["status"]), pages, data["detail"], data["page_count"], skipped)


class UnreadableError(Exception):
    """Raised by a format's reader with how reading ended."""

    def __init__(self, status: Status, detail: str) -> None:
        """Take the ending and what is said of it in the log."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
