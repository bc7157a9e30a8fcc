"""Importing 100,000 releases end to end: read, repaired, checked, sealed, compiled, registered and announced."""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from benches import office, sheets
from benches.measuring import Verdicts, own_memory
from portal.app import create_app
from portal.demo.purchases import purchases
from portal.ledger.models import LedgerEntry
from portal.outbox.models import OutboxEvent
from portal.parties.models import Organization
from portal.procurement import merging
from portal.procurement.models import Process, Release
from portal.settings import Settings
from portal.storage.database import SQLITE_SETTINGS, db
from portal.storage.upgrading import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIVES_EACH = 500
HEAD = '{"uri": "https://example.org/lives", "version": "1.1", "publisher": {"name": "bench"}, "releases": ['
PER_SECOND, MEMORY_MB = 1_500, 400.0
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
SCHEMA = Path(__file__).resolve().parents[3] / "shared/data/ocds/schema/1__1__5/release-schema.json"
PORTAL = Path(sys.executable).parent / "portal"
SAMPLE_SECONDS, MEBI = 0.1, 1024


def main() -> int:
    """Run everything; the exit code is 1 if a limit is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench import", description=__doc__)
    parser.add_argument("--releases", type=int, default=100_000, help="in an OCDS file; 0 leaves it out")
    parser.add_argument("--rows", type=int, default=100_000, help="in a sheet; 0 leaves it out")
    parser.add_argument("--office", type=int, default=20_000, help="rows in a sheet for the office; 0 leaves it out")
    asked, folder = parser.parse_args(), Path(tempfile.mkdtemp(prefix="sanwen-import-"))
    verdicts = Verdicts()
    try:
        if asked.releases:
            file = folder / "lives.json"
            print(f"{write_lives(file, asked.releases):,} releases in {file.stat().st_size / 1e6:.0f} MB")
            _measure(file, folder / "portal", asked.releases, verdicts)
            _measure_peers(file, folder)
        if asked.rows:
            _measure_sheets(folder, asked.rows, verdicts)
        if asked.office:
            office.measure(folder, asked.office, verdicts)
    finally:
        shutil.rmtree(folder)
    return verdicts.close()


def write_lives(file: Path, count: int) -> int:
    """Write a release package with whole lives of purchases, some five releases long each."""
    with file.open("w", encoding="utf-8") as out:
        out.write(
            '{"uri": "https://example.org/lives", "version": "1.1", "publisher": {"name": "bench"}, "releases": ['
        )
        for number, text in enumerate(_lives(count)):
            out.write(f"{',' if number else ''}\n{text}")
        out.write("]}")
    return count


def _lives(count: int) -> Iterator[str]:
    """Give releases as text; every few hundred lives have organisations of their own."""
    written = 0
    for part in range(count):
        for life in purchases(Random(part), LIVES_EACH, prefix=f"ocds-ben{part:03}", as_of=AS_OF):  # noqa: S311 - invented
            for release in life.releases:
                if written == count:
                    return
                written += 1
                yield json.dumps(release, ensure_ascii=False).replace("DEM", f"{part:03}")


def _measure(file: Path, data: Path, count: int, verdicts: Verdicts) -> None:
    app = create_app(Settings(data_dir=data, testing=True, drain="off"))
    with app.app_context():
        upgrade()
        db.session.remove()
        seconds, own_mb = _run(file, data)
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = spent.ru_utime + spent.ru_stime
        verdicts.say("portal import ocds", count / seconds, PER_SECOND, "releases a second", at_least=True)
        verdicts.say("own memory at its highest", own_mb, MEMORY_MB, "MB")
        print(f"       {seconds:.1f} s, {processor:.1f} CPU seconds: {count / processor:,.0f} releases a CPU second")
        print(f"       {spent.ru_maxrss / MEBI:.0f} MB with shared libraries")
        print(f"       load of this machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        kept = {model.__tablename__: db.session.scalar(select(func.count()).select_from(model)) for model in (
            Release, Process, LedgerEntry, Organization, OutboxEvent)}  # fmt: skip
        print(f"       {', '.join(f'{number:,} {name}' for name, number in kept.items())}")
        db.session.remove()
        again, _ = _run(file, data)
        print(f"       the same file again: {count / again:,.0f} releases a second, nothing changed")


def _measure_sheets(folder: Path, count: int, verdicts: Verdicts) -> None:
    """Take in the same rows as CSV and as XLSX, each into a portal of its own."""
    for name, write in (("csv", sheets.write_csv), ("xlsx", sheets.write_xlsx)):
        file, data = folder / f"notices.{name}", folder / f"portal-{name}"
        write(file, count)
        with create_app(Settings(data_dir=data, testing=True, drain="off")).app_context():
            upgrade()
            db.session.remove()
            seconds, own_mb = _run(file, data, kind="sheet", more=("--mapping", sheets.MAPPING))
            sealed = db.session.scalar(select(func.count()).select_from(Release))
            db.session.remove()
        print(
            f"{sealed:,} of {count:,} rows of {name.upper()} sealed in {seconds:.1f} s: {count / seconds:,.0f} a second"
        )
        verdicts.say(f"own memory at its highest, {name.upper()}", own_mb, MEMORY_MB, "MB")


def _run(file: Path, data: Path, *, kind: str = "ocds", more: Sequence[str] = ()) -> tuple[float, float]:
    """Run the command; give its seconds, from start to end, and the most memory of its own that it had, in MB."""
    command = [str(PORTAL), "import", kind, str(file), "--by", "bench", *more]
    start, own_mb = time.perf_counter(), 0.0
    process = subprocess.Popen(
        command, env=os.environ | {"SANWEN_DATA_DIR": str(data), "SANWEN_DRAIN": "off"}, stderr=subprocess.DEVNULL
    )
    while process.poll() is None:
        own_mb = max(own_mb, sum(map(own_memory, [process.pid, *_children(process.pid)])))
        time.sleep(SAMPLE_SECONDS)
    if process.returncode:
        message = f"the import ended with {process.returncode}"
        raise SystemExit(message)
    return time.perf_counter() - start, own_mb


def _measure_peers(file: Path, folder: Path) -> None:
    """Time, over the same releases, what an import cannot be faster than, and the standard's own merging library."""
    releases = json.loads(file.read_text("utf-8"))["releases"]
    start = time.perf_counter()
    with sqlite3.connect(folder / "bare.sqlite3") as connection:
        for setting in SQLITE_SETTINGS:
            connection.execute(setting)
        connection.execute("CREATE TABLE release (id INTEGER PRIMARY KEY, ocid TEXT, release_id TEXT, body BLOB)")
        rows = ((one["ocid"], one["id"], json.dumps(one, ensure_ascii=False).encode()) for one in releases)
        connection.executemany("INSERT INTO release (ocid, release_id, body) VALUES (?, ?, ?)", rows)
    print(f"limit: one bare SQLite table, {len(releases) / (time.perf_counter() - start):,.0f} releases a second")
    chains: dict[str, list[merging.Json]] = {}
    for one in releases:
        chains.setdefault(one["ocid"], []).append(one)
    start = time.perf_counter()
    ours = [merging.compile_releases(chain) for chain in chains.values()]
    own_rate = len(releases) / (time.perf_counter() - start)
    if not SCHEMA.exists():
        print(f"compiling alone: {own_rate:,.0f} releases a second; ocdsmerge left out, it needs ../shared/data")
        return
    from ocdsmerge import Merger  # noqa: PLC0415 - only where there is its schema

    merger = Merger(json.loads(SCHEMA.read_text("utf-8")))
    start = time.perf_counter()
    theirs = [merger.create_compiled_release(chain) for chain in chains.values()]
    rate = len(releases) / (time.perf_counter() - start)
    same = "the same" if ours == theirs else "NOT the same"
    print(f"compiling alone: {own_rate:,.0f} releases a second; ocdsmerge {rate:,.0f}; results are {same}")


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []


if __name__ == "__main__":
    raise SystemExit(main())
