"""Check the public ledger of a portal without trusting it: one file, Python 3.9 or newer, nothing to install.

    python3 verify.py https://portal.example --state portal.state

It fetches the signed checkpoint, every entry, every tile of hashes, and the published bytes with their salts, and
finds what was altered, removed, put in, re-ordered, cut off, back-dated or signed twice in different ways. The state
file keeps the key and the newest checkpoint for the next time: without it only the present state can be judged.
Requests go to the named portal alone, and redirects are not followed.
Exit code: 0 all is well, 1 something was found, 2 it could not be checked.

Sources: RFC 6962 and RFC 9162 (tree and proofs), C2SP tlog-tiles, tlog-checkpoint and signed-note, RFC 8032 (Ed25519).
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence  # noqa: TC003
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import partial
from hashlib import sha256, sha512
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

HASH_BYTES, TILE_WIDTH, LARGEST_SIZE, MOST_TOLD = 32, 256, 2**40, 50
LONGEST_NOTE, LONGEST_BUNDLE, LONGEST_LINE, LONGEST_FILE = 65_536, TILE_WIDTH * 65_538, 16_000_000, 64_000_000
WAIT_SECONDS, PATIENCE_SECONDS, SAY_EVERY_SECONDS = 30, 600, 5
TOLERANCE, ENTERED_LATE = timedelta(seconds=60), timedelta(days=1)
_ED25519 = b"\x01"
say = partial(print, file=sys.stderr, flush=True)


class FaultError(Exception):
    """Raised when the ledger is not what it claims to be, so that nothing after it can be judged."""


class UnreadableError(Exception):
    """Raised when the portal cannot be asked, or answers what nobody should read."""


class MissingError(UnreadableError):
    """Raised when there is nothing at an address."""


class BadProofError(FaultError):
    """Raised when a proof does not show what it claims."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry (RFC 6962: prefix 0)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into their parent (RFC 6962: prefix 1)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Compute the root over the hashes of some leaves, or of equally high subtrees and a lower last one."""
    while len(hashes) > 1:
        hashes = [
            node_hash(*hashes[at : at + 2]) if hashes[at + 1 :] else hashes[at] for at in range(0, len(hashes), 2)
        ]
    return hashes[0] if hashes else sha256(b"").digest()


def verify_consistency(old: int, new: int, *, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree of `old` leaves begins that of `new`; an empty old tree proves nothing and is refused."""
    rest, found = list(proof), None
    if old == new > 0 or (0 < old < new and all(len(item) == HASH_BYTES for item in (old_root, new_root, *proof))):
        with suppress(IndexError):
            found = _both_roots(old, new, rest, old_root)
    if rest or found != (old_root, new_root):
        raise BadProofError("fork: the newer checkpoint does not continue the older one")


def _both_roots(old: int, new: int, rest: list[bytes], begun: bytes | None) -> tuple[bytes, bytes]:
    """Rebuild the roots of both trees from a proof, taking its hashes from the end (RFC 9162, 2.1.4.1 backwards)."""
    if old == new:
        found = rest.pop() if begun is None else begun
        return found, found
    last, half = rest.pop(), 1 << (new - 1).bit_length() - 1
    if old <= half:
        left_old, left = _both_roots(old, half, rest, begun)
        return left_old, node_hash(left, last)
    right_old, right = _both_roots(old - half, new - half, rest, None)
    return node_hash(last, right_old), node_hash(last, right)


_P, _ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D, _ROOT_OF_MINUS_ONE = -121665 * pow(121666, -1, _P) % _P, pow(2, (_P - 1) // 4, _P)
_NEUTRAL = (0, 1, 1, 0)
Point = tuple[int, int, int, int]


def ed25519_is_valid(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature of 64 bytes is the key's."""
    key, number = _point(public), int.from_bytes(signature[32:], "little")
    if key is None or len(signature) != 64 or number >= _ORDER or _encoded(_times(8, key)) == _encoded(_NEUTRAL):  # noqa: PLR2004
        return False
    digest = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % _ORDER
    minus_key = (_P - key[0], key[1], key[2], _P - key[3])
    return _encoded(_add(_times(number, _BASE), _times(digest, minus_key))) == signature[:32]


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if len(data) != HASH_BYTES or y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x % 2 != sign else x
    return (x, y, 1, x * y % _P)


def _add(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % _P, (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(number: int, point: Point) -> Point:
    found = _NEUTRAL
    while number:
        if number % 2:
            found = _add(found, point)
        point, number = _add(point, point), number >> 1
    return found


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x % 2) << 255).to_bytes(HASH_BYTES, "little")


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(HASH_BYTES, "little")) or _NEUTRAL


def verifier_key(name: str, public: bytes) -> str:
    """Write the key that others check checkpoints with: name+id+key."""
    number = sha256(name.encode() + b"\n" + _ED25519 + public).hexdigest()[:8]
    return f"{name}+{number}+{base64.b64encode(_ED25519 + public).decode()}"


class Head(NamedTuple):
    """A signed head: the name of the ledger, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes
    note: str


def read_head(note: str, key: str) -> Head:
    """Read a checkpoint and check its signature with a key written as name+id+key."""
    name, number, encoded = [*key.split("+", 2), "", ""][:3]
    public = _base64(encoded, "the key")[1:]
    if len(public) != HASH_BYTES or verifier_key(name, public) != key:
        raise FaultError("the key is not a right Ed25519 key (name+id+key)")
    text, gap, signatures = note.rpartition("\n\n")
    origin, size, root, *_ = [*text.split("\n"), "", "", ""]
    if not gap or not (size.isascii() and size.isdigit() and size == str(int(size[:20]))):
        raise FaultError("the checkpoint is not written as a checkpoint is")
    if origin != name:
        raise FaultError(f"the ledger calls itself {origin[:200]!r}, but the key is of {name!r}")
    head = Head(origin, int(size), _base64(root, "the root of the checkpoint"), note)
    if head.size > LARGEST_SIZE or len(head.root) != HASH_BYTES:
        raise FaultError(f"the checkpoint claims what no ledger has: {head.size} entries")
    start = f"\N{EM DASH} {name} "
    for line in signatures.splitlines():
        data = _base64(line[len(start) :], "a signature of the checkpoint") if line.startswith(start) else b""
        if data[:4].hex() == number and ed25519_is_valid(public, f"{text}\n".encode(), data[4:]):
            return head
    raise FaultError("the checkpoint has no right signature of the known key")


def _base64(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if base64.b64encode(data).decode() != text:
        raise FaultError(f"{what} is not right base64")
    return data


class Portal:
    """A portal on the web: nothing but its own address is asked, no redirect is followed, no proxy used."""

    def __init__(self, address: str) -> None:
        """Take its address."""
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise UnreadableError(f"{address!r} is no address of a portal, such as https://portal.example")
        self._connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._folder = parts.netloc.rpartition("@")[2], parts.path.rstrip("/")

    def pieces(self, path: str) -> Iterator[bytes]:
        """Ask the portal; what never ends is given up."""
        deadline, line = time.monotonic() + PATIENCE_SECONDS, self._connect(self._host, timeout=WAIT_SECONDS)
        try:
            line.request("GET", f"{self._folder}/{path}", headers={"User-Agent": "sanwen-verify"})
            answer = line.getresponse()
            if answer.status in {404, 410}:
                raise MissingError(f"{path}: there is nothing at this address")
            if answer.status != 200:  # noqa: PLR2004
                raise UnreadableError(f"{path}: is answered {answer.status} (redirects are not followed)")
            while piece := answer.read1(65_536):
                yield piece
                if time.monotonic() > deadline:
                    raise UnreadableError(f"{path}: the answer takes longer than {PATIENCE_SECONDS} seconds")
            if answer.length:
                raise UnreadableError(f"{path}: the answer was cut off")
        except (OSError, HTTPException) as error:
            raise UnreadableError(f"{path}: the portal does not answer ({error})") from error
        finally:
            line.close()

    def get(self, path: str, limit: int = LONGEST_NOTE) -> bytes:
        """Give all of it, if it is no longer than the limit."""
        found = bytearray()
        for piece in self.pieces(path):
            found += piece
            if len(found) > limit:
                raise UnreadableError(f"{path}: the answer is longer than {limit} bytes")
        return bytes(found)

    def objects(self, path: str) -> Iterator[dict[str, object]]:
        """Give the JSON objects that stand there, one a line."""
        rest = b""
        for piece in self.pieces(path):
            *whole, rest = (rest + piece).split(b"\n")
            yield from map(json.loads, whole)
            if len(rest) > LONGEST_LINE:
                raise UnreadableError(f"{path}: a line is longer than {LONGEST_LINE} bytes")


class Entry(NamedTuple):
    """One entry, as far as it is checked."""

    position: int
    type: str
    id: str
    action: str
    at: datetime
    commitment: str
    version: object
    redacts: object
    reason: str

    def __str__(self) -> str:
        return f"entry {self.position} ({self.type} {self.id})"


def tile_path(level: object, number: int, width: int = TILE_WIDTH) -> str:
    """Write the address of a tile or bundle below `ledger/tile/` (C2SP tlog-tiles)."""
    groups, rest = [f"{number % 1000:03d}"], number // 1000
    while rest:
        groups, rest = [f"x{rest % 1000:03d}", *groups], rest // 1000
    return f"{level}/{'/'.join(groups)}" + ("" if width == TILE_WIDTH else f".p/{width}")


@dataclass
class Audit:
    """One walk over all entries; `roots` tells, for some sizes, the root that must come out, and whose it is."""

    source: Portal
    roots: Mapping[int, tuple[bytes, str]]
    full: bool = False
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    opened: int = 0
    withheld: int = 0
    size: int = 0
    _levels: list[list[bytes]] = field(default_factory=list)
    _newest: Entry | None = None
    _unopened: list[tuple[Entry, object]] = field(default_factory=list)
    _redactions: dict[int, Entry] = field(default_factory=dict)
    _marks: dict[str, tuple[int, str]] = field(default_factory=dict)

    def run(self, size: int) -> None:
        """Check the first `size` entries."""
        said_at = time.monotonic()
        for number in range(-(-size // TILE_WIDTH)):
            bodies = self._bundle(number, min(TILE_WIDTH, size - number * TILE_WIDTH))
            self._check_openings(number, {entry.position: entry for entry in map(self._take, bodies) if entry})
            if time.monotonic() - said_at > SAY_EVERY_SECONDS:
                said_at = time.monotonic()
                say(f"{self.size} of {size} entries checked …")
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._compare_tile(level, hashes)
        self._judge_unopened()

    def root(self) -> bytes:
        """Tell the root of the entries so far."""
        last: list[bytes] = []
        for hashes in self._levels:
            last = [root_of([*hashes, *last])] if hashes or last else []
        return root_of(last)

    def _bundle(self, number: int, width: int) -> list[bytes]:
        path, first = f"ledger/tile/{tile_path('entries', number, width)}", number * TILE_WIDTH
        try:
            data = self.source.get(path, LONGEST_BUNDLE)
        except MissingError as error:
            raise FaultError(f"entries {first} to {first + width - 1} are signed for but missing ({path})") from error
        bodies, at = [], 0
        while at + 2 <= len(data):
            end = at + 2 + int.from_bytes(data[at : at + 2], "big")
            bodies.append(data[at + 2 : end])
            at = end
        if at != len(data) or len(bodies) != width:
            raise FaultError(f"{path}: holds {len(bodies)} entries instead of {width}: something was removed or put in")
        return bodies

    def _take(self, body: bytes) -> Entry | None:
        position, self.size = self.size, self.size + 1
        self._push(0, leaf_hash(body))
        known, whose = self.roots.get(self.size, (None, ""))
        if known is not None and known != self.root():
            self.faults.insert(0, f"the first {self.size} entries do not lead to the root of {whose}")
        try:
            entry = _read_entry(position, body)
        except (ValueError, TypeError, KeyError, OverflowError):
            self.faults.append(f"entry {position}: is not written as an entry is")
            return None
        newest = self._newest
        if newest is not None and entry.at < newest.at - TOLERANCE:
            self.faults.append(f"{entry}: back-dated to {entry.at}, after entry {newest.position} of {newest.at}")
        self._newest = entry if newest is None or entry.at > newest.at else newest
        if entry.action == "redact" and isinstance(entry.redacts, int) and entry.redacts < position:
            self._redactions.setdefault(entry.redacts, entry)
        if entry.type == "moderation":
            self._marks[entry.id] = (position, entry.action)
        return entry

    def _push(self, level: int, found: bytes) -> None:
        if level == len(self._levels):
            self._levels.append([])
        self._levels[level].append(found)
        if len(self._levels[level]) == TILE_WIDTH:
            self._compare_tile(level, self._levels[level])
            found, self._levels[level] = root_of(self._levels[level]), []
            self._push(level + 1, found)

    def _compare_tile(self, level: int, hashes: Sequence[bytes]) -> None:
        number = (self.size - 1) // TILE_WIDTH ** (level + 1)
        path = f"ledger/tile/{tile_path(level, number, len(hashes))}"
        try:
            data = self.source.get(path, TILE_WIDTH * HASH_BYTES)
        except MissingError:
            data = b""
        if data != b"".join(hashes):
            at = next((at for at, one in enumerate(hashes) if data[at * HASH_BYTES : (at + 1) * HASH_BYTES] != one), 0)
            first = (number * TILE_WIDTH + at) * TILE_WIDTH**level
            self.faults.append(f"{path}: is missing or differs from the entries from {first} on: one was altered")

    def _check_openings(self, number: int, waiting: dict[int, Entry]) -> None:
        path = f"ledger/openings/{number}.jsonl"
        try:
            for opening in self.source.objects(path):
                entry = waiting.pop(int(str(opening["position"])), None)
                if entry is not None:
                    self._open(entry, opening)
        except MissingError:
            pass
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise FaultError(f"{path}: is not written as openings are") from error
        self._unopened += [(entry, None) for entry in waiting.values()]

    def _open(self, entry: Entry, opening: dict[str, object]) -> None:
        salt, public = opening.get("salt"), opening.get("public")
        if not isinstance(salt, str) or not isinstance(public, str):
            self._unopened.append((entry, opening.get("hidden_by")))
            return
        if sha256(bytes.fromhex(salt) + public.encode()).hexdigest() != entry.commitment:
            self.faults.append(f"{entry}: the published bytes or their salt are not the ones that were entered")
            return
        self.opened += 1
        if entry.type == "release" and entry.action == "publish":
            stated = date.fromisoformat(str(json.loads(public)["date"])[:10])
            if abs(stated - entry.at.date()) > ENTERED_LATE:
                self.notes.append(f"{entry}: is dated {stated}, but was entered on {entry.at.date()}")
        if self.full and entry.type == "document" and entry.action == "publish":
            self._check_file(entry, json.loads(public))

    def _check_file(self, entry: Entry, said: dict[str, object]) -> None:
        kind, name = ("rendition", "rendition") if said["withheld"] else ("original", "sha256")
        path = f"documents/{int(str(said['id']))}/{kind}"
        try:
            if sha256(self.source.get(path, LONGEST_FILE)).hexdigest() != said[name]:
                self.faults.append(f"{entry}: the file at {path} is not the one that was entered")
        except MissingError:
            self.notes.append(f"{entry}: its file is not given out ({path})")

    def _judge_unopened(self) -> None:
        names, used = {position: name for name, (position, act) in self._marks.items() if act == "hide"}, set()
        for entry, mark in self._unopened:
            redaction, name = self._redactions.get(entry.position), names.get(mark)  # type: ignore[call-overload]  # any
            if redaction is not None and (redaction.type, redaction.id) == (entry.type, entry.id):
                self.withheld += 1
                self.notes.append(f"{entry}: withheld by entry {redaction.position}: {redaction.reason}")
            elif name is not None and (name.startswith("process:") or entry.type != "release" or mark not in used):
                used |= {mark} if entry.type == "release" else set()
                self.notes.append(f"{entry}: hidden by entry {mark} ({name})")
            elif entry.action == "refuse":
                self.notes.append(f"{entry}: a refusal, told to its author alone")
            elif entry.version == 1 and entry.type != "release":
                self.notes.append(f"{entry}: was made before the portal kept what entries commit to")
            else:
                self.faults.append(f"{entry}: its content has vanished, and no entry says that it was withheld")


def _read_entry(position: int, body: bytes) -> Entry:
    said = json.loads(body)
    kind, object_id, action, at, committed = (str(said[name]) for name in ("type", "id", "action", "at", "commitment"))
    moment, reason = datetime.fromisoformat(at).astimezone(timezone.utc), str(said.get("reason", ""))
    return Entry(position, kind, object_id, action, moment, committed, said["v"], said.get("redacts"), reason)


def check(source: Portal, *, key: str, state: str, full: bool, quick: bool) -> Audit:
    """Check a portal against the key and checkpoint that were kept, and keep the new ones if all is well."""
    kept = json.loads(Path(state).read_text("utf-8")) if state and Path(state).exists() else {}
    known = key or kept.get("key") or source.get("ledger/key").decode("utf-8", "replace").strip()
    if kept.get("key", known) != known:
        raise FaultError(f"the key is another one than last time: {kept['key']}")
    if not key and not kept:
        say(f"no key was given: trusting the one that the portal gives, this once: {known}")
    head = read_head(source.get("ledger/checkpoint").decode("utf-8", "replace"), known)
    old = read_head(kept["checkpoint"], known) if kept else Head(head.origin, 0, b"", "")
    say(f"{head.origin}: {head.size} entries, root {head.root.hex()}")
    audit = Audit(source, _roots(old, head), full)
    if not quick:
        audit.run(head.size)
    elif 0 < old.size < head.size:
        said = json.loads(source.get(f"ledger/consistency/{old.size}/{head.size}.json"))
        proof = [bytes.fromhex(step) for step in said["proof"]]
        verify_consistency(old.size, head.size, proof=proof, old_root=old.root, new_root=head.root)
    if state and not audit.faults:
        fresh = Path(f"{state}.new")
        fresh.write_text(json.dumps({"key": known, "checkpoint": head.note}, ensure_ascii=False), "utf-8")
        fresh.replace(state)
    return audit


def _roots(old: Head, head: Head) -> dict[int, tuple[bytes, str]]:
    if head.size < old.size:
        raise FaultError(f"truncated: {head.size} entries are shown, but {old.size} were signed before:\n{old.note}")
    if head.size == old.size and head.root != old.root:
        raise FaultError(f"fork: two signed checkpoints disagree; keep both as proof:\n{old.note}\n{head.note}")
    rewritten = f"the checkpoint that was kept: history was rewritten, a fork:\n{old.note}"
    return {old.size: (old.root, rewritten), head.size: (head.root, "the signed checkpoint")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Check the public ledger of a portal. Exit code: 0, 1 (found), 2.")
    parser.add_argument("portal", help="its address, for example https://portal.example")
    parser.add_argument("--key", default="", help="the key to check with (name+id+key), as it was told to you")
    parser.add_argument("--state", default="", help="a file that keeps key and checkpoint for the next time")
    parser.add_argument("--full", action="store_true", help="also fetch and hash the file of every document")
    parser.add_argument("--quick", action="store_true", help="only signature and continuation of the kept checkpoint")
    chosen = parser.parse_args(arguments)
    try:
        options = {name: value for name, value in vars(chosen).items() if name != "portal"}
        audit = check(Portal(chosen.portal), **options)
    except FaultError as error:
        say(f"FOUND: {error}")
        return 1
    except (UnreadableError, OSError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        say(f"cannot be checked: {error}")
        return 2
    for mark, texts in (("note", audit.notes), ("FOUND", audit.faults)):
        for text in [*texts[:MOST_TOLD], *([f"{len(texts) - MOST_TOLD} more"] if len(texts) > MOST_TOLD else [])]:
            say(f"{mark}: {text}")
    if not chosen.quick:
        say(f"{audit.opened} published texts agree with the ledger, {audit.withheld} are withheld")
    say("something is wrong" if audit.faults else "all is well")
    return 1 if audit.faults else 0


if __name__ == "__main__":
    sys.exit(main())
