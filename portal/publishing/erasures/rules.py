"""States of a proposal to erase a publication, how a publication is named, and what is refused: plain functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from portal.kernel.errors import ConflictError, ForbiddenError, InvalidInputError
from portal.kernel.text import N_, nfkc_fold

LONGEST_NAME = 500
MOST_DIGITS = 9
_ADDRESS = re.compile(rf"/(?:releases|notices)/(\d{{1,{MOST_DIGITS}}})(?:\.json)?/?(?:[?#].*)?", re.ASCII)
_NUMBER = re.compile(rf"#?\s*(\d{{1,{MOST_DIGITS}}})", re.ASCII)


class ErasureStatus(StrEnum):
    """How far a proposal to erase a publication has come."""

    PROPOSED = "proposed"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATUS_NAMES = {
    ErasureStatus.PROPOSED: N_("waits for a second person"),
    ErasureStatus.DONE: N_("erased"),
    ErasureStatus.REFUSED: N_("refused"),
    ErasureStatus.WITHDRAWN: N_("taken back"),
}


class UnknownReleaseError(InvalidInputError):
    """Raised when what was typed names no publication."""

    code = "unknown-release"
    message = N_(
        "No published notice has this address or number. Copy the address of its page, or write the number of the"
        " purchase (ocid), a space, and the identifier of the release."
    )


class AlreadyErasedError(ConflictError):
    """Raised when a publication was erased before."""

    code = "already-erased"
    message = N_("This notice was erased already. Nothing more has to be done.")


class AlreadyProposedError(ConflictError):
    """Raised when somebody has proposed the same erasure already."""

    code = "already-proposed"
    message = N_("The erasure of this notice is proposed already and waits for a second person. Look at the list.")


class AlreadyDecidedError(ConflictError):
    """Raised when a proposal is decided that does not wait any more."""

    code = "already-decided"
    message = N_("This proposal was decided already; somebody was quicker. Look at the list for what came of it.")


class NotYoursError(ForbiddenError):
    """Raised when somebody takes back what another one has proposed."""

    code = "not-yours"
    message = N_("Only who proposed an erasure takes it back. If you may approve, refuse it instead.")


@dataclass(frozen=True)
class Named:
    """How a publication was named: by its number, or by its process and its own identifier in it."""

    number: int | None = None
    ocid: str = ""
    release_id: str = ""


def named(text: str) -> Named:
    """Read how a publication was named: the address of its page, its number, or `ocid` and identifier.

    Raises:
        UnknownReleaseError: it is none of these; names the field `release`.
    """
    said = text.strip()
    number = _NUMBER.fullmatch(nfkc_fold(said))
    if number is not None:
        return Named(int(number[1]))
    address = _ADDRESS.search(said)
    if address is not None and address.end() == len(said):
        return Named(int(address[1]))
    ocid, _, release_id = said.partition(" ")
    if not release_id.strip():
        raise UnknownReleaseError(field="release")
    return Named(ocid=ocid, release_id=release_id.strip())


def check_waits(status: ErasureStatus) -> None:
    """Refuse to decide a proposal twice.

    Raises:
        AlreadyDecidedError: it does not wait any more.
    """
    if status is not ErasureStatus.PROPOSED:
        raise AlreadyDecidedError
