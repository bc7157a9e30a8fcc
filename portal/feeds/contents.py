"""What one document of a feed contains, and which documents are before and after it (RFC 5005)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portal.feeds.months import Month, Part, closed_parts
from portal.feeds.spec import NEWEST
from portal.kernel import clock
from portal.kernel.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.feeds.spec import Entry, Gone, Listing
    from portal.web.filters import Filters

    Relations = dict[str, Mapping[str, object]]


@dataclass(frozen=True)
class Contents:
    """The entries of one document, and the parameters by which the address of others differs, by their relation."""

    entries: Sequence[Entry]
    gone: Sequence[Gone]
    relations: Relations
    is_archive: bool = False


def newest(listing: Listing, filters: Filters) -> Contents:
    """Read the document to subscribe to (page 1), or a page of older entries.

    Raises:
        NotFoundError: there is no such page.
    """
    plain, number = replace(filters, page=1), filters.page
    pages = max(1, -(-listing.count(plain) // NEWEST))
    if number > pages:
        raise NotFoundError
    entries = listing.newest(plain, offset=(number - 1) * NEWEST)
    relations: Relations = {"first": {}}
    if number > 1:
        relations["previous"] = _page(number - 1)
    if number < pages:
        relations["next"] = _page(number + 1)
    relations["last"] = _page(pages)
    if number > 1:
        return Contents(entries, (), relations)
    gone, archived = _lately(listing, plain, entries, pages), _archive_before(listing, plain)
    late = _not_archived(listing, plain, entries) if pages > 1 else ()
    return Contents([*entries, *late], gone, relations | archived)


def archive(listing: Listing, filters: Filters, part: Part) -> Contents:
    """Read a closed part of a month, in the order of publishing.

    Raises:
        NotFoundError: there is none, or it is not closed yet: what it would hold is among the newest.
    """
    plain = replace(filters, page=1)
    parts = _closed_parts(listing, plain, part.month)
    if part.number > parts:
        raise NotFoundError
    entries, gone = listing.part(plain, part)
    relations: Relations = {"current": {}}
    if part.number > 1:
        relations["prev-archive"] = {"archive": Part(part.month, part.number - 1)}
    else:
        relations |= _last_part(listing, plain, listing.month_before(plain, part.month))
    following = Part(part.month, part.number + 1) if part.number < parts else _part_after(listing, plain, part)
    if following is not None:
        relations["next-archive"] = {"archive": following}
    elif "prev-archive" not in relations:
        relations["next-archive"] = {}  # the only part there is: validators want it to lead somewhere
    return Contents(entries, gone, relations, is_archive=True)


def _page(number: int) -> Mapping[str, object]:
    return {} if number == 1 else {"page": number}


def _lately(listing: Listing, filters: Filters, entries: Sequence[Entry], pages: int) -> Sequence[Gone]:
    """Read what went since the oldest of the newest entries: what went earlier stands in the archives alone."""
    gone = listing.gone(filters)
    if pages == 1:
        return gone
    return [one for one in gone if one.at >= entries[-1].updated_at]


def _not_archived(listing: Listing, filters: Filters, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Read what is in no closed part yet and was published after, but not changed as lately as, the newest.

    Only where things change: else the newest are as many as a part holds, and the part that is open is among them.
    """
    month = Month.of(clock.now())
    parts = closed_parts(listing.count_of_month(filters, month), is_over=False)
    known = {(one.kind, one.object_id) for one in entries}
    late, _ = listing.part(filters, Part(month, parts + 1))
    return [one for one in reversed(late) if (one.kind, one.object_id) not in known]


def _archive_before(listing: Listing, filters: Filters) -> Relations:
    """Give the newest closed part of all."""
    month = listing.month_before(filters)
    if month is None:
        return {}
    found = _last_part(listing, filters, month)
    return found or _last_part(listing, filters, listing.month_before(filters, month))


def _last_part(listing: Listing, filters: Filters, month: Month | None) -> Relations:
    parts = _closed_parts(listing, filters, month) if month else 0
    return {"prev-archive": {"archive": Part(month, parts)}} if month and parts else {}


def _part_after(listing: Listing, filters: Filters, part: Part) -> Part | None:
    month = listing.month_after(filters, part.month)
    return Part(month) if month and _closed_parts(listing, filters, month) else None


def _closed_parts(listing: Listing, filters: Filters, month: Month) -> int:
    return closed_parts(listing.count_of_month(filters, month), is_over=month < Month.of(clock.now()))
