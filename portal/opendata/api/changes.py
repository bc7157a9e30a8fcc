"""What changed since: each thing once, what is gone named, nothing skipped while others write.

A walk covers the events between two positions of the outbox that are fixed when it begins: positions are given after
the commit, so nothing can appear between them later. Whatever is committed during the walk lies after its end, and is
what `updated_since` with the `meta.position` of the walk gives next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from portal.exporting.dataset import ID
from portal.opendata.api import listing, rules
from portal.opendata.api.asking import SINCE
from portal.opendata.api.schemas import is_numbered
from portal.outbox.queries import last_position, latest_events, position_before
from portal.storage.batches import batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from portal.exporting.dataset import Dataset
    from portal.exporting.following import Follows
    from portal.opendata.api.asking import Asked
    from portal.opendata.api.listing import Json

    Change = tuple[int, str]

BEGINNING = (-1, "")


def page(asked: Asked) -> Json:
    """Read a page of what changed since a position or a moment.

    Raises:
        UnknownPositionError: the portal has not come so far.
        TooFarBackError: so much changed that reading it all is less work.
    """
    place = asked.place()
    since, until, *last = place or _window(asked)
    after = cast("Change", tuple(last)) if last else BEGINNING
    found = [one for one in _changed(asked.dataset, cast("int", since), cast("int", until)) if one > after]
    here, more = found[: asked.limit], len(found) > asked.limit
    ids = [identifier for _, identifier in here]
    rows = {str(row[ID.name]): row for row in listing.table_of(asked.dataset).some(asked.filters, ids)}
    return listing.written(
        asked,
        [rows[one] for one in ids if one in rows],
        places=(place, [since, until, *here[-1]] if more else None),
        position=until,
        since=since,
        removed=_named(asked.dataset, [one for one in ids if one not in rows]),
    )


def _window(asked: Asked) -> tuple[int, int]:
    reached = last_position()
    since = asked.since if isinstance(asked.since, int) else position_before(cast("datetime", asked.since))
    if since > reached:
        raise rules.UnknownPositionError(name=SINCE)
    return since, reached


def _changed(dataset: Dataset, since: int, until: int) -> list[Change]:
    """List what changed between two positions, each thing once, in an order that stays.

    What only changed with something else comes first: it has no position of its own.
    """
    follows = cast("Follows", dataset.follows)
    kinds = [(one.kind, one.changes) for one in follows.also]
    kinds += [(follows.kind, ())] if follows.kind is not None else []
    events = latest_events(kinds, after=since, until=until, most=rules.MOST_CHANGED + 1)
    if len(events) > rules.MOST_CHANGED:
        raise rules.TooFarBackError(name=SINCE, most=f"{rules.MOST_CHANGED:,}")
    found = dict.fromkeys(_affected(follows, events), 0)
    found |= {identifier: position for position, kind, identifier in events if kind == follows.kind}
    return sorted((position, identifier) for identifier, position in found.items())


def _affected(follows: Follows, events: Sequence[tuple[int, str, str]]) -> Iterator[str]:
    for one in follows.also:
        for batch in batches(identifier for _, kind, identifier in events if kind == one.kind):
            yield from one.rows(batch)


def _named(dataset: Dataset, gone: Sequence[str]) -> list[int] | list[str]:
    """Name what is not in the list (any more); of what was never public nobody hears."""
    once_public = cast("Follows", dataset.follows).once_public
    if gone and once_public is not None:
        was = once_public(gone)
        gone = [one for one in gone if one in was]
    return [int(one) for one in gone] if is_numbered(dataset) else list(gone)
