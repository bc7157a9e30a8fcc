"""Files that officials bring: kept until they are confirmed, shown row by row, and made into drafts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import IO, TYPE_CHECKING

from sqlalchemy import String, case, delete, exists, func, literal, select, type_coerce, update

from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.kernel.text import clean_line
from portal.publishing import sheet_columns, upload_content, upload_files, upload_work
from portal.publishing import upload_rules as rules
from portal.publishing.models import Draft
from portal.publishing.rules import OPEN, DraftStatus
from portal.publishing.sheet_rows import Candidate
from portal.publishing.upload_models import Upload, UploadPart, UploadRow
from portal.publishing.upload_rules import RowState, UploadState
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.web.locale import pick
from portal.web.paging import PER_PAGE, Page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Select

    from portal.publishing.sheet_columns import Header
    from portal.publishing.sheet_rows import Problem
    from portal.publishing.upload_content import One

NAME_LENGTH = 200


@dataclass(frozen=True)
class Bring:
    """A file that an official brings, and for whom."""

    filename: str
    data: IO[bytes]
    government_id: int
    by: int
    notice_type: str = ""


def keep_upload(bring: Bring) -> Upload:
    """Keep a file and begin to look through it; a short one is read at once. Files that nobody wants are thrown away.

    Raises:
        UploadError: the file is refused, and nothing of it is kept.
    """
    limits = upload_work.limits()
    with upload_files.received(bring.data, limits.bytes) as path:
        size = path.stat().st_size
        if not size:
            raise rules.NoFileError(field="file")
        if size > limits.bytes:
            raise rules.TooLargeFileError(field="file", most=limits.bytes // 1_000_000)
        with transaction():
            _throw_old_away()
            upload = Upload(
                government_id=bring.government_id, filename=clean_line(bring.filename)[-NAME_LENGTH:] or "upload",
                notice_type=bring.notice_type, uploaded_by=bring.by, uploaded_at=clock.now(),
            )  # fmt: skip
            db.session.add(upload)
            db.session.flush()
            upload_files.keep_parts(upload.id, path)
    if size <= rules.AT_ONCE_BYTES:
        _look_through(upload.id)
    return upload


def _look_through(upload_id: int) -> None:
    try:
        upload_work.work_at_once(upload_id)
    except rules.UploadError:
        with transaction():
            db.session.execute(delete(Upload).where(Upload.id == upload_id))
        raise


def look_through_again(upload_id: int) -> None:
    """Look through a file whose columns were explained: a short one at once."""
    query = select(func.count()).select_from(UploadPart).where(UploadPart.upload_id == upload_id)
    if (db.session.scalar(query) or 0) * upload_files.PART <= rules.AT_ONCE_BYTES:
        upload_work.work_at_once(upload_id)


def _throw_old_away() -> None:
    """Delete files that were brought long ago, unless drafts of them are open."""
    made = select(Draft.id).join(UploadRow, UploadRow.draft_id == Draft.id)
    is_open = exists(made.where(UploadRow.upload_id == Upload.id, UploadRow.is_taken, Draft.status.in_(OPEN)))
    long_ago = clock.now() - timedelta(days=rules.KEPT_DAYS)
    db.session.execute(
        delete(Upload).where(Upload.uploaded_at < long_ago, Upload.state != UploadState.TAKING, ~is_open),
        execution_options={"synchronize_session": False},
    )


def upload_in_office(upload_id: int, governments: Collection[int], *, for_update: bool = False) -> Upload:
    """Read an upload, for the staff of its government.

    Raises:
        NotFoundError: there is none, it was thrown away, or it belongs to another government.
    """
    query = select(Upload).where(Upload.id == upload_id, Upload.government_id.in_(governments))
    found = db.session.scalar(query.with_for_update(of=Upload) if for_update else query)
    if found is None:
        raise NotFoundError
    return found


def uploads_of(governments: Collection[int]) -> Select[Upload]:
    """Select the files of some governments, the newest first."""
    return select(Upload).where(Upload.government_id.in_(governments)).order_by(Upload.id.desc())


def counts(upload: Upload) -> Mapping[RowState, int]:
    """Count the notices of a file that are good, bad and known: one statement."""
    now = _state().label("now")
    query = select(now, func.count()).select_from(UploadRow).outerjoin(Draft, Draft.id == UploadRow.draft_id)
    found = dict(db.session.execute(query.where(UploadRow.upload_id == upload.id).group_by(now)).all())
    return {state: found.get(state.value, 0) for state in RowState}


def rows_page(upload: Upload, number: int, *, state: RowState | None, total: int) -> Page[One]:
    """Show one page of the notices of a file, of one state or all; the file is not read again.

    Raises:
        NotFoundError: there is no such page.
    """
    pages = max(1, -(-total // PER_PAGE))
    if number > pages:
        raise NotFoundError
    rows = db.session.execute(_rows(upload, state).limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    return Page(upload_content.shown(upload, [(row, RowState(now)) for row, now in rows]), number, pages, total)


def _rows(upload: Upload, state: RowState | None) -> Select[UploadRow, str]:
    query = select(UploadRow, _state()).outerjoin(Draft, Draft.id == UploadRow.draft_id)
    query = query.where(UploadRow.upload_id == upload.id).order_by(UploadRow.id)
    return query if state is None else query.where(_state() == state.value)


def _state() -> ColumnElement[str]:
    """Give the state of a row now: one whose draft was thrown away can be taken again."""
    return case(
        (Draft.status == DraftStatus.DISCARDED, literal(RowState.GOOD.value)),
        else_=type_coerce(UploadRow.state, String),
    )


def confirm_upload(upload_id: int, *, by: int, governments: Collection[int], submits: bool = False) -> int:
    """Let the good notices of a file become drafts, batch by batch; return how many will.

    What became a draft before, from this file or another, becomes no second one.

    Args:
        upload_id: number of the upload.
        by: who confirms.
        governments: for which they may write.
        submits: whether the drafts go to the approver at once.

    Raises:
        NotFoundError, NothingGoodError
        NotReadYetError: the portal is still at work on it.
    """
    with transaction():
        upload = upload_in_office(upload_id, governments, for_update=True)
        if upload.state not in {UploadState.READ, UploadState.TAKEN}:
            raise rules.NotReadYetError
        found = counts(upload)
        if not found[RowState.GOOD] and not found[RowState.KNOWN]:
            raise rules.NothingGoodError
        thrown_away = select(Draft.id).where(Draft.status == DraftStatus.DISCARDED)
        again = update(UploadRow).where(UploadRow.upload_id == upload.id, UploadRow.draft_id.in_(thrown_away))
        db.session.execute(
            again.values(state=RowState.GOOD, draft_id=None, is_taken=False),
            execution_options={"synchronize_session": False},
        )
        upload.state, upload.taken_by, upload.submits = UploadState.TAKING, by, submits
        upload.done, upload.total = 0, found[RowState.GOOD]
        before = _taken(upload_id)
    upload_work.work_at_once(upload_id)
    return _taken(upload_id) - before + counts(upload)[RowState.GOOD]


def stop_upload(upload_id: int, *, governments: Collection[int]) -> bool:
    """Throw away a file of which nothing became a draft; of one whose drafts are being made, leave the rest for later.

    Args:
        upload_id: number of the upload.
        governments: for which the one who stops it may write.

    Returns:
        Whether it is thrown away.

    Raises:
        NotFoundError
        NothingWaitsError: all that was confirmed is drafts.
    """
    with transaction():
        upload = upload_in_office(upload_id, governments, for_update=True)
        if upload.state is UploadState.TAKEN:
            raise rules.NothingWaitsError
        if _taken(upload_id):
            upload.state = UploadState.TAKEN
            return False
        db.session.execute(delete(Upload).where(Upload.id == upload_id))
        return True


def _taken(upload_id: int) -> int:
    """Count the drafts that were made of a file."""
    query = select(func.count()).select_from(UploadRow).where(UploadRow.upload_id == upload_id, UploadRow.is_taken)
    return db.session.scalar(query) or 0


def bad_rows(upload: Upload) -> tuple[list[str], Iterator[list[str]]]:
    """Give the rows that have to be put right as they came, each with its reasons in a column behind."""
    header = upload_content.header_of(upload)
    reasons = pick(sheet_columns.REASONS, sheet_columns.REASONS_EN)
    return [*_without_reasons(header, header.texts), reasons], _bad_rows(upload, header)


def _bad_rows(upload: Upload, header: Header) -> Iterator[list[str]]:
    width, last = len(header.texts), 0
    query = _rows(upload, RowState.BAD).limit(rules.BATCH)
    while rows := db.session.execute(query.where(UploadRow.id > last)).all():
        last = rows[-1][0].id
        for one in upload_content.shown(upload, [(row, RowState(now)) for row, now in rows]):
            assert isinstance(one, Candidate)  # noqa: S101 - only sheets have a header
            for line in one.lines:
                told = [_told(header, problem) for problem in one.problems if problem.row == line.number]
                cells = [*line.cells, *[""] * width][:width]
                yield [*_without_reasons(header, cells), "\n".join(told)]
        db.session.expunge_all()


def _without_reasons(header: Header, cells: Sequence[str]) -> list[str]:
    """Leave out the column of reasons of the last time."""
    return [text for text, heading in zip(cells, header.texts, strict=True) if not sheet_columns.is_reasons(heading)]


def _told(header: Header, problem: Problem) -> str:
    if not problem.heading:
        return problem.reason
    return f"{sheet_columns.heading_in(header.notice, problem.heading)}: {problem.reason}"
