"""Checking the whole log from inside: what everybody can check with `verify`, and what only the database shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select, text
from sqlalchemy.orm import aliased

from portal.kernel.errors import NotFoundError
from portal.ledger import keys, openings, queries, rules, verify
from portal.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerNode
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

inside: dict[str, Callable[[], Iterable[str]]] = {}
"""Further checks of the database by those who publish, filled by `capabilities.py`."""
GUARDED = {
    "ledger_entry": ("UPDATE", "DELETE"), "ledger_node": ("UPDATE", "DELETE"),
    "ledger_checkpoint": ("UPDATE", "DELETE"), "release": ("UPDATE", "DELETE"),
    "ledger_salt": ("UPDATE",), "ledger_public": ("UPDATE",), "release_payload": ("UPDATE",),
}  # fmt: skip


@dataclass
class Verdict:
    """What a check of the log found: how many entries, every fault, and what an operator may want to know."""

    size: int = 0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Database(verify.Portal):
    """The ledger as it stands in the database, at the addresses that readers know; unsigned entries too."""

    def __init__(self, size: int) -> None:
        """Take how many entries there are."""
        self._size = size

    def pieces(self, path: str) -> Iterator[bytes]:
        """Give a tile, a bundle of entries, or their openings."""
        try:
            if path.startswith("ledger/tile/"):
                yield queries.tile(rules.read_tile_path(path.removeprefix("ledger/tile/")), self._size)
            else:
                number = path.removeprefix("ledger/openings/").removesuffix(".jsonl")
                yield from openings.lines(int(number), self._size)
        except NotFoundError as error:
            raise verify.MissingError(path) from error


def check(key_folder: Path | None = None, origin: str = "") -> Verdict:
    """Check everything: entries, tiles, commitments, times, every signed head, stored hashes, guards, releases."""
    size = queries.size()
    verdict = Verdict(size)
    audit = verify.Audit(Database(size), _roots(size, key_folder, verdict.faults))
    try:
        audit.run(size)
    except verify.FaultError as error:
        verdict.faults.append(str(error))
    verdict.faults += audit.faults
    verdict.notes = audit.notes
    for further in (_node_faults(size), _guard_faults(), *(tell() for tell in inside.values())):
        verdict.faults += further
    published = queries.published(key_folder).get(origin, 0) if key_folder else 0
    if published > size:
        verdict.faults.append(f"{size} entries, but a checkpoint for {published} was published")
    return verdict


def _roots(size: int, key_folder: Path | None, faults: list[str]) -> dict[int, tuple[bytes, str]]:
    """Read the root of every signed head, checking its signature."""
    public = keys.public_key(key_folder) if key_folder else None
    found: dict[int, tuple[bytes, str]] = {}
    for signed, note in db.session.execute(select(LedgerCheckpoint.size, LedgerCheckpoint.note)):
        origin = note.split("\n", 1)[0]
        try:
            root = verify.read_head(note, rules.verifier_key(origin, public)).root if public else rules.root_in(note)
        except (verify.FaultError, ValueError) as error:
            faults.append(f"checkpoint {signed}: {error}")
            continue
        found[signed] = (root, f"checkpoint {signed}")
        if signed > size:
            faults.append(f"checkpoint {signed}: signed for more than the {size} entries that there are")
    return found


def _node_faults(size: int) -> Iterator[str]:
    """Compare every stored hash with those below it."""
    counts = dict(db.session.execute(select(LedgerNode.level, func.count()).group_by(LedgerNode.level)).all())
    for level in range(max(size.bit_length(), *counts, 0) if counts else size.bit_length()):
        if counts.get(level, 0) != size >> level:
            yield f"level {level}: {counts.get(level, 0)} stored hashes instead of {size >> level}"
    left, right = aliased(LedgerNode), aliased(LedgerNode)
    below = LedgerNode.level - 1
    query = (
        select(LedgerNode.level, LedgerNode.number, LedgerNode.hash, left.hash, right.hash)
        .join(left, and_(left.level == below, left.number == 2 * LedgerNode.number))
        .join(right, and_(right.level == below, right.number == 2 * LedgerNode.number + 1))
    )
    for level, number, found, one, two in db.session.execute(query.execution_options(yield_per=1000)):
        if rules.node_hash(one, two) != found:
            yield f"node {level}/{number}: differs from the hashes below it"
    entries = select(LedgerEntry).order_by(LedgerEntry.position).execution_options(yield_per=1000)
    for entry in db.session.scalars(entries):
        if rules.leaf_hash(entry.body) != entry.leaf:
            yield f"entry {entry.position}: its stored hash differs"
        if rules.object_in(entry.body) != (entry.type, entry.object_id):
            yield f"entry {entry.position}: is filed under another object"


def _guard_faults() -> Iterator[str]:
    """Look whether the triggers that refuse changes are there."""
    if db.engine.dialect.name == "sqlite":
        names = {
            name.lower() for name in db.session.scalars(text("SELECT name FROM sqlite_master WHERE type='trigger'"))
        }
        wanted = {f"{table}_no_{act}".lower(): table for table, acts in GUARDED.items() for act in acts}
    else:
        enabled = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        names = set(db.session.scalars(text(enabled)))
        wanted = {f"{table}_no_change": table for table in GUARDED}
    for name, table in wanted.items():
        if name not in names:
            yield f"table {table}: the guard {name} is missing"
