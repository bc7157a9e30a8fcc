"""Sealing releases, and keeping what is compiled behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.procurement import joins
from portal.procurement.compiling import compile_processes
from portal.procurement.models import Release
from portal.procurement.queries import NOTICE, ocids_of
from portal.procurement.sealing import Sealer
from portal.ring.rules import Kind
from portal.storage.batches import batches
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.procurement.rules import SealReport

BATCH = 1000


def seal_releases(releases: Sequence[Mapping[str, object]], *, by: str, source: str) -> SealReport:
    """Publish releases for good: all that are right, in one transaction.

    Args:
        releases: OCDS releases, as parsed from JSON.
        by: name of the operator who answers for them.
        source: where they come from: a file's name, or the form.

    Returns:
        What was sealed, what was known already (the same id with the same content), what was refused
        and why. The same releases again change nothing.
    """
    with transaction():
        sealer = Sealer(by=by, source=source)
        for start, batch in enumerate(batches(releases, BATCH)):
            sealer.seal(batch, first=start * BATCH)
        compile_processes(sealer.touched, sealer.at_hand)
        return sealer.report


def rebuild_processes() -> int:
    """Throw away what is compiled and compile every process anew; return how many there are."""
    with transaction():
        ocids = list(db.session.scalars(select(Release.ocid).distinct().order_by(Release.ocid)))
        compile_processes(ocids)
        return len(ocids)


def follow_hiding(kind: str, object_id: str) -> None:
    """Compile anew in the moment of its mark what a hidden or restored release or joined process changes."""
    if kind == NOTICE:
        compile_processes(ocids_of([object_id]))
    elif kind == Kind.PROCESS:
        compile_processes(joins.joined_with([object_id]))
