"""Merkle tree hashing, proofs, tiles and signed checkpoints: plain functions.

Sources: RFC 6962 section 2.1 (hashing), RFC 9162 section 2.1.3 and 2.1.4 (proofs), C2SP
tlog-tiles (addresses), C2SP signed-note and tlog-checkpoint (the signed head). What a reader needs to check the
ledger stands in `verify`, the file that everybody can run; here it is taken from there.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from portal.kernel.text import N_
from portal.ledger.verify import (
    HASH_BYTES,
    TILE_WIDTH,
    BadProofError,
    leaf_hash,
    node_hash,
    tile_path,
    verifier_key,
    verify_consistency,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "HASH_BYTES", "TILE_WIDTH", "BadProofError", "leaf_hash", "node_hash", "verifier_key", "verify_consistency",
]  # fmt: skip
TILE_HEIGHT = 8
LEDGER, NEW_ORIGIN, REDACT = "ledger", "new-origin", "redact"
LARGEST_INDEX = 2**63
EMPTY_ROOT = sha256(b"").digest()

ENTRY_TYPES = {
    "release": N_("publication"),
    "plan": N_("plan"),
    "answer": N_("official answer"),
    "moderation": N_("moderation"),
    "rating-count": N_("count of ratings"),
    "join": N_("joining of notices"),
    "organization-merge": N_("merging of organisations"),
    "document": N_("document"),
    "ledger": N_("new name of the ledger"),
}

Node = tuple[int, int]


class BadTilePathError(ValueError):
    """Raised when an address names no tile."""


def commitment(salt: bytes, public: bytes) -> str:
    """Commit to public bytes without telling them: SHA-256(salt ‖ bytes), hexadecimal."""
    return sha256(salt + public).hexdigest()


def completed_by(index: int) -> list[Node]:
    """List the (level, index) of every whole subtree that the leaf at `index` completes, low first."""
    nodes: list[Node] = [(0, index)]
    level, position = 0, index
    while position % 2 == 1:
        level, position = level + 1, position // 2
        nodes.append((level, position))
    return nodes


def peaks(size: int) -> list[Node]:
    """List the whole subtrees that together hold `size` leaves, left to right."""
    found: list[Node] = []
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def root(size: int, node: Callable[[Node], bytes]) -> bytes:
    """Compute the root of the first `size` leaves from stored whole subtrees."""
    if size == 0:
        return EMPTY_ROOT
    hashes = [node(peak) for peak in peaks(size)]
    top = hashes.pop()
    while hashes:
        top = node_hash(hashes.pop(), top)
    return top


def inclusion_proof(index: int, size: int, node: Callable[[Node], bytes]) -> list[bytes]:
    """Prove that the leaf at `index` is among the first `size` (RFC 9162, 2.1.3.1)."""
    return [_subtree(start, end, node) for start, end in _inclusion_ranges(index, 0, size)]


def consistency_proof(old: int, new: int, node: Callable[[Node], bytes]) -> list[bytes]:
    """Prove that the tree of `old` leaves is the beginning of the tree of `new` (RFC 9162, 2.1.4.1)."""
    if not 0 < old < new:
        return []
    return [_subtree(start, end, node) for start, end in _consistency_ranges(old, 0, new, whole=True)]


def verify_inclusion(leaf: bytes, index: int, size: int, *, proof: Sequence[bytes], root_hash: bytes) -> None:
    """Check an inclusion proof (RFC 9162, 2.1.3.2).

    Raises:
        BadProofError: it does not lead from the leaf to the root.
    """
    _check_hashes([leaf, root_hash, *proof])
    if not 0 <= index < size:
        raise BadProofError("the proof does not lead to the root")
    position, last, found = index, size - 1, leaf
    for step in proof:
        is_left, position, last = _climb(position, last)
        found = node_hash(step, found) if is_left else node_hash(found, step)
    if last != 0 or found != root_hash:
        raise BadProofError("the proof does not lead to the root")


def _climb(position: int, last: int) -> tuple[bool, int, int]:
    """Go one step of a proof up: whether its hash stands to the left, and where the walk is then."""
    if last == 0:
        raise BadProofError("the proof does not lead to the root")
    is_left = position % 2 == 1 or position == last
    if is_left:
        while position % 2 == 0 and position != 0:
            position, last = position >> 1, last >> 1
    return is_left, position >> 1, last >> 1


@dataclass(frozen=True)
class Tile:
    """One tile of hashes or one bundle of entries: its level (None for entries), number and width."""

    level: int | None
    number: int
    width: int = TILE_WIDTH

    @property
    def is_full(self) -> bool:
        """Tell whether the tile can never change again."""
        return self.width == TILE_WIDTH

    @property
    def path(self) -> str:
        """Write the address below `tile/`, in groups of three digits."""
        return tile_path("entries" if self.level is None else self.level, self.number, self.width)


def read_tile_path(path: str) -> Tile:
    """Read an address below `tile/`; only the one spelling of a tile is taken.

    Raises:
        BadTilePathError: it is none.
    """
    head, _, rest = path.partition("/")
    number_part, _, width_part = rest.partition(".p/")
    digits = number_part.replace("/", "").replace("x", "")
    widths_ok = not width_part or (width_part.isascii() and width_part.isdigit())
    level_ok = head == "entries" or (head.isascii() and head.isdigit())
    if not (level_ok and widths_ok and digits.isascii() and digits.isdigit()) or len(path) > 60:  # noqa: PLR2004
        raise BadTilePathError(path)
    tile = Tile(None if head == "entries" else int(head), int(digits), int(width_part or TILE_WIDTH))
    if tile.path != path or not 0 < tile.width <= TILE_WIDTH:
        raise BadTilePathError(path)
    return tile


def checkpoint_text(origin: str, size: int, root_hash: bytes) -> str:
    """Write the text of a checkpoint: origin, size and root, a line each."""
    return f"{origin}\n{size}\n{base64.b64encode(root_hash).decode()}\n"


def key_id(name: str, public_key: bytes) -> bytes:
    """Compute the 4-byte id of an Ed25519 key under a name (C2SP signed-note)."""
    return bytes.fromhex(verifier_key(name, public_key).split("+")[1])


def root_in(note: str) -> bytes:
    """Read the root out of a checkpoint, without checking its signature."""
    return base64.b64decode(note.split("\n")[2])


def object_in(body: bytes) -> tuple[str, str]:
    """Read what an entry is about: its type and identifier."""
    said = json.loads(body)
    return str(said.get("type")), str(said.get("id"))


def redacted_by(body: bytes) -> int | None:
    """Read which entry's content an entry tells to be destroyed, if it is of that kind."""
    said = json.loads(body)
    redacts = said.get("redacts")
    return redacts if said.get("action") == REDACT and isinstance(redacts, int) else None


def signed_note(text: str, name: str, *, public_key: bytes, signature: bytes) -> str:
    """Join a text and its Ed25519 signature into a signed note."""
    encoded = base64.b64encode(key_id(name, public_key) + signature).decode()
    return f"{text}\n\N{EM DASH} {name} {encoded}\n"


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(item) != HASH_BYTES for item in hashes):
        raise BadProofError("the proof does not lead to the root")


def _split(size: int) -> int:
    """Find the largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _inclusion_ranges(index: int, start: int, end: int) -> list[tuple[int, int]]:
    if end - start <= 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_inclusion_ranges(index, start, middle), (middle, end)]
    return [*_inclusion_ranges(index, middle, end), (start, middle)]


def _consistency_ranges(old: int, start: int, end: int, *, whole: bool) -> list[tuple[int, int]]:
    if old == end:
        return [] if whole else [(start, end)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_consistency_ranges(old, start, middle, whole=whole), (middle, end)]
    return [*_consistency_ranges(old, middle, end, whole=False), (start, middle)]


def _subtree(start: int, end: int, node: Callable[[Node], bytes]) -> bytes:
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node((level, start >> level))
    middle = start + _split(size)
    return node_hash(_subtree(start, middle, node), _subtree(middle, end, node))
