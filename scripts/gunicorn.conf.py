"""How gunicorn serves the portal: one process with threads, which also drains the outbox."""

from __future__ import annotations

import os

workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 10
limit_request_line = 8190  # a search of 500 Chinese characters, nine signs for each in an address
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - gunicorn's own advice
control_socket_disable = True


def when_ready(server: object) -> None:
    """Tell where the portal is."""
    del server
    print(
        f"\nSanwen is served at {os.environ.get('SANWEN_PUBLIC_URL', '')}/  (English: /en/) - stop with Ctrl-C\n",
        flush=True,
    )
