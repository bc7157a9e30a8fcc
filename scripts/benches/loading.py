"""Asking a server over some connections at the same time, as a crowd of programs does."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONNECTIONS = 16


class RefusedError(Exception):
    """Raised when something else than a good answer comes: the figures would mean nothing."""


def per_second(port: int, paths: Sequence[str], *, connections: int = CONNECTIONS) -> float:
    """Ask for every path once, over so many connections that stay open, and tell how many were answered a second."""
    waiting = iter(paths)
    start = time.perf_counter()
    asyncio.run(_all(port, waiting, connections))
    return len(paths) / (time.perf_counter() - start)


async def _all(port: int, waiting: Iterator[str], connections: int) -> None:
    await asyncio.gather(*(_one(port, waiting) for _ in range(connections)))


async def _one(port: int, waiting: Iterator[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for path in waiting:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RefusedError(path, head[:100])
        await _read_body(reader, head.lower())
    writer.close()


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"transfer-encoding: chunked" not in head:
        await reader.readexactly(int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]))
        return
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
    await reader.readuntil(b"\r\n")
