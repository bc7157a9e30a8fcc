"""What a file holds, notice by notice: as it is read for the first time, and again from the rows that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.publishing import mappings, ocds_uploads, sheet_columns, sheet_files, sheet_rows
from portal.publishing import upload_rules as rules
from portal.publishing.actions import Begin
from portal.publishing.models import Draft
from portal.publishing.rules import DraftStatus
from portal.publishing.sheet_rows import Candidate
from portal.publishing.upload_models import UploadedRow
from portal.publishing.upload_rules import RowState
from portal.storage.batches import batches
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from portal.procurement.reading import Found
    from portal.procurement.sheet_lines import Limits, Line
    from portal.publishing.ocds_uploads import Imported
    from portal.publishing.sheet_columns import Header
    from portal.publishing.upload_models import Upload, UploadRow

    One = Candidate | Imported

SAMPLED = 60  # lines that are kept of a sheet, to ask what its columns mean


@dataclass(frozen=True)
class Opened:
    """A file that is being read: how much it holds, and its notices one by one, each as it is kept and how large."""

    total: int
    notices: Iterator[tuple[dict[str, Any], int]]
    header: Header | None = None
    sample: Sequence[dict[str, object]] = ()


def open_ocds(path: Path, limits: Limits) -> Opened:
    """Open an OCDS file.

    Raises:
        UploadError: it cannot be read.
    """
    total, found = ocds_uploads.open_file(path, limits)
    return Opened(total, ((ocds_uploads.said_in(one), 1) for one in found))


def open_sheet(path: Path, limits: Limits, government_id: int, wanted: str) -> Opened:
    """Open a sheet; one with headings of its own has no header, until somebody explains it.

    Raises:
        UploadError: it cannot be read, or has nothing like a header.
    """
    opened = sheet_files.open_sheet(path, limits)
    sample = list(islice(opened.lines, SAMPLED))
    header = mappings.header_of(sample, government_id, wanted)
    likely = header.line if header is not None else getattr(sheet_columns.likely_header(sample), "number", None)
    if likely is None:
        raise rules.NoHeaderError(field="file")
    above = sum(1 for line in sample if line.number <= likely)
    if opened.total > above + limits.rows:
        raise rules.TooManyRowsError(field="file", most=f"{limits.rows:,}")
    if opened.total <= above:
        raise rules.NothingInItError(field="file")
    notices: Iterator[tuple[dict[str, Any], int]] = iter(())
    if header is not None:
        notices = _notices(sheet_rows.groups_of(chain(sample, opened.lines), header))
    return Opened(opened.total - above, notices, header, sheet_rows.said_in(sample))


def _notices(groups: Iterator[list[Line]]) -> Iterator[tuple[dict[str, Any], int]]:
    for group in groups:
        yield {"lines": sheet_rows.said_in(group)}, len(group)


def look_through(upload: Upload, said: Sequence[tuple[int, Mapping[str, Any]]]) -> list[One]:
    """Tell what notices of a file would become now: what is wrong, what is a draft or published already.

    Args:
        upload: the file.
        said: notices as they are kept, with their numbers.
    """
    found = _read(upload, said)
    right = [one for one in found if not one.problems]
    known = _known(upload.government_id, [digest_of(upload, one) for one in right])
    for one in right:
        one.draft_id = known.get(digest_of(upload, one))
    return found


def _read(upload: Upload, said: Sequence[tuple[int, Mapping[str, Any]]]) -> list[One]:
    if upload.is_ocds:
        places: list[tuple[int, Found]] = [(number, ocds_uploads.found_from(one)) for number, one in said]
        return [*ocds_uploads.imported_of(places, upload.government)]
    reader = sheet_rows.SheetReader(header_of(upload), upload.government)
    return [reader.read(sheet_rows.lines_from(one["lines"])) for _, one in said]


def shown(upload: Upload, rows: Sequence[tuple[UploadRow, RowState]]) -> list[One]:
    """Give kept rows as people look at them; what became a draft or was told to be wrong stays so."""
    found = look_through(upload, [(row.number, row.said) for row, _ in rows])
    for one, (row, state) in zip(found, rows, strict=True):
        if state is RowState.KNOWN:
            one.problems.clear()
            one.draft_id = one.draft_id or row.draft_id
        elif row.same_as is not None and not one.problems:
            one.repeat(row.same_as)
    return found


def header_of(upload: Upload) -> Header:
    """Give the header of a sheet that was looked through.

    Raises:
        NoHeaderError: nobody has said yet what its columns mean.
    """
    if upload.header is None:
        raise rules.NoHeaderError
    return sheet_columns.header_from(upload.header)


def digest_of(upload: Upload, one: One) -> str:
    """Tell a notice from every other one, in whatever file it comes."""
    return one.digest(header_of(upload).notice.code) if isinstance(one, Candidate) else one.digest


def key_of(upload: Upload, one: One, said: Mapping[str, Any]) -> str:
    """Tell a notice from the others of its file."""
    if isinstance(one, Candidate):
        return digest_of(upload, one)
    return ocds_uploads.key_of(ocds_uploads.found_from(said))


def beginning_of(upload: Upload, one: One, by: int) -> Begin:
    """Tell what a good notice begins with."""
    office, source = upload.government_id, upload.filename
    if isinstance(one, Candidate):
        code = header_of(upload).notice.code
        return Begin(code, office, by, ocid=one.ocid, values=dict(one.values), source=source)
    return Begin(one.notice_type, office, by, body=one.release, source=source)


def _known(government_id: int, digests: Sequence[str]) -> Mapping[str, int]:
    """Tell which rows are drafts already that nobody threw away."""
    found: dict[str, int] = {}
    for batch in batches(digests):
        query = select(UploadedRow.digest, UploadedRow.draft_id).join(Draft, Draft.id == UploadedRow.draft_id)
        query = query.where(UploadedRow.government_id == government_id, UploadedRow.digest.in_(batch))
        found |= dict(db.session.execute(query.where(Draft.status != DraftStatus.DISCARDED)).all())
    return found
