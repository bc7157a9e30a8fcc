"""Telling how a release differs from the one that is sealed under the same identifier."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, tuple_

from portal.ledger.queries import redaction_at
from portal.procurement import merging
from portal.procurement.models import Release
from portal.procurement.queries import with_bodies
from portal.procurement.rules import Problem
from portal.storage.batches import batches
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.procurement.rules import Json

CONFLICT = "is sealed already with other content"
WITHHELD = "was withheld as the law asks and cannot be published again"
ADVICE = "give the change an id of its own"
MOST_SHOWN, LONGEST_SHOWN = 8, 60
OWN_FIELDS = ("date", "tag")  # fields that compiling replaces


@dataclass(frozen=True)
class Dispute:
    """A release whose identifier is taken: what it says, its place and its number among those that came in."""

    ocid: str
    release_id: str
    said: Json
    place: str
    number: int


def problems_of(disputes: Sequence[Dispute]) -> list[Problem]:
    """Say for each release what it would change, field by field."""
    sealed: dict[tuple[str, str], Release] = {}
    for batch in batches(disputes):
        keys = {(one.ocid, one.release_id) for one in batch}
        query = with_bodies(select(Release)).where(tuple_(Release.ocid, Release.release_id).in_(keys))
        sealed |= {(one.ocid, one.release_id): one for one in db.session.scalars(query)}
    return [Problem(one.place, _reason(sealed[one.ocid, one.release_id], one.said), one.number) for one in disputes]


def _reason(sealed: Release, said: Json) -> str:
    if sealed.is_withheld:
        entry = redaction_at(sealed.ledger_position)
        return f"{WITHHELD} (ledger entry {entry.position})" if entry else WITHHELD
    before = sealed.body
    own = [(f"/{name}", before.get(name), said.get(name)) for name in OWN_FIELDS if before.get(name) != said.get(name)]
    changes = [*own, *merging.differences(before, said)]
    shown = [f"{path}: {_written(old)} -> {_written(new)}" for path, old, new in changes[:MOST_SHOWN]]
    more = [f"and {len(changes) - MOST_SHOWN} more"] if len(changes) > MOST_SHOWN else []
    told = f" ({'; '.join([*shown, *more])})" if shown else ""
    return f"{CONFLICT}{told}; {ADVICE}"


def _written(value: object) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
