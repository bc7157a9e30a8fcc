"""A large sheet in the office: read, made drafts, approved in one act by a second person, and sealed."""

from __future__ import annotations

import csv
import os
import time
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from benches.measuring import own_memory
from portal.accounts.actions import add_person, grant_role
from portal.accounts.rules import Role
from portal.app import create_app
from portal.classification.models import Category, Region
from portal.classification.queries import forget
from portal.kernel import clock
from portal.parties.actions import add_government
from portal.procurement.models import Release
from portal.publishing import due, upload_drafts, upload_work, uploads
from portal.publishing.notices.model import notice_types
from portal.publishing.notices.sheets import columns_of
from portal.settings import Settings
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.storage.upgrading import upgrade
from portal.web.paging import PER_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benches.measuring import Verdicts

NOTICE, REGION, CATEGORY = "intention", "410100", "A0402"
MEMORY_MB, PAGE_SECONDS = 400.0, 1.0
SAMPLE_SECONDS = 0.1
TYPED = {
    "line": "社区助餐服务第{}号", "paragraph": "为独居老人送餐上门，每天两餐。", "month": "2026-12",
    "amount": "12.5", "region": REGION, "category": CATEGORY, "organisation": "郑州市民政局", "choice": "no",
}  # fmt: skip


def measure(folder: Path, count: int, verdicts: Verdicts) -> None:
    """Take a sheet of so many rows through the office, and print how fast and with how much memory."""
    file, data = folder / "intentions.csv", folder / "portal-office"
    _write(file, count)
    with create_app(Settings(data_dir=data, testing=True, drain="off")).app_context(), _watched() as memory:
        upgrade()
        government, publisher, approver = _people()
        with file.open("rb") as stream:
            kept = uploads.keep_upload(uploads.Bring(file.name, stream, government, publisher)).id
        _time("read", count, lambda: _until_done(upload_work.work_on_files))
        start = time.perf_counter()
        _last_page(kept, government, count)
        verdicts.say("the last page of its rows", time.perf_counter() - start, PAGE_SECONDS, "s")
        uploads.confirm_upload(kept, by=publisher, governments={government}, submits=True)
        _time("made drafts", count, lambda: _until_done(upload_work.work_on_files))
        found = upload_drafts.for_approval(uploads.upload_in_office(kept, {government}), by=approver, draw=1)
        upload_drafts.approve_all(kept, token=found.token, by=approver, governments={government})
        _time("sealed", count, lambda: _until_done(due.publish_due))
        sealed = db.session.scalar(select(func.count()).select_from(Release))
        print(f"       {sealed:,} of {count:,} rows sealed after one approval")
        verdicts.say("own memory at its highest, office", max(memory), MEMORY_MB, "MB")
        db.session.remove()


def _write(file: Path, count: int) -> None:
    """Write a sheet with the headings of the template, every row another purchase."""
    columns = [one for one in columns_of(notice_types()[NOTICE]) if not one.is_code]
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = ([TYPED[one.field.kind].format(number) for one in columns] for number in range(count))
        csv.writer(out).writerows([[one.heading for one in columns], *rows])


def _people() -> tuple[int, int, int]:
    """Make a government with one who writes and one who approves."""
    with transaction():
        db.session.merge(
            Region(code=REGION, name="郑州市", name_en="Zhengzhou", level="prefecture", source="GB/T 2260")
        )
        db.session.merge(Category(
            code=CATEGORY, name="养老服务", name_en="Elderly care", level=2, scheme="目录", valid_from=clock.today(),
            status="checked",
        ))  # fmt: skip
    forget()
    government = add_government("郑州市人民政府", name_en="Zhengzhou Government", region_code=REGION).id
    people = [add_person(f"bench-{role.value}@example.org").id for role in (Role.PUBLISHER, Role.APPROVER)]
    for person, role in zip(people, (Role.PUBLISHER, Role.APPROVER), strict=True):
        grant_role(person, role, government_id=government)
    return government, people[0], people[1]


def _last_page(kept: int, government: int, count: int) -> None:
    upload = uploads.upload_in_office(kept, {government})
    uploads.rows_page(upload, -(-count // PER_PAGE), state=None, total=count)


def _until_done(act: Callable[[], int]) -> None:
    while act():
        db.session.remove()


def _time(what: str, count: int, act: Callable[[], None]) -> None:
    start = time.perf_counter()
    act()
    seconds = time.perf_counter() - start
    print(f"office, {count:,} rows {what} in {seconds:.1f} s: {count / seconds:,.0f} a second", flush=True)


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Note how much memory of its own this process has, again and again."""
    noted, over = [0.0], Event()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            noted.append(own_memory(os.getpid()))

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield noted
    finally:
        over.set()
        watcher.join()
