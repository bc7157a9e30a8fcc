"""Large files: read in the background, made drafts in batches, approved in one act; safe to kill at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from portal.accounts.rules import Role
from portal.kernel import clock
from portal.ledger import checking
from portal.procurement.models import Process, Release
from portal.publishing import actions, due, upload_content, upload_drafts, upload_rules, upload_work, uploads
from portal.publishing.models import Draft, DraftEvent
from portal.publishing.rules import DraftAct, DraftChangedError, DraftStatus, OwnDraftError
from portal.publishing.upload_models import Upload, UploadPart, UploadRow
from portal.publishing.upload_rules import NothingWaitsError, NotReadYetError, RowState, UploadState
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.drafts import make_offices, make_staff
from tests.factories.sheets import typed
from tests.factories.uploads import bring, keep, kept, newest
from tests.factories.web import send, signed_in
from tests.servers import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from portal.procurement.sheet_lines import Limits
    from portal.settings import Settings

ROWS, BATCH = 45, 20  # three batches
KILLED = """
import os, signal, sys
from portal.app import create_app
from portal.publishing import due, upload_rules, upload_work
from portal.settings import Settings
app = create_app(Settings.from_environment(os.environ))
left = int(sys.argv[2])
upload_rules.BATCH = due.BATCH = 20
def killing(act):
    def acts(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*args, **kwargs)
    return acts
module, name = (due, "seal_releases") if sys.argv[1] == "seal" else (upload_work, sys.argv[1])
setattr(module, name, killing(getattr(module, name)))
with app.app_context():
    while upload_work.work_on_files() + due.publish_due():
        pass
"""


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file count as one that is too large to be read while somebody waits."""
    monkeypatch.setattr(upload_rules, "AT_ONCE_BYTES", 0)
    monkeypatch.setattr(upload_rules, "AT_ONCE_SECONDS", 0.0)
    monkeypatch.setattr(upload_rules, "BATCH", BATCH)
    monkeypatch.setattr(due, "BATCH", BATCH)


def sheet(rows: int = ROWS, code: str = "intention", bad: int = 0) -> bytes:
    """Write a sheet in which every row is another purchase; the last ones lack their title."""
    row = {heading: text.replace("\n", " ") for heading, text in typed(code).items()}
    title = next(heading for heading in row if "项目名称" in heading)
    lines = [row.keys()]
    for number in range(rows):
        said = row | {title: f"第{number}个项目" if number < rows - bad else ""}
        lines.append(said.values())  # type: ignore[arg-type]  # keys and values are texts alike
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode()


def work() -> None:
    while upload_work.work_on_files():
        pass


def publish() -> None:
    while due.publish_due():
        pass


def submitted(app: Flask, rows: int = ROWS) -> tuple[int, int, int]:
    """Bring a file and let all its rows be submitted: (government, publisher, approver)."""
    government, publisher, approver = make_offices()
    upload = keep("大表.csv", sheet(rows), government, publisher)
    work()
    uploads.confirm_upload(upload.id, by=publisher, governments={government}, submits=True)
    work()
    return government, publisher, approver


def statuses() -> set[DraftStatus]:
    db.session.rollback()
    return set(db.session.scalars(select(Draft.status)))


def token(by: int) -> str:
    return upload_drafts.for_approval(newest(), by=by, draw=1).token


def test_a_large_file_is_read_in_the_background_while_a_page_tells_how_far_it_is(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)

    where = bring(client, sheet(bad=7), government, "大表.csv").headers["Location"]
    before, still = client.get(where), client.get(f"{where}?still=1")
    work()
    after = client.get(where)

    assert "<progress" in before.text
    assert before.headers["Refresh"] == "5"
    assert "Refresh" not in still.headers
    assert "<progress" not in after.text
    assert "Refresh" not in after.headers
    assert f"{ROWS - 7}份公告可以成为草稿" in after.text
    assert uploads.counts(newest()) == {RowState.GOOD: ROWS - 7, RowState.BAD: 7, RowState.KNOWN: 0}
    assert client.get(f"{where}?stage=bad").text.count("govuk-tag--red") == 7
    assert client.get(f"{where}?page=3").status_code == 200
    assert client.get(f"{where}?page=4").status_code == 404


def test_nothing_is_confirmed_before_all_is_read(app: Flask) -> None:
    government, publisher, _ = make_offices()
    upload = keep("大表.csv", sheet(), government, publisher)

    with pytest.raises(NotReadYetError):
        uploads.confirm_upload(upload.id, by=publisher, governments={government})

    assert kept(Draft) == 0


def test_what_is_found_to_be_no_sheet_in_the_background_is_told_on_its_page(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)

    where = bring(client, b"\xff\xff\xfe\x00\x81", government, "坏.csv").headers["Location"]
    work()

    assert "UTF-8" in client.get(where).text
    assert (newest().state, kept(UploadPart), kept(UploadRow)) == (UploadState.REFUSED, 0, 0)


def test_a_file_that_nobody_foresaw_stops_neither_others_nor_the_worker(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    government, publisher, _ = make_offices()
    strange = keep("怪.csv", sheet(2), government, publisher).id
    good = keep("好.csv", sheet(3), government, publisher).id
    opens = upload_content.open_sheet

    def opens_some(path: Path, limits: Limits, *more: object) -> upload_content.Opened:
        if path.read_bytes() == sheet(2):
            raise RuntimeError
        return opens(path, limits, *more)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(upload_content, "open_sheet", opens_some)
    work()

    states = dict(db.session.execute(select(Upload.id, Upload.state)).all())
    assert states == {strange: UploadState.REFUSED, good: UploadState.READ}


def test_a_row_that_stands_twice_is_found_across_batches(app: Flask) -> None:
    government, publisher, _ = make_offices()
    lines = sheet().split(b"\n")
    keep("大表.csv", b"\n".join([*lines, lines[1]]), government, publisher)

    work()

    [bad] = db.session.scalars(select(UploadRow).where(UploadRow.state == RowState.BAD))
    assert (bad.number, bad.same_as) == (ROWS + 1, 2)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("batches", [0, 1, 2])
def test_a_kill_loses_no_row_and_makes_none_twice(app: Flask, settings: Settings, batches: int) -> None:
    government, publisher, approver = make_offices()
    upload = keep("大表.csv", sheet(), government, publisher)
    number = upload.id
    db.session.remove()

    killed = [run(settings, "insert_rows", batches)]
    work()
    read = kept(UploadRow)
    uploads.confirm_upload(number, by=publisher, governments={government}, submits=True)
    killed.append(run(settings, "begin_drafts", batches))
    work()
    upload_drafts.approve_all(number, token=token(approver), by=approver, governments={government})
    killed.append(run(settings, "seal", batches))
    publish()

    assert killed == [-signal.SIGKILL] * 3
    assert (read, kept(Draft), kept(Release), kept(Process)) == (ROWS,) * 4
    assert statuses() == {DraftStatus.PUBLISHED}
    assert db.session.scalar(select(func.count(Draft.title.distinct()))) == ROWS
    assert checking.check().faults == []


def run(settings: Settings, what: str, after: int) -> int:
    """Work in a process of its own that is killed when it would do something for the n-th time."""
    db.session.remove()
    environment = os.environ | {"SANWEN_DATA_DIR": str(settings.data_dir), "SANWEN_DATABASE_URL": settings.database}
    command = [sys.executable, "-c", KILLED, what, str(after)]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True).returncode


def test_all_drafts_of_a_file_are_approved_in_one_act_from_a_page_that_says_what_they_are(app: Flask) -> None:
    _, _, approver = submitted(app)
    where = f"/office/releases/upload/{newest().id}/drafts"
    chief = signed_in(app, approver)

    page = chief.get(f"{where}/approve").text
    other = chief.get(f"{where}/approve?sample=2").text
    answer = send(chief, f"{where}/approve", token=said_in(page))
    going = chief.get(where)
    publish()
    done = chief.get(where)

    assert f"您将一次审批{ROWS}份公告" in page
    assert "54,225,225,000 元" in page  # 45 times 120,500.50 times 10,000
    assert page.count("<h3") == 15
    assert page != other
    assert answer.status_code == 303
    assert ("<progress" in going.text, "Refresh" in going.headers) == (True, True)
    assert ("<progress" in done.text, f"已有{ROWS}份公告发布" in done.text) == (False, True)
    assert (statuses(), kept(Release)) == ({DraftStatus.PUBLISHED}, ROWS)
    approvals = select(func.count()).select_from(DraftEvent).where(DraftEvent.act == DraftAct.APPROVED)
    assert db.session.scalar(approvals.where(DraftEvent.person_id == approver)) == ROWS
    assert set(db.session.scalars(select(Release.sealed_by))) == {"郑州市人民政府"}
    assert set(db.session.scalars(select(Release.source))) == {"大表.csv"}


def test_nobody_approves_a_file_that_they_took_nor_one_that_changed_meanwhile(app: Flask) -> None:
    government, publisher, approver = submitted(app, rows=3)
    number = newest().id
    seen = token(approver)
    draft = db.session.scalars(select(Draft.id).limit(1)).one()
    actions.return_draft(draft, "改标题", by=approver, governments={government})

    with pytest.raises(OwnDraftError):
        upload_drafts.approve_all(number, token=token(publisher), by=publisher, governments={government})
    with pytest.raises(DraftChangedError):
        upload_drafts.approve_all(number, token=seen, by=approver, governments={government})

    assert statuses() == {DraftStatus.DRAFTING, DraftStatus.SUBMITTED}
    assert upload_drafts.approve_all(number, token=token(approver), by=approver, governments={government}) == 2


def test_a_page_that_is_out_of_date_is_shown_anew_and_can_be_sent(app: Flask) -> None:
    government, _, approver = submitted(app, rows=3)
    where = f"/office/releases/upload/{newest().id}/drafts/approve"
    chief = signed_in(app, approver)
    draft = db.session.scalars(select(Draft.id).limit(1)).one()
    actions.return_draft(draft, "改标题", by=approver, governments={government})

    old = send(chief, where, token="3-9-3-0")
    new = send(chief, where, token=said_in(old.text))

    assert (old.status_code, new.status_code) == (409, 303)
    assert "您将一次审批2份公告" in old.text
    assert upload_drafts.status_counts(newest())[DraftStatus.APPROVED] == 2


def said_in(page: str) -> str:
    return page.partition('name="token" type="hidden" value="')[2].partition('"')[0]


def test_of_two_approvers_of_a_file_at_once_one_approves_and_one_is_told(app: Flask) -> None:
    government, _, approver = submitted(app)
    second, number = make_staff(government, Role.APPROVER), newest().id
    seen = {by: token(by) for by in (approver, second)}
    db.session.remove()
    approved: list[int] = []
    told: list[str] = []
    start = threading.Barrier(2)

    def approve(by: int) -> None:
        with app.app_context():
            start.wait()
            try:
                approved.append(upload_drafts.approve_all(number, token=seen[by], by=by, governments={government}))
            except (DraftChangedError, NothingWaitsError) as error:
                told.append(error.code)
            db.session.remove()

    threads = [threading.Thread(target=approve, args=(by,)) for by in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (approved, told) == ([ROWS], ["nothing-waits"])
    query = select(func.count(DraftEvent.id), func.count(DraftEvent.person_id.distinct()))
    assert db.session.execute(query.where(DraftEvent.act == DraftAct.APPROVED)).one() == (ROWS, 1)


def test_drafts_that_were_given_back_unchanged_are_submitted_again_in_one_act_and_that_is_told(app: Flask) -> None:
    government, publisher, approver = submitted(app, rows=4)
    where = f"/office/releases/upload/{newest().id}/drafts"
    send(signed_in(app, approver), f"{where}/return", reason="先停一停")
    draft = db.session.scalars(select(Draft).order_by(Draft.id).limit(1)).one()
    actions.change_draft(draft.id, draft.values | {"title": "改过的"}, by=publisher, governments={government})
    writer = signed_in(app, publisher)

    page = writer.get(f"{where}/submit").text
    answer = send(writer, f"{where}/submit")

    assert "其中3份曾被退回，之后没有人改过" in page
    assert answer.status_code == 303
    db.session.rollback()
    said = set(db.session.execute(select(Draft.status, Draft.return_reason)).all())
    assert said == {(DraftStatus.SUBMITTED, ""), (DraftStatus.DRAFTING, "先停一停")}


@pytest.mark.parametrize("batches", [0, 1, 4], ids=["brought", "reading", "read"])
def test_a_file_of_which_nothing_is_a_draft_is_thrown_away_at_any_moment(app: Flask, batches: int) -> None:
    government, publisher, approver = make_offices()
    upload = keep("大表.csv", sheet(), government, publisher)
    where = f"/office/releases/upload/{upload.id}"
    for _ in range(batches):
        upload_work._step(upload.id, upload_work._runs)  # noqa: SLF001 - one batch and no more
    client = signed_in(app, publisher)
    linked = client.get(where).text

    answer = send(client, f"{where}/stop")
    work()

    assert f'href="{where}/stop"' in linked
    assert (answer.status_code, answer.headers["Location"]) == (303, "/office/releases/uploads")
    assert (kept(Upload), kept(UploadPart), kept(UploadRow), kept(Draft)) == (0, 0, 0, 0)
    assert client.get(where).status_code == 404
    assert signed_in(app, approver).post(f"{where}/stop").status_code == 403


def test_making_drafts_is_stopped_and_the_rest_taken_later(app: Flask) -> None:
    government, publisher, _ = make_offices()
    upload = keep("大表.csv", sheet(), government, publisher)
    work()
    number, where = upload.id, f"/office/releases/upload/{upload.id}"
    uploads.confirm_upload(number, by=publisher, governments={government})
    upload_work._step(number, upload_work._runs)  # noqa: SLF001 - one batch and no more
    client = signed_in(app, publisher)

    answer = send(client, f"{where}/stop")
    work()
    stopped = kept(Draft)
    again = send(client, f"{where}/stop")
    uploads.confirm_upload(number, by=publisher, governments={government})
    work()

    assert answer.headers["Location"] == f"{where}/drafts"
    assert (stopped, again.status_code, kept(Draft)) == (BATCH, 409, ROWS)
    assert newest().state is UploadState.TAKEN


def test_all_drafts_are_given_back_submitted_again_and_thrown_away_in_one_act_each(app: Flask) -> None:
    government, publisher, approver = submitted(app, rows=4)
    number = newest().id
    where = f"/office/releases/upload/{number}/drafts"

    returned = send(signed_in(app, approver), f"{where}/return", reason="金额单位不对")
    writer = signed_in(app, publisher)
    reasons = set(db.session.scalars(select(Draft.return_reason)))
    discarded = send(writer, f"{where}/discard")

    assert (returned.status_code, discarded.status_code) == (303, 303)
    assert reasons == {"金额单位不对"}
    assert statuses() == {DraftStatus.DISCARDED}
    with pytest.raises(NothingWaitsError):
        upload_drafts.discard_all(number, by=publisher, governments={government})
    uploads.confirm_upload(number, by=publisher, governments={government})
    work()
    assert (kept(Draft), send(writer, f"{where}/submit").status_code) == (8, 303)
    assert upload_drafts.status_counts(newest())[DraftStatus.SUBMITTED] == 4


def test_a_file_is_deleted_after_a_week_unless_drafts_of_it_are_open(app: Flask) -> None:
    government, publisher, _ = submitted(app, rows=1)
    first = newest()
    old = keep("没人要.csv", sheet(2), government, publisher)
    with transaction():
        db.session.execute(
            update(Upload).where(Upload.id.in_([first.id, old.id])).values(uploaded_at=clock.now() - timedelta(days=8))
        )

    keep("新.csv", sheet(3), government, publisher)

    assert set(db.session.scalars(select(Upload.filename))) == {"大表.csv", "新.csv"}
