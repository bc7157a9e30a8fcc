"""Open data as it is served: a feed of 50 and a file of everything, beside Datasette over the very same rows.

Times are told twice: as a reader waits, which neighbours on the machine disturb, and in CPU seconds of the server,
which they do not.
"""

from __future__ import annotations

import argparse
import os
import socket
import sqlite3
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from benches import measuring
from benches.loading import per_second
from benches.page import PATIENCE, children_of, free_port, make_portal, own_memory, running
from portal.app import create_app
from portal.procurement.exports import NOTICES
from portal.web.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.settings import Settings

NOTICES_MADE, FEEDS, THREADS = 100_000, 400, 8
ATOM_TIMES, CSV_PART, CSV_MB, FIRST_BYTE_MS, FREED_SECONDS = 4.0, 0.4, 20.0, 50.0, 1.0
BLOCK, MEGABYTE = 1 << 16, 1e6
ATOM_SQL = (
    "select 'tag:x,2026:' || id as atom_id, title as atom_title, updated_at as atom_updated, url as atom_link,"
    " substr(text, 1, 600) as atom_content from notices order by date desc limit 50"
)


@dataclass(frozen=True)
class Download:
    """One file of everything: how long it took, when its first byte came, how large it was, what memory it took."""

    seconds: float
    cpu_seconds: float
    first_byte_ms: float
    size: int
    megabytes: float


@dataclass(frozen=True)
class Rate:
    """How many requests were answered in a second, and what each took of the processor."""

    a_second: float
    cpu_ms: float


@dataclass(frozen=True)
class Figures:
    """What was measured of one server: `again` is the file asked for once more, with nothing changed since."""

    atom: Rate
    file: Download
    again: Download


def main() -> int:
    """Run everything."""
    parser = argparse.ArgumentParser(prog="scripts/bench opendata")
    parser.add_argument("--notices", type=int, default=NOTICES_MADE)
    count = parser.parse_args().notices
    verdicts = measuring.Verdicts()
    with tempfile.TemporaryDirectory(prefix="sanwen-bench-") as name:
        folder = Path(name)
        settings = make_portal(folder / "portal", count, is_indexed=False)
        characters = _make_peer(settings, folder / "peer.db")
        print(f"{count:,} notices of {characters:.0f} characters; load {os.getloadavg()[0]:.1f}", flush=True)
        theirs = _measure_peer(folder)
        ours = _measure_ours(settings, verdicts)
    times = ours.atom.a_second / theirs.atom.a_second
    verdicts.say("Atom of 50, times Datasette's requests a second", times, ATOM_TIMES, "", at_least=True)
    times = theirs.atom.cpu_ms / ours.atom.cpu_ms
    verdicts.say("Atom of 50, times Datasette's requests a CPU second", times, ATOM_TIMES, "", at_least=True)
    for when, our_file, their_file in (
        ("for the first time", ours.file, theirs.file), ("with nothing changed since", ours.again, theirs.again)
    ):  # fmt: skip
        part = our_file.seconds / their_file.seconds
        verdicts.say(f"CSV of all {when}, part of Datasette's seconds", part, CSV_PART, "")
        part = our_file.cpu_seconds / their_file.cpu_seconds
        verdicts.say(f"CSV of all {when}, part of Datasette's CPU seconds", part, CSV_PART, "")
    print(f"load at the end {os.getloadavg()[0]:.1f}")
    return verdicts.close()


def _make_peer(settings: Settings, path: Path) -> float:
    """Put the rows of our own export into a table; tell how many characters their texts have."""
    names = [column.name for column in NOTICES.columns]
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE notices ({names[0]} INTEGER PRIMARY KEY, {', '.join(names[1:])})")
    connection.execute("CREATE INDEX by_date ON notices (date)")
    app = create_app(settings)
    with app.app_context():
        rows = ([_plain(row.get(name)) for name in names] for row in NOTICES.rows(Filters()))
        connection.executemany(f"INSERT INTO notices VALUES ({', '.join('?' * len(names))})", rows)  # noqa: S608 - ours
    connection.commit()
    characters = connection.execute("SELECT avg(length(text)) FROM notices").fetchone()[0]
    connection.execute("ANALYZE")
    connection.close()
    return float(characters)


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | str) else str(value)


def _measure_peer(folder: Path) -> Figures:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    said = {"max_csv_mb": 0, "sql_time_limit_ms": 20000, "suggest_facets": "off"}
    tuned = [part for name, value in said.items() for part in ("--setting", name, str(value))]
    command = [sys.executable, "-m", "datasette", "serve", str(folder / "peer.db"), "--port", str(port), *tuned]
    file = f"{address}/peer/notices.csv?_stream=on&_size=max"
    with running(command, f"{address}/", {}) as process:
        found = Figures(
            _rate(port, f"/peer.atom?sql={quote(ATOM_SQL)}", process.pid),
            _download(file, process.pid),
            _download(file, process.pid),
        )
    _tell("Datasette", found)
    return found


def _measure_ours(settings: Settings, verdicts: measuring.Verdicts) -> Figures:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "--config", "scripts/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    environment = {
        "SANWEN_DATA_DIR": str(settings.data_dir), "SANWEN_PUBLIC_URL": address, "SANWEN_API_LIMIT": "",
        "SANWEN_DRAIN": "off", "SANWEN_SEARCH_BACKEND": "null", "MALLOC_ARENA_MAX": "2",
    }  # fmt: skip
    with running([*command, "wsgi:app"], f"{address}/healthz", environment) as process:
        worker = children_of(process.pid)[0]
        atom = _rate(port, "/notices.atom", worker)
        _download(f"{address}/notices.csv?year=2020", worker)  # what is imported once is not the file's
        found = Figures(atom, *(_download(f"{address}/notices.csv", worker) for _ in range(2)))
        freed = _seconds_until_free(address)
    _tell("ours", found)
    for when, file in (("for the first time", found.file), ("with nothing changed since", found.again)):
        verdicts.say(f"CSV of all {when}, memory above what the worker had", file.megabytes, CSV_MB, "MB")
        verdicts.say(f"CSV of all {when}, first byte", file.first_byte_ms, FIRST_BYTE_MS, "ms")
    verdicts.say(f"{THREADS} downloads broken off: the next answer after", freed, FREED_SECONDS, "s")
    return found


def _rate(port: int, path: str, pid: int) -> Rate:
    per_second(port, [path], connections=1)  # what is made once is not the feed's
    before = _cpu_seconds(pid)
    a_second = per_second(port, [path] * FEEDS)
    return Rate(a_second, (_cpu_seconds(pid) - before) * measuring.MILLI / FEEDS)


def _download(url: str, pid: int) -> Download:
    before, spent, peak, is_over = own_memory(pid), _cpu_seconds(pid), 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not is_over.wait(0.05):
            peak = max(peak, own_memory(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    start, size, first = time.perf_counter(), 0, 0.0
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 - loopback
        while block := answer.read1(BLOCK):
            first = first or time.perf_counter() - start
            size += len(block)
    seconds = time.perf_counter() - start
    is_over.set()
    watcher.join()
    spent = _cpu_seconds(pid) - spent
    return Download(seconds, spent, first * measuring.MILLI, size, max(0.0, peak - before))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _seconds_until_free(address: str) -> float:
    """Begin as many downloads as there are threads, break them all off, and wait for an answer."""
    port = urlsplit(address).port
    readers: Sequence[socket.socket] = [socket.create_connection(("127.0.0.1", port)) for _ in range(THREADS)]
    for reader in readers:
        reader.sendall(b"GET /notices.csv?bom=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        reader.recv(BLOCK)
    start = time.perf_counter()
    for reader in readers:
        reader.close()
    with urllib.request.urlopen(f"{address}/healthz", timeout=PATIENCE) as answer:  # noqa: S310 - loopback
        answer.read()
    return time.perf_counter() - start


def _tell(who: str, found: Figures) -> None:
    print(f"{who}: {found.atom.a_second:,.0f} Atom feeds a second ({found.atom.cpu_ms:.2f} CPU ms each)")
    for file in (found.file, found.again):
        print(
            f"  CSV {file.seconds:.2f} s ({file.cpu_seconds:.2f} CPU s) for {file.size / MEGABYTE:,.0f} MB, "
            f"first byte {file.first_byte_ms:.0f} ms, {file.megabytes:.1f} MB more memory",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
