"""What the API takes and refuses, and the texts by which a walk through pages goes on. Plain Python."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from portal.kernel.errors import BadFilterError
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = "1.0.0"
MOST_ROWS, USUAL_ROWS = 1000, 100
SEAL_BYTES = 12
LONGEST_CURSOR = 4000
MOST_CHANGED = 100_000


class LimitError(BadFilterError):
    """Raised when more rows are asked for than one page holds, or none."""

    code = "bad-limit"
    message = N_("A page holds 1 to %(most)s rows. Ask for limit=%(most)s at the most and follow links.next.")


class UnknownFieldError(BadFilterError):
    """Raised when a column is asked for that the dataset does not have."""

    code = "unknown-field"
    message = N_("There is no column “%(field_name)s” in this dataset. Its columns are: %(known)s.")


class UnusedFilterError(BadFilterError):
    """Raised when a dataset is narrowed by what does not apply to it: ignoring that would give wrong data."""

    code = "unused-filter"
    message = N_("“%(name)s” does not narrow this dataset. Leave it out; what does is: %(known)s.")


class BadCursorError(BadFilterError):
    """Raised when a text to go on from is damaged, or comes from another list."""

    code = "bad-cursor"
    message = N_(
        "The text in “after” is damaged or belongs to another list or other filters. Begin again without it and "
        "follow links.next as it is."
    )


class UnknownPositionError(BadFilterError):
    """Raised when somebody goes on from a position that this portal has not reached: it was restored from a backup."""

    code = "unknown-position"
    message = N_(
        "This portal has not come as far as the position in “%(name)s”. Read the whole list once more and take "
        "meta.position from it."
    )


class TooFarBackError(BadFilterError):
    """Raised when so much changed since then that reading it all is less work."""

    code = "too-far-back"
    message = N_(
        "More than %(most)s things have changed since then. Read the whole list instead and take meta.position from it."
    )


def written_cursor(place: Sequence[object], *, bound_to: str, secret: str) -> str:
    """Write where a walk stands as a text that only the same list takes back.

    Args:
        place: numbers and texts.
        bound_to: names the list and what narrows it.
        secret: known to this portal only, so that nobody makes places up.
    """
    said = json.dumps(place, ensure_ascii=True, separators=(",", ":")).encode()
    return urlsafe_b64encode(_seal(said, bound_to, secret) + said).decode().rstrip("=")


def read_cursor(text: str, *, bound_to: str, secret: str) -> list[object]:
    """Read where a walk stands.

    Raises:
        BadCursorError: the text is damaged, or another list gave it.
    """
    try:
        raw = urlsafe_b64decode(text[:LONGEST_CURSOR].encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError as error:
        raise BadCursorError(name="after") from error
    seal, said = raw[:SEAL_BYTES], raw[SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(said, bound_to, secret)):
        raise BadCursorError(name="after")
    place: list[object] = json.loads(said)
    return place


def _seal(said: bytes, bound_to: str, secret: str) -> bytes:
    key = hmac.digest(secret.encode(), b"api cursor", "sha256")
    return hmac.digest(key, bound_to.encode("utf-8", "replace") + b"\0" + said, "sha256")[:SEAL_BYTES]
