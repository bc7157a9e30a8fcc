"""Going through files: rows are read and made drafts in batches, each one transaction, from wherever it was left.

Whoever works on a file looks first whether it is where they think it is. So two may be at it, and one may be killed at
any instant: no row is read or becomes a draft twice. What takes longer than a page may, the worker does.
"""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from portal.parties.models import Government
from portal.procurement.sheet_lines import Limits
from portal.publishing import ocds_uploads, sheet_columns, upload_content, upload_files
from portal.publishing import upload_rules as rules
from portal.publishing.beginning import begin_drafts
from portal.publishing.upload_models import Upload, UploadedRow, UploadRow
from portal.publishing.upload_rules import RowState, UploadState
from portal.storage.batches import batches, insert_rows
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.publishing.upload_content import One

    Said = tuple[int, dict[str, Any]]

log = logging.getLogger(__name__)
SECONDS = 1.0  # how long the worker stays at files before it does something else
_runs: dict[int, Run] = {}


def limits() -> Limits:
    """Tell how large a file may be, in rows and bytes."""
    settings = current_app.extensions["settings"]
    return Limits(settings.import_rows, settings.import_bytes)


class Run:
    """A file that is open to be read, and how many of its notices were given out."""

    def __init__(self, upload: Upload) -> None:
        """Open it.

        Raises:
            UploadError: it cannot be read.
        """
        self._stack = ExitStack()
        self.position = self.done = 0
        try:
            path = self._stack.enter_context(upload_files.on_disk(upload.id))
            is_ocds = ocds_uploads.is_ocds(path)
            opened = (
                upload_content.open_ocds(path, limits())
                if is_ocds
                else upload_content.open_sheet(path, limits(), upload.government_id, upload.notice_type)
            )
        except BaseException:
            self._stack.close()
            raise
        self.is_ocds, self.opened = is_ocds, opened

    def go_to(self, position: int) -> bool:
        """Pass over what somebody has read already; False where this run is further than that."""
        while self.position < position and self.next(position - self.position):
            pass
        return self.position == position

    def next(self, most: int) -> list[Said]:
        """Give the next notices with their numbers."""
        found = []
        for said, size in islice(self.opened.notices, most):
            self.position += 1
            self.done += size
            found.append((self.position, said))
        return found

    def close(self) -> None:
        """Leave the file."""
        self._stack.close()


def work_on_files() -> int:
    """Go on with the files at which the portal is at work, for a second; return how many batches were done."""
    until, count = time.monotonic() + SECONDS, 0
    query = select(Upload.id, Upload.state).where(Upload.state.in_(rules.AT_WORK)).order_by(Upload.id)
    states = dict(db.session.execute(query).all())
    db.session.rollback()
    for done in [number for number in _runs if states.get(number) is not UploadState.READING]:
        _runs.pop(done).close()
    for number, state in states.items():
        try:
            while time.monotonic() < until and _step(number, _runs):
                count += 1
        except SQLAlchemyError:
            raise  # nothing is wrong with the file: it is tried again
        except Exception:  # a file as nobody foresaw it must not keep everything else from being done
            log.exception("upload %s: gave up while %s", number, state.value)
            _give_up(number)
    return count


def work_at_once(upload_id: int) -> None:
    """Go on with a file before the page is answered, for as long as a reader waits; the worker does the rest.

    Raises:
        UploadError: it cannot be read; nothing was done with it.
    """
    until, runs = time.monotonic() + rules.AT_ONCE_SECONDS, dict[int, Run]()
    try:
        while time.monotonic() < until and _step(upload_id, runs, tells=True):
            pass
    finally:
        for run in runs.values():
            run.close()


def _step(upload_id: int, runs: dict[int, Run], *, tells: bool = False) -> bool:
    """Do one batch of a file; tell whether there may be more to do."""
    upload = db.session.get(Upload, upload_id, populate_existing=True)
    state = upload.state if upload is not None else None
    if upload is not None and state is UploadState.READING:
        try:
            return _read(upload, runs)
        except rules.UploadError as error:
            if tells:
                raise
            _refuse(upload_id, error)
    elif state is UploadState.TAKING:
        return _take(upload_id)
    return False


def _read(upload: Upload, runs: dict[int, Run]) -> bool:
    """Read the next notices outside of a transaction, and keep them in one unless somebody was quicker."""
    run = runs.get(upload.id)
    if run is None or not run.go_to(upload.rows):
        if run is not None:
            run.close()
        run = runs[upload.id] = Run(upload)
        run.go_to(upload.rows)
        number = upload.id
        _begin_reading(number, run)
        begun = db.session.get(Upload, number)
        if begun is None or begun.state is not UploadState.READING:
            return False  # thrown away meanwhile, or its columns have to be explained
        upload = begun
    start, said = upload.rows, run.next(rules.BATCH)
    found = upload_content.look_through(upload, said)
    return _keep(upload.id, run, start, [(*one, looked) for one, looked in zip(said, found, strict=True)])


def _begin_reading(upload_id: int, run: Run) -> None:
    """Note what the file is, once that is known."""
    with transaction():
        upload = _locked(upload_id)
        if upload is None or upload.state is not UploadState.READING:
            return
        opened = run.opened
        upload.is_ocds, upload.total, upload.sample = run.is_ocds, opened.total, list(opened.sample)
        if opened.header is not None:
            upload.header = sheet_columns.header_said(opened.header)
            upload.notice_type = opened.header.notice.code
        elif not run.is_ocds:
            upload.state = UploadState.ASKING


def _keep(upload_id: int, run: Run, start: int, found: Sequence[tuple[int, dict[str, Any], One]]) -> bool:
    with transaction():
        upload = _locked(upload_id)
        if upload is None or upload.state is not UploadState.READING or upload.rows != start:
            return upload is not None
        if not found:
            upload.state, upload.done = UploadState.READ, upload.total
            return False
        keys = [upload_content.key_of(upload, one, said) for _, said, one in found]
        first = _first_rows(upload_id, [key for key, (_, _, one) in zip(keys, found, strict=True) if not one.problems])
        rows = []
        for key, (number, said, one) in zip(keys, found, strict=True):
            same = None if one.problems else first.setdefault(key, one.number)
            twice = same if same != one.number else None
            rows.append({
                "upload_id": upload_id, "number": number, "key": "" if one.problems else key, "said": said,
                "same_as": twice, "state": one.state if twice is None else RowState.BAD, "draft_id": one.draft_id,
                "is_taken": False,
            })  # fmt: skip
        insert_rows(UploadRow, rows)
        upload.rows, upload.done = run.position, min(run.done, upload.total)
        return True


def _first_rows(upload_id: int, keys: Sequence[str]) -> dict[str, int]:
    """Tell which notices stood in an earlier row of the file, and in which."""
    found: dict[str, int] = {}
    for batch in batches(keys):
        query = select(UploadRow.key, UploadRow.number, UploadRow.said).where(UploadRow.key.in_(batch))
        query = query.where(UploadRow.upload_id == upload_id, UploadRow.same_as.is_(None))
        for key, number, said in db.session.execute(query):
            lines = said.get("lines")
            found[key] = lines[0]["number"] if lines else number
    return found


def _take(upload_id: int) -> bool:
    """Make the next good rows drafts: looked through again, for the world may have changed since."""
    with transaction():
        upload = _locked(upload_id)
        if upload is None or upload.state is not UploadState.TAKING or upload.taken_by is None:
            return False
        db.session.execute(select(Government.id).where(Government.id == upload.government_id).with_for_update())
        query = select(UploadRow.id, UploadRow.number, UploadRow.said).where(
            UploadRow.upload_id == upload_id, UploadRow.state == RowState.GOOD
        )
        rows = db.session.execute(query.order_by(UploadRow.id).limit(rules.BATCH)).all()
        if not rows:
            upload.state, upload.done = UploadState.TAKEN, upload.total
            upload_files.forget_parts(upload_id)
            return False
        found = upload_content.look_through(upload, [(row.number, row.said) for row in rows])
        good = {row.id: one for row, one in zip(rows, found, strict=True) if one.state is RowState.GOOD}
        begun = [upload_content.beginning_of(upload, one, upload.taken_by) for one in good.values()]
        drafts = begin_drafts(begun, submits=upload.submits)
        became = {number: draft.id for number, draft in zip(good, drafts, strict=True)}
        _remember(upload.government_id, {
            upload_content.digest_of(upload, one): became[number] for number, one in good.items()
        })  # fmt: skip
        changed = [
            {
                "id": row.id, "state": RowState.BAD if one.problems else RowState.KNOWN,
                "draft_id": became.get(row.id, one.draft_id), "is_taken": row.id in became,
            }
            for row, one in zip(rows, found, strict=True)
        ]  # fmt: skip
        db.session.execute(update(UploadRow), changed)
        upload.done += len(rows)
        return True


def _remember(government_id: int, became: Mapping[str, int]) -> None:
    """Keep which draft each row became; one whose draft was thrown away becomes another."""
    for batch in batches(became):
        query = select(UploadedRow).where(UploadedRow.government_id == government_id, UploadedRow.digest.in_(batch))
        known = {row.digest: row for row in db.session.scalars(query)}
        for digest, row in known.items():
            row.draft_id = became[digest]
        rows = [
            {"government_id": government_id, "digest": digest, "draft_id": became[digest]}
            for digest in batch
            if digest not in known
        ]
        insert_rows(UploadedRow, rows)


def _refuse(upload_id: int, error: rules.UploadError) -> None:
    """Note why a file cannot be read, and keep nothing else of it."""
    with transaction():
        upload = _locked(upload_id)
        if upload is not None and upload.state is UploadState.READING:
            upload.state = UploadState.REFUSED
            upload.refusal = {
                "message": error.message,
                "params": {name: str(one) for name, one in error.params.items()},
            }
            upload_files.forget_parts(upload_id)


def _give_up(upload_id: int) -> None:
    """Leave a file that cannot be read, or whose rows cannot be taken; what was done of it stays."""
    db.session.rollback()
    if upload_id in _runs:
        _runs.pop(upload_id).close()
    _refuse(upload_id, rules.DamagedFileError(field="file"))
    with transaction():
        upload = _locked(upload_id)
        if upload is not None and upload.state is UploadState.TAKING:
            upload.state = UploadState.READ


def _locked(upload_id: int) -> Upload | None:
    return db.session.scalar(select(Upload).where(Upload.id == upload_id).with_for_update(of=Upload))
