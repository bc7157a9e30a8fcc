"""Looking for numbers of persons in releases that are brought in, before they are sealed for good: plain functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel import personal_numbers
from portal.kernel.errors import Reason
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Long numbers in these are no telephone numbers.
NUMBERS = frozenset({"id", "ocid", "uri", "url", "awardID", "projectID", "amendsReleaseID", "releaseID", "relatedBid"})
REASONS: Mapping[str, Reason] = {
    personal_numbers.MOBILE: Reason(N_("has a mobile number of a person in it, which would be public for ever")),
    personal_numbers.IDENTITY: Reason(N_("has an identity number of a person in it, which would be public for ever")),
}


def personal_in(value: object, path: str = "") -> Iterator[tuple[str, Reason]]:
    """Find mobile and identity numbers of persons in a release: (path, what is there), never the number itself."""
    if isinstance(value, str):
        yield from ((path, REASONS[kind]) for kind in personal_numbers.kinds_in(value))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from personal_in(item, f"{path}/{at}")
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in NUMBERS:
                yield from personal_in(item, f"{path}/{name}")
