"""Commands of the outbox."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.outbox import draining

if TYPE_CHECKING:
    from types import FrameType


@click.command("worker")
@click.option("--once", is_flag=True, help="Drain what waits and stop.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Drain the outbox outside the web process (setting `drain=worker`)."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the thread needs the real one
    lock_file = app.extensions["settings"].data_dir / "outbox.lock"
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while True:
        delivered = draining.drain_now(app, lock_file=lock_file)
        if delivered:
            click.echo(f"{delivered} events delivered", err=True)
        if once or stop.wait(0 if delivered else draining.POLL_SECONDS):
            return
