"""The HTML page of a search, whole: ours as served by gunicorn, and Datasette's, over the same notices."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert

from benches import measuring
from benches.corpus import notices
from portal.app import create_app
from portal.classification.actions import load_reference_data
from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.outbox.actions import append_event
from portal.procurement import texts
from portal.procurement.models import Release, ReleasePayload
from portal.search import keeping, registry
from portal.settings import Settings
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.storage.upgrading import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COUNT, HALF, PATIENCE, WORKER_MB = 25, 0.5, 60.0, 150.0
WORD, PUBLISHED, FOUND_SECONDS = "服务", "刚刚发布的独一无二公告", 2.0
ROOT = Path(__file__).resolve().parents[2]


def measure_page(folder: Path, count: int, verdicts: measuring.Verdicts) -> None:
    """Time both pages for a common word, and how soon a publication is found."""
    settings = make_portal(folder / "portal", count)
    asked = urllib.parse.quote(WORD)
    port = free_port()
    datasette = [sys.executable, "-m", "datasette", "serve", str(folder / "peer.db"), "--port", str(port)]
    with running(datasette, f"http://127.0.0.1:{port}/", {}):
        page = f"http://127.0.0.1:{port}/peer/notices?_search={asked}&_size=20&_facet=category&_facet=region"
        theirs = measuring.wall_times(lambda: _fetch(page), count=COUNT)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    gunicorn = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "scripts/gunicorn.conf.py",
        "--bind",
        f"127.0.0.1:{port}",
        "wsgi:app",
    ]
    environment = {
        "SANWEN_DATA_DIR": str(settings.data_dir), "SANWEN_PUBLIC_URL": address, "MALLOC_ARENA_MAX": "2",
    }  # fmt: skip
    with running(gunicorn, f"{address}/healthz", environment) as process:
        ours = measuring.wall_times(lambda: _fetch(f"{address}/search?q={asked}"), count=COUNT)
        told = f"{measuring.p50(ours):.0f} ms with nine facets; Datasette {measuring.p50(theirs):.0f} ms with two"
        print(f"\nsearch page for {WORD}: {told}")
        share = measuring.p50(ours) / measuring.p50(theirs)
        verdicts.say("search page, part of Datasette's time", share, HALF, "of it")
        for word in ("残疾人", "验收", "评估", "社", "青少年 培训", "第三方评估", "home care", "预算金额"):
            _fetch(f"{address}/search?q={urllib.parse.quote(word)}")
        verdicts.say("memory of a worker", max(map(own_memory, children_of(process.pid))), WORKER_MB, "MB of its own")
        verdicts.say("a publication is found after", _seconds_until_found(settings, address), FOUND_SECONDS, "s")


def make_portal(
    folder: Path, count: int, *, database_url: str = "", search_backend: str = "whoosh", is_indexed: bool = True
) -> Settings:
    """Make a portal whose notices are the corpus, put into the table directly."""
    settings = Settings(
        data_dir=folder, testing=True, drain="off", database_url=database_url, search_backend=search_backend
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
        load_reference_data()
        rows = (
            _release(number, document.title, document.body, document.date)
            for number, document in enumerate(notices(count), 1)
        )
        with transaction():
            batch = []
            for row in rows:
                batch.append(row)
                if len(batch) == 1_000:  # noqa: PLR2004 - any number would do
                    _keep(batch)
                    batch = []
            if batch:
                _keep(batch)
        texts.rebuild()
        if not is_indexed:
            registry.backend().rebuild([])  # else the server would index all while it is measured
            return settings
        start = time.process_time()
        print(
            f"\nindexed {keeping.rebuild():,} things from the database in {time.process_time() - start:.0f} CPU seconds"
        )
    return settings


def _keep(rows: Sequence[dict[str, object]]) -> None:
    payloads = [{"release_id": row["id"], "body": row.pop("body")} for row in rows]
    db.session.execute(insert(Release), rows)
    db.session.execute(insert(ReleasePayload), payloads)


def _release(number: int, title: str, body: str, day: object) -> dict[str, object]:
    moment = datetime.combine(day, datetime.min.time(), UTC)  # type: ignore[arg-type]  # a date
    return {
        "id": number, "ocid": f"ocds-bench-{number}", "release_id": "1", "date_at": moment, "tag": "tender",
        "title": title, "title_en": None,
        "body": canonical_json({"ocid": f"ocds-bench-{number}", "tender": {"title": title, "description": body}}),
        "sha256": "0" * 64,
        "source": "bench", "sealed_by": "bench", "sealed_at": moment, "ledger_position": number,
    }  # fmt: skip


def _seconds_until_found(settings: Settings, address: str) -> float:
    app = create_app(settings)
    with app.app_context(), transaction():
        row = _release(10_000_000, PUBLISHED, PUBLISHED, clock.today())
        _keep([row])
        append_event("notice", str(row["id"]), "published")
    start = time.perf_counter()
    asked = f"{address}/search.jsonl?q={urllib.parse.quote(PUBLISHED)}"
    while PUBLISHED not in _fetch(asked) and time.perf_counter() - start < PATIENCE:
        time.sleep(0.02)
    return time.perf_counter() - start


@contextmanager
def running(command: list[str], ready: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the end of the block."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not _fetch(ready):
            if time.monotonic() > deadline:
                message = f"{command[2]} does not answer"
                raise SystemExit(message)
            time.sleep(0.1)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _fetch(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 - loopback
            return str(answer.read().decode())
    except OSError:
        return ""


def free_port() -> int:
    """Find a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def children_of(pid: int) -> list[int]:
    """List the processes that a process started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def own_memory(pid: int) -> float:
    """Tell the megabytes that a process shares with nobody and no file."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Anonymous:"))
