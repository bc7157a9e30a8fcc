"""The fields of the Whoosh index.

The index remembers these classes by their path: move or rename nothing here without raising
`SCHEMA_VERSION`, which makes the old index unread and a new one be built.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from whoosh import fields, formats
from whoosh.system import pack_uint

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA_VERSION = 1


class Tokens(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    """A field that is given its tokens ready cut; only how often each occurs is kept."""

    def __init__(self) -> None:
        """Keep frequencies without positions, and the lengths that scoring needs."""
        super().__init__(format=formats.Frequency(), analyzer=None, scorable=True)

    def index(self, value: Iterable[str], **_: object) -> list[tuple[bytes, int, float, bytes]]:
        """Turn tokens into postings."""
        counted = Counter(value)
        return [(token.encode(), count, float(count), pack_uint(count)) for token, count in counted.items()]


def schema() -> fields.Schema:
    """Make the schema of a new index."""
    return fields.Schema(
        key=fields.ID(stored=True, unique=True),
        kind=fields.ID(),
        title_words=Tokens(),
        body_words=Tokens(),
        grams=Tokens(),
        document=fields.STORED,
        text=fields.STORED,
    )
