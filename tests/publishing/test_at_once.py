"""Two approvers at once, and a process that is killed in the middle: one release, or none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.accounts.rules import Role
from portal.kernel import clock
from portal.ledger.models import LedgerEntry
from portal.procurement.models import Release
from portal.publishing import actions, due, rules
from portal.publishing.models import Draft
from portal.publishing.rules import DraftStatus
from portal.storage.database import db
from tests.factories.drafts import make_offices, make_staff, make_submitted, publish_draft
from tests.servers import ROOT

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import Settings

KILLED = """
import os, signal, sys
from portal.app import create_app
from portal.publishing import actions
from portal.settings import Settings
app = create_app(Settings.from_environment(os.environ))
seal = actions.seal_releases
actions.seal_releases = lambda *a, **k: (seal(*a, **k), os.kill(os.getpid(), signal.SIGKILL))
number, revision, by, government = map(int, sys.argv[1:])
with app.app_context():
    actions.approve_draft(number, revision=revision, by=by, governments={government})
"""


def counted() -> tuple[int, ...]:
    """Count releases and entries of the ledger."""
    db.session.rollback()
    return tuple(db.session.scalar(select(func.count()).select_from(model)) or 0 for model in (Release, LedgerEntry))


def test_of_two_approvers_at_once_one_publishes_and_one_is_told(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft, second = make_submitted("intention", government, by=publisher), make_staff(government, Role.APPROVER)
    number, revision = draft.id, draft.revision
    db.session.remove()
    told: list[str] = []
    start = threading.Barrier(2)

    def approve(by: int) -> None:
        with app.app_context():
            start.wait()
            try:
                actions.approve_draft(number, revision=revision, by=by, governments={government})
            except rules.WrongDraftStateError as error:
                told.append(error.code)
            db.session.remove()

    threads = [threading.Thread(target=approve, args=(by,)) for by in (approver, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told == ["wrong-draft-state"]
    assert counted() == (1, 1)


def test_two_workers_publish_a_scheduled_notice_once(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_submitted("intention", government, by=publisher)
    _schedule(draft, by=approver)
    db.session.remove()
    published: list[int] = []
    start = threading.Barrier(2)

    def work() -> None:
        with app.app_context():
            start.wait()
            published.append(due.publish_due())
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(published) == [0, 1]
    assert counted() == (1, 1)


def _schedule(draft: Draft, *, by: int) -> None:
    """Approve for a moment that has just come."""
    with clock.frozen(clock.now() - timedelta(hours=1)):
        actions.approve_draft(
            draft.id, revision=draft.revision, by=by, governments={draft.government_id},
            publish_at=clock.now() + timedelta(minutes=1),
        )  # fmt: skip


def test_a_kill_between_the_seal_and_the_state_leaves_nothing(app: Flask, settings: Settings) -> None:
    government, publisher, approver = make_offices()
    draft = make_submitted("intention", government, by=publisher)
    said = [str(number) for number in (draft.id, draft.revision, approver, government)]
    db.session.remove()
    environment = os.environ | {"SANWEN_DATA_DIR": str(settings.data_dir), "SANWEN_DATABASE_URL": settings.database}

    ended = subprocess.run(
        [sys.executable, "-c", KILLED, *said], cwd=ROOT, env=environment, check=False, capture_output=True
    )

    assert ended.returncode == -signal.SIGKILL, ended.stderr[-500:]
    assert counted() == (0, 0)
    again = db.session.get_one(Draft, int(said[0]))
    assert again.status is DraftStatus.SUBMITTED
    assert publish_draft(again, by=approver).status is DraftStatus.PUBLISHED
    assert counted() == (1, 1)
