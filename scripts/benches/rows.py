"""One row as JSON at concurrency 16: ours as served by gunicorn, and Datasette's, over the same notices.

Both are asked for rows that nobody asked for before, and for a thousand rows again and again.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from os import cpu_count, sysconf
from pathlib import Path

from benches import measuring
from benches.corpus import notices
from benches.loading import per_second
from benches.page import free_port, make_portal, running

TIMES, ROUNDS, AGAIN, STRIDE = 1.5, 5, 1_000, 7_919


def main() -> int:
    """Measure and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=3_000, help="in each of five rounds")
    asked = parser.parse_args()
    verdicts = measuring.Verdicts()
    with tempfile.TemporaryDirectory() as folder:
        measure_rows(Path(folder), asked.documents, asked.requests, verdicts)
    return verdicts.close()


def measure_rows(folder: Path, count: int, requests: int, verdicts: measuring.Verdicts) -> None:
    """Ask both servers in turns, so that whatever else the machine does slows both."""
    settings = make_portal(folder / "portal", count, is_indexed=False)
    _make_peer(folder / "peer.db", count)
    ours, theirs = free_port(), free_port()
    gunicorn = ["-m", "gunicorn", "--config", "scripts/gunicorn.conf.py", "--bind", f"127.0.0.1:{ours}", "wsgi:app"]
    environment = {
        "SANWEN_DATA_DIR": str(settings.data_dir), "SANWEN_PUBLIC_URL": f"http://127.0.0.1:{ours}",
        "SANWEN_API_LIMIT": "", "WEB_CONCURRENCY": "2",
    }  # fmt: skip
    datasette = ["-m", "datasette", "serve", str(folder / "peer.db"), "--port", str(theirs)]
    datasette += ["--setting", "suggest_facets", "off"]
    with (
        running([sys.executable, *gunicorn], f"http://127.0.0.1:{ours}/healthz", environment) as server,
        running([sys.executable, *datasette], f"http://127.0.0.1:{theirs}/", {}) as other,
    ):
        for what, numbers in _asked(count, requests).items():
            own, peer = [], []
            spent = [-_cpu_seconds(server.pid), -_cpu_seconds(other.pid)]
            for rotation in numbers:
                own.append(per_second(ours, [f"/api/v1/notices/{number}" for number in rotation]))
                peer.append(per_second(theirs, [f"/peer/notices/{number}.json" for number in rotation]))
            spent = [spent[0] + _cpu_seconds(server.pid), spent[1] + _cpu_seconds(other.pid)]
            each = [seconds * measuring.MILLI / (requests * ROUNDS) for seconds in spent]
            told = f"{measuring.p50(own):,.0f} a second; Datasette {measuring.p50(peer):,.0f}"
            print(
                f"\n{what}: {told}; CPU {each[0]:.2f} ms each; Datasette {each[1]:.2f} ms on one core of {cpu_count()}"
            )
            share = measuring.p50([one / other for one, other in zip(own, peer, strict=True)])
            verdicts.say(f"{what}, times Datasette's", share, TIMES, "times", at_least=True)


def _asked(count: int, requests: int) -> dict[str, list[list[int]]]:
    """Give the numbers of the rows for each round: first all different, then the same ones."""
    order = [1 + (number * STRIDE) % count for number in range(requests * ROUNDS)]
    new = [order[start : start + requests] for start in range(0, len(order), requests)]
    again = [[1 + number % min(AGAIN, count) for number in range(requests)]] * ROUNDS
    return {"rows never asked for": new, "rows asked for again": again}


def _cpu_seconds(pid: int) -> float:
    """Tell what a server and its workers have spent: what else the machine does changes it little."""
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    stats = (Path(f"/proc/{one}/stat").read_text("ascii").rpartition(")")[2].split() for one in (pid, *workers))
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / sysconf("SC_CLK_TCK")


def _make_peer(path: Path, count: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE notices (id INTEGER PRIMARY KEY, title TEXT, body TEXT, day TEXT, category TEXT)")
    rows = ((number, one.title, one.body, str(one.date), one.category) for number, one in enumerate(notices(count), 1))
    connection.executemany("INSERT INTO notices VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
