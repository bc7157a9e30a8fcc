"""Files that officials bring: their limits, and why one is refused whole. Plain values."""

from __future__ import annotations

from enum import StrEnum

from portal.kernel.errors import ConflictError, InvalidInputError
from portal.kernel.text import N_

KEPT_DAYS = 7  # how long a file waits for its confirmation
AT_ONCE_BYTES, AT_ONCE_SECONDS = 1 << 20, 2.0  # what is done before the page is answered
BATCH = 200


class UploadState(StrEnum):
    """How far a file has come."""

    READING = "reading"
    ASKING = "asking"
    READ = "read"
    TAKING = "taking"
    TAKEN = "taken"
    REFUSED = "refused"


UPLOAD_STATE_NAMES = {
    UploadState.READING: N_("is being looked through"),
    UploadState.ASKING: N_("its columns have to be explained"),
    UploadState.READ: N_("waits for your confirmation"),
    UploadState.TAKING: N_("its drafts are being made"),
    UploadState.TAKEN: N_("its drafts are made"),
    UploadState.REFUSED: N_("cannot be read"),
}
AT_WORK = (UploadState.READING, UploadState.TAKING)


class RowState(StrEnum):
    """What becomes of a row or a release of a file."""

    GOOD = "good"
    BAD = "bad"
    KNOWN = "known"


ROW_STATE_NAMES = {
    RowState.GOOD: N_("can be taken"),
    RowState.BAD: N_("has to be put right"),
    RowState.KNOWN: N_("is there already"),
}


class UploadError(InvalidInputError):
    """Raised when a file cannot be taken at all; nothing of it is kept."""

    code = "bad-upload"


class NoFileError(UploadError):
    """Raised when no file was chosen, or an empty one."""

    message = N_("Choose a file that is not empty.")


class TooLargeFileError(UploadError):
    """Raised when a file is too large for the office."""

    message = N_(
        "The file is larger than %(most)s MB. Split it, by year for example, and bring the parts one after another."
    )


class TooManyRowsError(UploadError):
    """Raised when a file has more rows or releases than the office takes."""

    message = N_(
        "The file has more than %(most)s rows. Split it, by year for example, and bring the parts one after another."
    )


class BombError(UploadError):
    """Raised when a file unpacks to far more than its size."""

    message = N_("The file unpacks to far more than its size, as no data do. Save it again and bring that file.")


class DamagedFileError(UploadError):
    """Raised when a workbook or an archive cannot be opened."""

    message = N_("The file cannot be opened; it is damaged or has a password. Save it again as XLSX or CSV.")


class WrongEncodingError(UploadError):
    """Raised when a text file is encoded in a way that is not known."""

    message = N_("The file is encoded neither in UTF-8 nor in GB18030. Save it as XLSX, or as CSV in UTF-8.")


class WideSheetError(UploadError):
    """Raised when the cells of a sheet reach further than any table."""

    message = N_(
        "The sheet reaches as far as cell %(cell)s. Delete the empty rows and columns behind your table, and save it."
    )


class NoOcdsError(UploadError):
    """Raised when a file holds no OCDS data that can be read."""

    message = N_("The file cannot be read as OCDS data: it %(reason)s. Nothing of it was kept.")


class NoHeaderError(UploadError):
    """Raised when no row of a sheet has the headings of a notice type."""

    message = N_(
        "No row has the headings of a notice. Take the template of the notice type, and leave its first row as it is."
    )


class TwiceError(UploadError):
    """Raised when two columns have the same heading."""

    message = N_("The heading “%(heading)s” stands over two columns. Keep one of them.")


class NoMeaningError(UploadError):
    """Raised when nobody says of any column what it means."""

    message = N_("Say of at least one column what it means.")


class NothingInItError(UploadError):
    """Raised when a file has a header and nothing under it, or no releases."""

    message = N_("There is nothing in the file that could be published.")


class NothingGoodError(ConflictError):
    """Raised when a file is confirmed in which nothing can be taken."""

    code = "nothing-good"
    message = N_("Nothing in this file can be taken. Put the rows right and bring the file again.")


class NotReadYetError(ConflictError):
    """Raised when a file is confirmed that is still being looked through, or whose drafts are being made."""

    code = "not-read-yet"
    message = N_("The portal is still at work on this file. Wait until it is done, then repeat.")


class NothingWaitsError(ConflictError):
    """Raised when nothing of a file waits for what somebody wants to do with all of it."""

    code = "nothing-waits"
    message = N_("Nothing of this file waits for this any more; somebody may have been quicker. Load the page again.")
