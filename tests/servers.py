"""The portal as it is really served: by gunicorn, in a process of its own, on the loopback address."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 30


@contextmanager
def served(settings: Settings, *, drain: str = "web") -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the portal; give its address and its process, which is ended at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "SANWEN_DATA_DIR": str(settings.data_dir),
        "SANWEN_DATABASE_URL": settings.database,
        "SANWEN_PUBLIC_URL": address,
        "SANWEN_DRAIN": drain,
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "scripts/gunicorn.conf.py",
        "--bind",
        f"127.0.0.1:{port}",
        "wsgi:app",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: fetch(f"{address}/healthz") == "ok\n")
        yield address, process
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def fetch(url: str) -> str:
    """Read a page; nothing while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - loopback
            return str(answer.read().decode())
    except urllib.error.URLError:
        return ""


def wait_for(what: object) -> None:
    """Wait until something is so, or fail."""
    assert callable(what)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
