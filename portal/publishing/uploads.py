"""Files that officials bring: kept until they are confirmed, looked through, and made into drafts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from flask_babel import gettext
from sqlalchemy import delete, select

from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.kernel.text import N_, clean_line
from portal.parties.models import Government
from portal.publishing import actions, sheet_columns, sheet_files, sheet_rows
from portal.publishing import upload_rules as rules
from portal.publishing.actions import Begin
from portal.publishing.models import Draft
from portal.publishing.rules import DraftStatus
from portal.publishing.upload_models import Upload, UploadedRow
from portal.storage.batches import batches
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from portal.publishing.notices.model import NoticeType
    from portal.publishing.sheet_columns import Header
    from portal.publishing.sheet_rows import Candidate, Problem
    from portal.publishing.upload_rules import RowState

NAME_LENGTH = 200
REASONS = N_("What has to be put right")


@dataclass(frozen=True)
class Bring:
    """A file that an official brings, and for whom."""

    filename: str
    data: bytes
    government_id: int
    by: int
    notice_type: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet as it would be taken in: its header, and its notices."""

    header: Header
    candidates: Sequence[Candidate]

    @property
    def notice(self) -> NoticeType:
        """Give the notice type of its rows."""
        return self.header.notice

    def of_state(self, state: RowState) -> list[Candidate]:
        """List the notices that are good, bad or known."""
        return [one for one in self.candidates if one.state is state]


def keep_upload(bring: Bring) -> Upload:
    """Keep a file until it is confirmed, if it can be read; files that nobody confirmed are thrown away.

    Raises:
        UploadError: the file is refused, and nothing of it is kept.
    """
    if len(bring.data) > rules.MOST_BYTES:
        raise rules.TooLargeFileError(field="file", most=rules.MOST_BYTES // 1_000_000)
    _read(bring.data, bring.notice_type)
    now = clock.now()
    with transaction():
        db.session.execute(delete(Upload).where(Upload.uploaded_at < now - timedelta(days=rules.KEPT_DAYS)))
        upload = Upload(
            government_id=bring.government_id, filename=clean_line(bring.filename)[-NAME_LENGTH:] or "upload",
            notice_type=bring.notice_type, data=bring.data, uploaded_by=bring.by, uploaded_at=now,
        )  # fmt: skip
        db.session.add(upload)
        db.session.flush()
        return upload


def upload_in_office(upload_id: int, governments: Collection[int]) -> Upload:
    """Read an upload, for the staff of its government.

    Raises:
        NotFoundError: there is none, it was thrown away, or it belongs to another government.
    """
    query = select(Upload).where(Upload.id == upload_id, Upload.government_id.in_(governments))
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def sheet_of(upload: Upload) -> Sheet:
    """Look through the rows of an upload: what each would become, what is wrong, what is there already."""
    lines, header = _read(upload.data, upload.notice_type)
    candidates = sheet_rows.candidates_of(lines, header, upload.government)
    known = _known(upload.government_id, [one.digest(header.notice.code) for one in candidates])
    for one in candidates:
        one.draft_id = known.get(one.digest(header.notice.code))
    return Sheet(header, candidates)


def confirm_upload(upload_id: int, *, by: int, governments: Collection[int], submits: bool = False) -> int:
    """Make the good rows of a sheet drafts, in one transaction; return how many are new.

    What became a draft before, from this file or another, becomes no second one.

    Args:
        upload_id: number of the upload.
        by: who confirms.
        governments: for which they may write.
        submits: whether the drafts go to the approver at once.

    Raises:
        NotFoundError, NothingGoodError
    """
    with transaction():
        upload = upload_in_office(upload_id, governments)
        db.session.execute(select(Government.id).where(Government.id == upload.government_id).with_for_update())
        sheet = sheet_of(upload)
        if len(sheet.of_state(rules.RowState.BAD)) == len(sheet.candidates):
            raise rules.NothingGoodError
        good = sheet.of_state(rules.RowState.GOOD)
        for one in good:
            code = sheet.notice.code
            begin = Begin(
                code, upload.government_id, by, ocid=one.ocid, values=dict(one.values), source=upload.filename
            )
            draft = actions.begin_draft(begin)
            if submits:
                actions.submit_draft(draft.id, by=by, governments=governments)
            _remember(upload.government_id, one.digest(code), draft.id)
        return len(good)


def _read(data: bytes, notice_type: str) -> tuple[list[sheet_files.Line], Header]:
    lines = sheet_files.lines_of(data)
    header = sheet_columns.find_header(lines, notice_type)
    if header is None:
        raise rules.NoHeaderError(field="file")
    below = [line for line in lines if line.number > header.line]
    if not below:
        raise rules.NothingInItError(field="file")
    if len(below) > rules.MOST_ROWS:
        raise rules.TooManyRowsError(field="file", most=rules.MOST_ROWS)
    return lines, header


def _known(government_id: int, digests: Sequence[str]) -> Mapping[str, int]:
    """Tell which rows are drafts already that nobody threw away."""
    found: dict[str, int] = {}
    for batch in batches(digests):
        query = select(UploadedRow.digest, UploadedRow.draft_id).join(Draft, Draft.id == UploadedRow.draft_id)
        query = query.where(UploadedRow.government_id == government_id, UploadedRow.digest.in_(batch))
        found |= dict(db.session.execute(query.where(Draft.status != DraftStatus.DISCARDED)).all())
    return found


def _remember(government_id: int, digest: str, draft_id: int) -> None:
    query = select(UploadedRow).where(UploadedRow.government_id == government_id, UploadedRow.digest == digest)
    known = db.session.scalar(query)
    if known is None:
        db.session.add(UploadedRow(government_id=government_id, digest=digest, draft_id=draft_id))
    else:
        known.draft_id = draft_id


def bad_rows(sheet: Sheet) -> tuple[list[str], list[list[str]]]:
    """Give the rows that have to be put right as they came, each with its reasons in a column behind."""
    header, width = sheet.header, len(sheet.header.texts)
    rows = []
    for one in sheet.of_state(rules.RowState.BAD):
        for line in one.lines:
            told = [_told(sheet, problem) for problem in one.problems if problem.row == line.number]
            cells = [*line.cells, *[""] * width][:width]
            rows.append([*cells, "\n".join(told)])
    return [*header.texts, str(gettext(REASONS))], rows


def _told(sheet: Sheet, problem: Problem) -> str:
    if not problem.heading:
        return problem.reason
    return f"{sheet_columns.heading_in(sheet.notice, problem.heading)}: {problem.reason}"
