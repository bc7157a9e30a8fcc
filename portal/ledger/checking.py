"""Checking the whole log against itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from sqlalchemy import select

from portal.ledger import queries, rules
from portal.ledger.models import LedgerEntry, LedgerNode
from portal.storage.database import db


@dataclass
class Verdict:
    """What a check of the log found: how many entries, and every fault."""

    size: int = 0
    faults: list[str] = field(default_factory=list)


def verify() -> Verdict:
    """Hash every entry again, rebuild the tree, and compare with what is stored and signed."""
    verdict = Verdict()
    nodes: dict[rules.Node, bytes] = {}
    for entry in db.session.scalars(
        select(LedgerEntry).order_by(LedgerEntry.position).execution_options(yield_per=1000)
    ):
        _check_entry(entry, verdict, nodes)
    for stored in db.session.execute(select(LedgerNode.level, LedgerNode.number, LedgerNode.hash)):
        if nodes.get((stored.level, stored.number)) != stored.hash:
            verdict.faults.append(f"node {stored.level}/{stored.number}: hash differs")
    head = queries.checkpoint()
    if head is not None and not verdict.faults:
        text = rules.checkpoint_text(head.note.split("\n", 1)[0], head.size, rules.root(head.size, nodes.__getitem__))
        if not head.note.startswith(text):
            verdict.faults.append(f"checkpoint {head.size}: does not match the entries")
    return verdict


def _check_entry(entry: LedgerEntry, verdict: Verdict, nodes: dict[rules.Node, bytes]) -> None:
    if entry.position != verdict.size:
        verdict.faults.append(f"entry {verdict.size}: missing")
    verdict.size = entry.position + 1
    leaf = rules.leaf_hash(entry.body)
    if leaf != entry.leaf:
        verdict.faults.append(f"entry {entry.position}: hash differs")
    if json.loads(entry.body).get("id") != entry.object_id:
        verdict.faults.append(f"entry {entry.position}: names another object")
    found = leaf
    for level, number in rules.completed_by(entry.position):
        if level > 0:
            found = rules.node_hash(nodes.get((level - 1, 2 * number), b"\0" * rules.HASH_BYTES), found)
        nodes[(level, number)] = found
