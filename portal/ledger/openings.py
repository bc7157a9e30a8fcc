"""What entries commit to: their salts and public bytes, as far as everybody may see them.

The bytes of releases lie with the releases; those of everything else are kept beside the entry. What is hidden by
moderation is not given out, but the entry that hid it is named; what the law had destroyed is not there any more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.ledger import rules
from portal.ledger.models import LedgerEntry, LedgerPublic, LedgerSalt
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

BATCH = 32
readers: dict[str, Callable[[Sequence[int]], Mapping[int, bytes]]] = {}
"""Who keeps the public bytes of a type of entries, by position; filled by `capabilities.py`."""
concealers: dict[str, Callable[[Sequence[int]], Mapping[int, str]]] = {}
"""Who knows which of some entries are hidden, and by which mark (`kind:id`); filled by `capabilities.py`."""


@dataclass(frozen=True)
class Opening:
    """The salt and the public bytes of one entry; without them, what hid it, if anything did."""

    position: int
    salt: bytes | None = None
    public: bytes | None = None
    hidden_by: int | None = None

    def as_json(self) -> dict[str, object]:
        """Write it for machines."""
        if self.salt is None or self.public is None:
            told: dict[str, object] = {"position": self.position}
            return told if self.hidden_by is None else told | {"hidden_by": self.hidden_by}
        return {"position": self.position, "salt": self.salt.hex(), "public": self.public.decode()}


def lines(number: int, size: int) -> Iterator[bytes]:
    """Give the openings of one bundle, a line of JSON each, as far as the first `size` entries go."""
    first = number * rules.TILE_WIDTH
    last = min(first + rules.TILE_WIDTH, size)
    for start in range(first, last, BATCH):
        for opening in openings(range(start, min(start + BATCH, last))):
            yield json.dumps(opening.as_json(), ensure_ascii=False).encode() + b"\n"


def openings(positions: Sequence[int]) -> list[Opening]:
    """Read what some entries commit to."""
    types = dict(
        db.session.execute(
            select(LedgerEntry.position, LedgerEntry.type).where(LedgerEntry.position.in_(positions))
        ).all()
    )
    salts = _by_position(LedgerSalt.position, LedgerSalt.salt, positions)
    kept = _by_position(LedgerPublic.position, LedgerPublic.body, positions)
    marks: dict[int, str] = {}
    for type_ in set(types.values()):
        of_type = [position for position, one in types.items() if one == type_]
        kept |= readers[type_](of_type) if type_ in readers else {}
        marks |= concealers[type_](of_type) if type_ in concealers else {}
    return [
        Opening(position, hidden_by=_hiding_entry(marks[position]))
        if position in marks
        else Opening(position, salts.get(position), kept.get(position))
        for position in sorted(types)
    ]


def _by_position(key: object, value: object, positions: Sequence[int]) -> dict[int, bytes]:
    query = select(key, value).where(key.in_(positions))  # type: ignore[call-overload,attr-defined]  # two columns
    return dict(db.session.execute(query).all())


def _hiding_entry(mark: str) -> int | None:
    """Find the entry by which moderation hid a thing."""
    query = select(LedgerEntry.position).where(LedgerEntry.type == "moderation", LedgerEntry.object_id == mark)
    return db.session.scalar(query.order_by(LedgerEntry.position.desc()).limit(1))
