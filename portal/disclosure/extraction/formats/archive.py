"""Archives: every member that can be read is a page, named by its path; archives within one are opened once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.disclosure.extraction.formats.unpacking import Unpacked
from portal.disclosure.extraction.results import Page, Status, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.disclosure.extraction.results import Extraction, Limits

_FATAL = frozenset({Status.TOO_LARGE, Status.ENCRYPTED, Status.TIMED_OUT})


def read(data: bytes, limits: Limits, read_member: Callable[[bytes, Limits], Extraction]) -> list[Page]:
    """Read the members; what cannot be read is left out, what is too large ends the reading.

    Args:
        data: the archive.
        limits: for the whole.
        read_member: reads a member as a document of its own.
    """
    archive = Unpacked(data, limits)
    pages: list[Page] = []
    for member in archive.files:
        found = read_member(archive.read(member.filename), limits)
        if found.status in _FATAL:
            raise UnreadableError(found.status, f"{member.filename}: {found.detail}")
        for page in found.pages:
            label = f"{member.filename} {page.label}".strip()
            pages.append(Page(page.text, page.is_machine_read, label))
    return pages
