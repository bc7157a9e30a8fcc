"""An import that is killed at any moment goes on where it was when it is run again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.demo.purchases import purchases
from portal.ledger import checking
from portal.ledger.models import LedgerEntry
from portal.outbox.models import OutboxEvent
from portal.procurement.models import Process, Release, ReleasePayload
from portal.storage.database import db

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import Settings

LIVES, KILLS, PATIENCE_SECONDS = 500, 2, 60
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)


def start(settings: Settings, file: Path) -> subprocess.Popen[str]:
    environment = {
        "SANWEN_DATA_DIR": str(settings.data_dir), "SANWEN_DATABASE_URL": settings.database_url or "",
        "SANWEN_DRAIN": "off",
    }  # fmt: skip
    command = [str(Path(sys.executable).parent / "portal"), "import", "ocds", str(file), "--by", "tester"]
    return subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def count(model: type[Release | ReleasePayload | LedgerEntry | Process]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def wait_for_more_than(sealed: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while count(Release) <= sealed and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.timeout(300)
def test_a_killed_import_goes_on_without_loss_or_duplicates(app: Flask, settings: Settings, tmp_path: Path) -> None:
    lives = purchases(Random(7), LIVES, prefix="ocds-test00", as_of=AS_OF)
    releases = [release for life in lives for release in life.releases]
    file = tmp_path / "lives.json"
    file.write_text(json.dumps({"releases": releases}, ensure_ascii=False), encoding="utf-8")

    for _ in range(KILLS):
        with start(settings, file) as running:
            wait_for_more_than(count(Release))
            running.kill()
        assert count(Release) == count(ReleasePayload) == count(LedgerEntry)
    with start(settings, file) as running:
        said, _ = running.communicate()
    db.session.rollback()

    sealed = db.session.scalars(select(Release.release_id).order_by(Release.ledger_position)).all()
    announced = select(OutboxEvent.object_id).where(OutboxEvent.kind == "notice", OutboxEvent.change == "published")
    assert " 0 problems" in said
    assert f"{len(releases)} sealed" not in said
    assert sealed == [release["id"] for release in releases]
    assert len(db.session.scalars(announced).all()) == len(releases)
    assert count(Process) == len({release["ocid"] for release in releases})
    assert checking.check().faults == []
