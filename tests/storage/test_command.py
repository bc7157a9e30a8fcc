"""The documented way to bring a new database up to date."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path


def test_a_new_database_is_made_by_the_command(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "portal"), "db", "upgrade"]

    done = subprocess.run(
        command, env=os.environ | {"SANWEN_DATA_DIR": str(tmp_path)}, check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(tmp_path / "portal.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM release_payload").fetchone() == (0,)
