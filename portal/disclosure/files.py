"""Where originals are kept: a port, and the folder behind it by default."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app

from portal.kernel.canonical import sha256_hex

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask


class FileStore(Protocol):
    """Whoever keeps bytes by their hash."""

    def put(self, data: bytes) -> str:
        """Keep bytes; return their SHA-256. The same bytes again change nothing."""

    def get(self, sha256: str) -> bytes:
        """Give the bytes of a hash; raise FileNotFoundError when they are not kept."""


class FolderStore:
    """Keep bytes as files named by their hash."""

    def __init__(self, folder: Path) -> None:
        """Take the folder."""
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Write a file whole, flushed to disk, before it gets its name."""
        digest = sha256_hex(data)
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}")
            with fresh.open("wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            fresh.replace(path)
        return digest

    def get(self, sha256: str) -> bytes:
        """Read a file."""
        return self._path(sha256).read_bytes()

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def use(app: Flask, store: FileStore) -> None:
    """Set the file store of an application."""
    app.extensions["file_store"] = store


def store() -> FileStore:
    """Tell the file store in use."""
    return cast("FileStore", current_app.extensions["file_store"])
