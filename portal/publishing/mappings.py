"""What the columns of sheets mean that have headings of their own: said once by an official, kept for the next time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.publishing import sheet_columns, sheet_rows
from portal.publishing import upload_rules as rules
from portal.publishing.notices.model import notice_types
from portal.publishing.upload_models import SavedMapping, Upload, UploadPart, UploadRow
from portal.publishing.upload_rules import UploadState
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from portal.procurement.sheet_lines import Line
    from portal.publishing.notices.model import NoticeType
    from portal.publishing.sheet_columns import Header

LONGEST_EXAMPLE = 60


@dataclass(frozen=True)
class AskedColumn:
    """A column of a sheet that has to be explained: its place, its heading, a value, and what it means so far."""

    at: int
    text: str
    example: str
    heading: str


def header_of(lines: Sequence[Line], government_id: int, wanted: str) -> Header | None:
    """Find the header of a sheet: one that was explained before, else one of a template."""
    possible = list(sheet_columns.possible_headers(lines))
    digests = {sheet_columns.digest_of(texts): (number, texts) for number, texts in reversed(possible)}
    query = select(SavedMapping).where(
        SavedMapping.government_id == government_id, SavedMapping.digest.in_(list(digests))
    )
    for saved in db.session.scalars(query.order_by(SavedMapping.id)):
        if saved.notice_type in notice_types() and wanted in {"", saved.notice_type}:
            notice = notice_types()[saved.notice_type]
            return sheet_columns.mapped_header(*digests[saved.digest], notice, saved.columns)
    return sheet_columns.find_header(lines, wanted)


def columns_to_explain(upload: Upload, notice: NoticeType) -> list[AskedColumn]:
    """List the columns of a sheet with an example of each, and what they mean as far as that is known.

    Raises:
        NotFoundError: it is no sheet, or has nothing like a header.
    """
    lines, header = _header(upload, notice)
    below = [one for one in lines if one.number > header.line]
    asked = []
    for at, text in enumerate(header.texts):
        if not text or sheet_columns.is_reasons(text):
            continue
        values = (one.cells[at] for one in below if at < len(one.cells) and one.cells[at])
        asked.append(AskedColumn(at, text, next(values, "")[:LONGEST_EXAMPLE], header.columns.get(at, "")))
    return asked


def save_mapping(
    upload_id: int, code: str, meanings: Mapping[str, str], *, by: int, governments: Collection[int]
) -> None:
    """Keep what the columns of a sheet mean, for this file and for later ones with the same headings.

    Args:
        upload_id: number of the upload.
        code: of the notice type that its rows are.
        meanings: heading of the notice type by heading of the sheet.
        by: who says so.
        governments: for which they may write.

    Raises:
        NotFoundError: there is no such sheet.
        NotReadYetError: its rows are drafts already, or become it.
        TwiceError, NoMeaningError
    """
    chosen = list(meanings.values())
    if not chosen:
        raise rules.NoMeaningError
    for heading in chosen:
        if chosen.count(heading) > 1:
            raise rules.TwiceError(heading=heading)
    with transaction():
        query = select(Upload).where(Upload.id == upload_id, Upload.government_id.in_(governments))
        upload = db.session.scalar(query.with_for_update(of=Upload))
        if upload is None:
            raise NotFoundError
        _, header = _header(upload, notice_types()[code])
        digest = sheet_columns.digest_of(header.texts)
        _begin_again(upload, code)
        saved = _saved(upload.government_id, digest, by)
        saved.notice_type = code
        saved.columns = {sheet_columns.folded(text): heading for text, heading in meanings.items()}


def _begin_again(upload: Upload, code: str) -> None:
    """Let a file be looked through from its beginning, as another kind of notice or with other columns."""
    if upload.state in {UploadState.TAKING, UploadState.TAKEN} or not _is_kept(upload):
        raise rules.NotReadYetError
    db.session.execute(delete(UploadRow).where(UploadRow.upload_id == upload.id))
    upload.notice_type, upload.state, upload.header = code, UploadState.READING, None
    upload.rows = upload.done = upload.total = 0


def _is_kept(upload: Upload) -> bool:
    return db.session.scalar(select(UploadPart.id).where(UploadPart.upload_id == upload.id).limit(1)) is not None


def _saved(government_id: int, digest: str, by: int) -> SavedMapping:
    """Find what was said of a header, or begin to say it."""
    query = select(SavedMapping).where(SavedMapping.government_id == government_id, SavedMapping.digest == digest)
    found = db.session.scalar(query)
    if found is None:
        found = SavedMapping(
            government_id=government_id, digest=digest, notice_type="", columns={}, saved_by=by, saved_at=clock.now()
        )
        db.session.add(found)
        db.session.flush()
    found.saved_by, found.saved_at = by, clock.now()
    return found


def _header(upload: Upload, notice: NoticeType) -> tuple[list[Line], Header]:
    """Give the lines of a sheet, and its header with what is known of it."""
    if upload.is_ocds or not upload.sample:
        raise NotFoundError
    lines = sheet_rows.lines_from(upload.sample)
    known = header_of(lines, upload.government_id, notice.code)
    if known is not None:
        return lines, known
    line = sheet_columns.likely_header(lines)
    if line is None:
        raise NotFoundError
    meanings = sheet_columns.headings(notice)
    return lines, sheet_columns.mapped_header(line.number, line.cells, notice, meanings)
