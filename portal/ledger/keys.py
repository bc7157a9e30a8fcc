"""The key that signs checkpoints: a file outside the database."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

if TYPE_CHECKING:
    from pathlib import Path

FILE = "ledger.key"


def public_key(folder: Path) -> bytes | None:
    """Read the public half of the key; None where there is no key yet."""
    return signing_key(folder).public_key().public_bytes_raw() if (folder / FILE).exists() else None


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """Read the key, making it on first use (readable by its owner only)."""
    path = folder / FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = folder / f"{FILE}.{os.getpid()}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(Ed25519PrivateKey.generate().private_bytes_raw())
            handle.flush()
            os.fsync(handle.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
