"""Queries meant to hurt, asked over HTTP of a portal with 100,000 notices: on Whoosh, and on PostgreSQL."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from benches import measuring
from benches.page import free_port, make_portal, running
from tests import postgres

if TYPE_CHECKING:
    from portal.settings import Settings

LIMIT_MS, COUNT, PATIENCE = 100.0, 10, 60.0
COMMON = "服务 项目 采购 公告 验收 评估 合同 约定 社会 组织 机构 第三 三方 预算 金额 编号"
BOMBS = {
    "*a*": "*a*",
    "20 wildcards": "a* " * 20,
    "[a TO z]": "[a TO z]",
    "2,000 times NOT": "NOT " * 2_000,
    "1 MB": "字" * 1_000_000,
    "unbalanced quotes": '"' * 999 + "养老",
    "control characters": "a\x00b \x1f",
    "16 common words": COMMON,
    "400 times one character": "服" * 400,
    "one common character": "服",
    "one letter": "a",
    "every notice": "采购项目",
}


def main() -> int:
    """Ask every bomb of both; the exit code is 1 if one takes longer than allowed."""
    parser = argparse.ArgumentParser(prog="scripts/bench bombs", description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--only", choices=("whoosh", "postgres"), help="One of the two.")
    said = parser.parse_args()
    verdicts = measuring.Verdicts()
    folder = Path(tempfile.mkdtemp(prefix="sanwen-bombs-"))
    try:
        if said.only != "postgres":
            measure("whoosh", make_portal(folder / "whoosh", said.documents), verdicts)
        if said.only != "whoosh":
            with postgres.cluster(folder / "cluster") as server:
                address = f"{server}/postgres"
                settings = make_portal(
                    folder / "postgres", said.documents, database_url=address, search_backend="postgres"
                )
                measure("postgres", settings, verdicts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return verdicts.close()


def measure(name: str, settings: Settings, verdicts: measuring.Verdicts) -> None:
    """Time every bomb against a portal served by one worker."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable, "-m", "gunicorn", "--config", "scripts/gunicorn.conf.py", "--workers", "1",
        "--bind", f"127.0.0.1:{port}", "wsgi:app",
    ]  # fmt: skip
    environment = {
        "SANWEN_DATA_DIR": str(settings.data_dir), "SANWEN_DATABASE_URL": settings.database_url or "",
        "SANWEN_SEARCH_BACKEND": settings.search_backend, "SANWEN_PUBLIC_URL": address, "SANWEN_DRAIN": "off",
    }  # fmt: skip
    with running(command, f"{address}/healthz", {key: value for key, value in environment.items() if value}):
        status, first = ask(address, "第一次")
        print(f"\n{name}: the first search of a process takes {first:.0f} ms ({status})")
        for bomb, query in BOMBS.items():
            answers = [ask(address, query) for _ in range(COUNT)]
            statuses = sorted({status for status, _ in answers})
            times = sorted(milliseconds for _, milliseconds in answers)
            is_refused_well = all(status < HTTPStatus.INTERNAL_SERVER_ERROR for status in statuses)
            worst = times[-1] if is_refused_well else float("inf")
            told = f"{name}, {bomb} (p50 {measuring.p50(times):.0f} ms, status {', '.join(map(str, statuses))})"
            verdicts.say(told, worst, LIMIT_MS, "ms at worst")


def ask(address: str, query: str) -> tuple[int, float]:
    """Fetch the search page for a query; give the status and the milliseconds it took."""
    url = f"{address}/search?q={urllib.parse.quote(query)}"
    start = time.perf_counter()
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 - loopback
            answer.read()
            status = answer.status
    except urllib.error.HTTPError as error:
        error.read()
        status = error.code
    except OSError:
        status = HTTPStatus.REQUEST_URI_TOO_LONG  # the server hung up on a line that never ends
    return status, (time.perf_counter() - start) * measuring.MILLI


if __name__ == "__main__":
    raise SystemExit(main())
