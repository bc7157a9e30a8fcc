"""Merkle hashing, proofs, tiles and notes."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from portal.ledger import rules

if TYPE_CHECKING:
    from pathlib import Path

LEAVES = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]


def node_in(leaves: list[bytes]) -> dict[rules.Node, bytes]:
    nodes: dict[rules.Node, bytes] = {}
    for index, leaf in enumerate(leaves):
        for level, number in rules.completed_by(index):
            nodes[(level, number)] = (
                rules.leaf_hash(leaf)
                if level == 0
                else rules.node_hash(nodes[(level - 1, 2 * number)], nodes[(level - 1, 2 * number + 1)])
            )
    return nodes


def root_by_definition(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return rules.leaf_hash(leaves[0])
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return rules.node_hash(root_by_definition(leaves[:half]), root_by_definition(leaves[half:]))


def test_an_empty_log_has_the_hash_of_nothing_as_its_root() -> None:
    assert rules.root(0, {}.__getitem__).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_root_of_eight_leaves_is_the_reference_one() -> None:
    root = rules.root(8, node_in(LEAVES).__getitem__)

    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@pytest.mark.parametrize("size", range(1, 20))
def test_the_root_follows_the_definition_of_the_rfc(size: int) -> None:
    leaves = [bytes([number]) for number in range(size)]

    assert rules.root(size, node_in(leaves).__getitem__) == root_by_definition(leaves)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13])
def test_every_leaf_is_proved_to_be_in_the_log(size: int) -> None:
    leaves = [bytes([number]) for number in range(size)]
    nodes = node_in(leaves)

    for index, leaf in enumerate(leaves):
        proof = rules.inclusion_proof(index, size, nodes.__getitem__)
        rules.verify_inclusion(rules.leaf_hash(leaf), index, size, proof=proof, root_hash=root_by_definition(leaves))


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 7), (6, 8), (7, 13), (8, 13)])
def test_a_longer_log_is_proved_to_begin_with_the_shorter(old: int, new: int) -> None:
    leaves = [bytes([number]) for number in range(new)]
    proof = rules.consistency_proof(old, new, node_in(leaves).__getitem__)

    rules.verify_consistency(
        old, new, proof=proof, old_root=root_by_definition(leaves[:old]), new_root=root_by_definition(leaves)
    )


def test_a_changed_leaf_fails_its_proof() -> None:
    leaves = [bytes([number]) for number in range(7)]
    proof = rules.inclusion_proof(3, 7, node_in(leaves).__getitem__)

    with pytest.raises(rules.BadProofError):
        rules.verify_inclusion(rules.leaf_hash(b"other"), 3, 7, proof=proof, root_hash=root_by_definition(leaves))


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (rules.Tile(0, 0), "0/000"),
        (rules.Tile(0, 1234067), "0/x001/x234/067"),
        (rules.Tile(1, 5, 12), "1/005.p/12"),
        (rules.Tile(None, 7), "entries/007"),
    ],
)
def test_tile_addresses_are_read_as_they_are_written(tile: rules.Tile, path: str) -> None:
    assert tile.path == path
    assert rules.read_tile_path(path) == tile


@pytest.mark.parametrize(
    "path", ["", "0", "0/0", "0/0000", "x/000", "0/000.p/256", "0/000.p/0", "0/x000/001", "-1/000", "0/000.p/१"]
)
def test_no_other_spelling_of_a_tile_is_taken(path: str) -> None:
    with pytest.raises(rules.BadTilePathError):
        rules.read_tile_path(path)


def test_the_key_id_is_the_one_of_the_public_example() -> None:
    key = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")

    assert rules.key_id("PeterNeumann", key[1:]).hex() == "c74f20a3"


def test_the_proofs_of_the_public_vectors_are_judged_as_stated(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "merkle" / "vectors.json").read_text())
    judged = [(case, _judge(kind, case)) for kind in ("inclusion", "consistency") for case in _cases(vectors, kind)]

    assert len(judged) == 196
    assert [case for case, accepted in judged if accepted == bool(case["wantErr"])] == []


def _cases(vectors: dict[str, object], kind: str) -> list[dict[str, object]]:
    groups = vectors["groups"]
    assert isinstance(groups, dict)
    found = groups[kind]
    assert isinstance(found, list)
    return found


def _judge(kind: str, case: dict[str, object]) -> bool:
    try:
        (_judge_inclusion if kind == "inclusion" else _judge_consistency)(case)
    except rules.BadProofError:
        return False
    return True


def _bytes(value: object) -> bytes:
    return base64.b64decode(str(value or ""))


def _proof(case: dict[str, object]) -> list[bytes]:
    proof = case["proof"] or []
    assert isinstance(proof, list)
    return [_bytes(step) for step in proof]


def _judge_inclusion(case: dict[str, object]) -> None:
    rules.verify_inclusion(
        _bytes(case["leafHash"]), int(str(case["leafIdx"])), int(str(case["treeSize"])),
        proof=_proof(case), root_hash=_bytes(case["root"]),
    )  # fmt: skip


def _judge_consistency(case: dict[str, object]) -> None:
    rules.verify_consistency(
        int(str(case["size1"])), int(str(case["size2"])), proof=_proof(case),
        old_root=_bytes(case["root1"]), new_root=_bytes(case["root2"]),
    )  # fmt: skip
