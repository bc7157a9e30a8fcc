"""Files that officials bring: kept until they are confirmed, looked through, and made into drafts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.kernel.text import clean_line
from portal.parties.models import Government
from portal.publishing import mappings, ocds_uploads, sheet_columns, sheet_files, sheet_rows
from portal.publishing import upload_rules as rules
from portal.publishing.actions import Begin
from portal.publishing.beginning import begin_drafts
from portal.publishing.models import Draft
from portal.publishing.rules import DraftStatus
from portal.publishing.upload_models import Upload, UploadedRow
from portal.storage.batches import batches, insert_rows
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from portal.publishing.notices.model import NoticeType
    from portal.publishing.ocds_uploads import Imported
    from portal.publishing.sheet_columns import Header
    from portal.publishing.sheet_rows import Candidate, Problem
    from portal.publishing.upload_rules import RowState

NAME_LENGTH = 200


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

    def beginnings(self, upload: Upload, by: int) -> list[tuple[str, Begin]]:
        """List what the good rows begin with, each with what tells it from others."""
        code, office = self.notice.code, upload.government_id
        return [
            (one.digest(code), Begin(code, office, by, ocid=one.ocid, values=dict(one.values), source=upload.filename))
            for one in self.of_state(rules.RowState.GOOD)
        ]


@dataclass(frozen=True)
class Package:
    """An OCDS file as it would be taken in."""

    candidates: Sequence[Imported]

    def of_state(self, state: RowState) -> list[Imported]:
        """List the releases that are good, bad or known."""
        return [one for one in self.candidates if one.state is state]

    def beginnings(self, upload: Upload, by: int) -> list[tuple[str, Begin]]:
        """List what the good releases begin with: themselves, to be published as they are."""
        return [
            (one.digest, Begin(one.notice_type, upload.government_id, by, body=one.release, source=upload.filename))
            for one in self.of_state(rules.RowState.GOOD)
        ]


def keep_upload(bring: Bring) -> Upload:
    """Keep a file until it is confirmed, if it can be read; files that nobody confirmed are thrown away.

    Raises:
        UploadError: the file is refused, and nothing of it is kept.
    """
    if len(bring.data) > rules.MOST_BYTES:
        raise rules.TooLargeFileError(field="file", most=rules.MOST_BYTES // 1_000_000)
    if ocds_uploads.is_ocds(bring.data):
        ocds_uploads.read(bring.data)
    else:
        _check_sheet(bring)
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


def content_of(upload: Upload) -> Sheet | Package | None:
    """Look through an upload, whichever it is; None where nobody has said yet what its columns mean."""
    if ocds_uploads.is_ocds(upload.data):
        return package_of(upload)
    try:
        return sheet_of(upload)
    except rules.NoHeaderError:
        return None


def package_of(upload: Upload) -> Package:
    """Look through the releases of an upload: repairs, faults, what is published or a draft already."""
    found = ocds_uploads.imported_of(ocds_uploads.read(upload.data), upload.government)
    right = [one for one in found if not one.problems]
    known = _known(upload.government_id, [one.digest for one in right])
    for one in right:
        one.draft_id = known.get(one.digest)
    return Package(found)


def sheet_of(upload: Upload) -> Sheet:
    """Look through the rows of an upload: what each would become, what is wrong, what is there already.

    Raises:
        NoHeaderError: nobody has said yet what its columns mean.
    """
    lines = sheet_files.lines_of(upload.data)
    header = mappings.header_of(lines, upload.government_id, upload.notice_type)
    if header is None:
        raise rules.NoHeaderError
    candidates = sheet_rows.candidates_of(lines, header, upload.government)
    known = _known(upload.government_id, [one.digest(header.notice.code) for one in candidates])
    for one in candidates:
        one.draft_id = known.get(one.digest(header.notice.code))
    return Sheet(header, candidates)


def confirm_upload(upload_id: int, *, by: int, governments: Collection[int], submits: bool = False) -> int:
    """Make the good rows or releases of a file drafts, in one transaction; return how many are new.

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
        content = content_of(upload)
        if content is None or len(content.of_state(rules.RowState.BAD)) == len(content.candidates):
            raise rules.NothingGoodError
        begun = content.beginnings(upload, by)
        drafts = begin_drafts([begin for _, begin in begun], submits=submits)
        became = {digest: draft.id for (digest, _), draft in zip(begun, drafts, strict=True)}
        _remember(upload.government_id, became)
        return len(begun)


def _check_sheet(bring: Bring) -> None:
    """Refuse a sheet that cannot be read; one with headings of its own is kept, to be explained."""
    lines = sheet_files.lines_of(bring.data)
    header = mappings.header_of(lines, bring.government_id, bring.notice_type)
    line = header.line if header is not None else getattr(sheet_columns.likely_header(lines), "number", None)
    if line is None:
        raise rules.NoHeaderError(field="file")
    below = sum(1 for one in lines if one.number > line)
    if not below:
        raise rules.NothingInItError(field="file")
    if below > rules.MOST_ROWS:
        raise rules.TooManyRowsError(field="file", most=rules.MOST_ROWS)


def _known(government_id: int, digests: Sequence[str]) -> Mapping[str, int]:
    """Tell which rows are drafts already that nobody threw away."""
    found: dict[str, int] = {}
    for batch in batches(digests):
        query = select(UploadedRow.digest, UploadedRow.draft_id).join(Draft, Draft.id == UploadedRow.draft_id)
        query = query.where(UploadedRow.government_id == government_id, UploadedRow.digest.in_(batch))
        found |= dict(db.session.execute(query.where(Draft.status != DraftStatus.DISCARDED)).all())
    return found


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


def bad_rows(sheet: Sheet) -> tuple[list[str], list[list[str]]]:
    """Give the rows that have to be put right as they came, each with its reasons in a column behind."""
    header, width = sheet.header, len(sheet.header.texts)
    rows = []
    for one in sheet.of_state(rules.RowState.BAD):
        for line in one.lines:
            told = [_told(sheet, problem) for problem in one.problems if problem.row == line.number]
            cells = [*line.cells, *[""] * width][:width]
            rows.append([*_without_reasons(header, cells), "\n".join(told)])
    return [*_without_reasons(header, header.texts), pick(sheet_columns.REASONS, sheet_columns.REASONS_EN)], rows


def _without_reasons(header: Header, cells: Sequence[str]) -> list[str]:
    """Leave out the column of reasons of the last time."""
    return [text for text, heading in zip(cells, header.texts, strict=True) if not sheet_columns.is_reasons(heading)]


def _told(sheet: Sheet, problem: Problem) -> str:
    if not problem.heading:
        return problem.reason
    return f"{sheet_columns.heading_in(sheet.notice, problem.heading)}: {problem.reason}"
