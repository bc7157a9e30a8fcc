"""Archives: every member that can be read is a page, named by its path; archives within one are opened once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.disclosure.extraction.formats.unpacking import Unpacked
from portal.disclosure.extraction.results import Extraction, Page, Pages, Status, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.disclosure.extraction.results import Limits

_FATAL = frozenset({Status.TOO_LARGE, Status.TIMED_OUT})
_READ = frozenset({Status.READ, Status.PARTIAL})
_LEFT_BY_SYSTEMS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def read(data: bytes, limits: Limits, read_member: Callable[[bytes, Limits], Extraction]) -> Pages:
    """Read the members; what cannot be read is skipped and named, what is too large ends the reading.

    Args:
        data: the archive.
        limits: for the whole.
        read_member: reads a member as a document of its own.
    """
    archive = Unpacked(data, limits)
    names = [name for name in archive.names if not any(part in name for part in _LEFT_BY_SYSTEMS)]
    found = {name: _member(archive, name, limits, read_member) for name in names}
    statuses = {member.status for member in found.values()}
    if len(statuses) == 1 and not statuses <= _READ | {Status.NO_TEXT, Status.UNKNOWN}:
        raise UnreadableError(statuses.pop(), "so is every member")
    pages = [
        Page(page.text, page.is_machine_read, f"{name} {page.label}".strip())
        for name, member in found.items()
        for page in member.pages
    ]
    skipped = [name for name, member in found.items() if member.status not in _READ]
    skipped += [f"{name}/{inner}" for name, member in found.items() for inner in member.skipped]
    return Pages(pages, skipped=skipped, is_cut=Status.PARTIAL in statuses)


def _member(
    archive: Unpacked, name: str, limits: Limits, read_member: Callable[[bytes, Limits], Extraction]
) -> Extraction:
    try:
        found = read_member(archive.read(name), limits)
    except UnreadableError as error:
        found = Extraction("", error.status, detail=error.detail)
    if found.status in _FATAL:
        raise UnreadableError(found.status, f"{name}: {found.detail}")
    return found
