"""Ledgers as they are served: built from their entries by a portal that may lie, since it holds the key."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.kernel.canonical import canonical_json
from portal.ledger import rules, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORIGIN = "golden.example/ledger"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFIER = Path(verify.__file__)
Files = dict[str, bytes]


@dataclass
class Ledger:
    """Entries with what they commit to, and the name and key they are signed with."""

    bodies: list[bytes] = field(default_factory=list)
    openings: list[dict[str, object]] = field(default_factory=list)
    key: Ed25519PrivateKey = KEY
    origin: str = ORIGIN

    @property
    def verifier_key(self) -> str:
        return rules.verifier_key(self.origin, self.key.public_key().public_bytes_raw())

    def add(self, object_id: str, *, minute: int, public: bytes | None = None, **said: object) -> None:
        """Add an entry of a release; nothing is drawn, so that equal ledgers have equal roots."""
        position = len(self.bodies)
        salt = sha256(f"salt {position}".encode()).digest()
        text = canonical_json({"date": "2026-03-01T09:00:00+08:00", "id": object_id}) if public is None else public
        body = {
            "v": 2, "type": "release", "id": object_id, "action": "publish", "commitment": rules.commitment(salt, text),
            "at": f"2026-03-01T{minute // 60:02}:{minute % 60:02}:00+00:00", **said,
        }  # fmt: skip
        self.bodies.append(canonical_json(body))
        self.openings.append({"salt": salt.hex(), "public": text.decode()})

    def sign(self, size: int, root: bytes) -> bytes:
        text = rules.checkpoint_text(self.origin, size, root)
        public = self.key.public_key().public_bytes_raw()
        return rules.signed_note(text, self.origin, public_key=public, signature=self.key.sign(text.encode())).encode()

    def files(self) -> Files:
        """Write everything that a portal serves, signed."""
        size = len(self.bodies)
        level = [rules.leaf_hash(body) for body in self.bodies]
        files: Files = {"ledger/key": f"{self.verifier_key}\n".encode()}
        for number, first in enumerate(range(0, size, 256)):
            bodies = self.bodies[first : first + 256]
            files[f"ledger/tile/{verify.tile_path('entries', number, len(bodies))}"] = b"".join(
                len(body).to_bytes(2, "big") + body for body in bodies
            )
            files[f"ledger/openings/{number}.jsonl"] = b"".join(
                json.dumps({"position": at, **opening}).encode() + b"\n"
                for at, opening in enumerate(self.openings[first : first + 256], first)
            )
        files["ledger/checkpoint"] = self.sign(size, verify.root_of(level))
        for height in range(8):
            if not level:
                break
            for number, first in enumerate(range(0, len(level), 256)):
                hashes = level[first : first + 256]
                files[f"ledger/tile/{verify.tile_path(height, number, len(hashes))}"] = b"".join(hashes)
            level = [verify.root_of(level[at : at + 256]) for at in range(0, len(level) - 255, 256)]
        return files


def golden(size: int = 300) -> Ledger:
    """Build the same ledger every time."""
    ledger = Ledger()
    for number in range(size):
        ledger.add(f"ocds-test00-{number:04}", minute=number)
    return ledger


@contextmanager
def served_files(files: Files) -> Iterator[str]:
    """Serve files on the loopback address, and nothing else."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        found = files.get(handler.path.lstrip("/"))
        handler.send_response(404 if found is None else 200)
        handler.send_header("Content-Length", str(len(found or b"")))
        handler.end_headers()
        handler.wfile.write(found or b"")

    with served_by(answer) as address:
        yield address


@contextmanager
def served_by(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Serve by a function on the loopback address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:  # type: ignore[override]  # silent
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def run_verifier(address: str, *options: object) -> tuple[int, str]:
    """Run the stand-alone file as anybody would: without the portal's packages; give its exit code and words."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), address, *map(str, options)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
    return done.returncode, done.stderr + done.stdout
