"""A throw-away PostgreSQL cluster for the tests: on a loopback port, gone with the session."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, text

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=64MB"


def programs() -> Path | None:
    """Find the folder with initdb and pg_ctl; Debian keeps it out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[-3])
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Start a cluster in a folder and give the address of its server, without a database."""
    bin_folder = programs()
    assert bin_folder is not None
    data, port = folder / "data", _free_port()
    folder.mkdir(parents=True, exist_ok=True)
    _hand_over(folder)
    _run(
        bin_folder / "initdb", "-D", data, "-U", "tester", "--auth=trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8"
    )
    start = f"{OPTIONS} -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
    _run(bin_folder / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", start, "start")
    server = f"postgresql+psycopg://tester@127.0.0.1:{port}"
    try:
        yield server
    finally:
        _administrator(server).dispose()
        _run(bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def copy(server: str, template: str, name: str) -> None:
    """Make a database that holds what another one holds, by its files: a log of them takes nine times as long."""
    administer(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")


def drop(server: str, name: str) -> None:
    """Take a database away, whoever uses it."""
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def administer(server: str, statement: str) -> None:
    """Tell the server something about its databases."""
    with _administrator(server).connect() as connection:
        connection.execute(text(statement))


@cache
def _administrator(server: str) -> Engine:
    return create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")


def _run(*command: object) -> None:
    """Run a program of PostgreSQL, which refuses to be run by root."""
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    done = subprocess.run([str(part) for part in command], check=False, capture_output=True, cwd="/", **user)
    assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()


def _hand_over(folder: Path) -> None:
    if os.getuid() != 0:
        return
    shutil.chown(folder, "postgres", "postgres")
    for parent in folder.parents:
        if parent.stat().st_uid == 0 and str(parent).startswith("/tmp/"):  # noqa: S108 - pytest's own folders
            parent.chmod(0o755)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
