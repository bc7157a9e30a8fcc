"""Dated snapshots of everything public: made by command, served as they are.

A snapshot cannot subtract what was hidden or destroyed after it was made. From that moment it is not served; what
follows the outbox then deletes it, and the next `portal export bulk` makes a new one.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import current_app

from portal.exporting import registry as datasets
from portal.exporting import snapshots as kept
from portal.exporting.formats.table import FORMATS
from portal.exporting.packing import GZIP_TYPE, gzipped
from portal.exporting.snapshots import Part, Snapshot
from portal.kernel import clock
from portal.kernel.errors import NotFoundError, PortalError
from portal.kernel.text import N_
from portal.moderation.rules import HIDDEN, WITHHELD
from portal.opendata import describing, ocds
from portal.outbox import queries as outbox
from portal.storage.database import db
from portal.web.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from portal.exporting.dataset import Dataset
    from portal.exporting.formats.format import Format
    from portal.exporting.packages import File
    from portal.outbox.models import OutboxEvent
    from portal.settings import Settings

FOLDER = "snapshots"
LEFT_TO_LIVE = ("jsonl", "csv.gz")  # the same rows lie there as csv and jsonl.gz
CHANGES = (HIDDEN, WITHHELD)


class SnapshotWithdrawnError(PortalError):
    """Raised when a snapshot holds something that was hidden or destroyed since."""

    status = HTTPStatus.GONE
    code = "snapshot-withdrawn"
    message = N_("Something in this snapshot was hidden or destroyed since. Take the newest one, or the live files.")


def make() -> Snapshot:
    """Write the snapshot of today, unless it is there; what must not be seen any more is deleted first.

    Raises:
        SnapshotWithdrawnError: something was hidden or destroyed while it was written; it is deleted again.
    """
    remove_outdated()
    db.session.rollback()
    position = outbox.last_position()
    created = clock.now().isoformat(timespec="seconds")
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    day = clock.today().isoformat()
    try:
        made = kept.write_snapshot(
            root(), day, _parts(), lambda files: _described(files, day=day, created=created, position=position)
        )
    finally:
        db.session.rollback()
    if _is_outdated(made):
        kept.remove(root(), made)
        raise SnapshotWithdrawnError
    return made


def valid() -> Iterator[Snapshot]:
    """Give the snapshots that may be seen, newest first."""
    return (one for one in kept.snapshots(root()) if not _is_outdated(one))


def snapshot_of(day: str) -> Snapshot:
    """Read the snapshot of a day.

    Raises:
        NotFoundError: there is none.
        SnapshotWithdrawnError: it holds something that must not be seen any more.
    """
    found = kept.snapshot_of(root(), day)
    if found is None:
        raise NotFoundError
    if _is_outdated(found):
        raise SnapshotWithdrawnError
    return found


def remove_outdated() -> list[str]:
    """Delete what must not be seen any more; tell the days."""
    return _remove(one for one in kept.snapshots(root()) if _is_outdated(one))


def leave_newest(count: int) -> list[str]:
    """Delete all but the newest snapshots; tell the days."""
    return _remove(list(kept.snapshots(root()))[count:])


class SnapshotRemover:
    """The consumer that deletes snapshots once something in them was hidden or destroyed."""

    name = "snapshots"

    def handle(self, events: Sequence[OutboxEvent]) -> None:
        """Delete what was made before such an event."""
        told = [one.position or 0 for one in events if one.change in CHANGES]
        if told:
            _remove(one for one in kept.snapshots(root()) if one.position < max(told))


def root() -> Path:
    """Tell where snapshots lie."""
    settings: Settings = current_app.extensions["settings"]
    return settings.data_dir / FOLDER


def _remove(found: Iterable[Snapshot]) -> list[str]:
    days = []
    for one in found:
        kept.remove(root(), one)
        days.append(one.day)
    return days


def _is_outdated(snapshot: Snapshot) -> bool:
    """Tell whether something was hidden or destroyed since."""
    return outbox.changed_since(snapshot.position, CHANGES)


def _parts() -> Iterator[Part]:
    for dataset in datasets.public_datasets():
        if dataset.is_in_snapshots:
            for made in FORMATS.values():
                if made.extension not in LEFT_TO_LIVE:
                    yield Part(f"{dataset.name}.{made.extension}", made.media_type, _rows(dataset, made), dataset)
    for year in ocds.years():
        yield Part(f"ocds-releases-{year}.jsonl.gz", GZIP_TYPE, _releases(year), title=f"OCDS releases {year}")


def _rows(dataset: Dataset, made: Format) -> Callable[[], Iterable[bytes]]:
    return lambda: made.chunks(dataset, dataset.rows(Filters()))


def _releases(year: int) -> Callable[[], Iterable[bytes]]:
    return lambda: gzipped(ocds.releases_of_year(year))


def _described(files: Sequence[File], *, day: str, created: str, position: int) -> bytes:
    return describing.written(files, name=f"sanwen-{day}", created=created, more={kept.POSITION: position})
