"""The fields of the Whoosh index.

The index remembers these classes by their path: move or rename nothing here without raising
`SCHEMA_VERSION`, which makes the old index unread and a new one be built.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from whoosh import columns, fields, formats

from portal.search.backends.ranking import BODY_WORDS, GRAMS, TITLE_WORDS
from portal.search.port import FACETS

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA_VERSION = 3
KEY, TEXT, TITLE, ORDER, DAY, AMOUNT, WITHIN = "key", "text", "title", "order", "day", "amount_fen", "within"
BETWEEN_VALUES = "\t"


class Tokens(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    """A field that is given its tokens ready cut; weights are frequencies, there are no positions."""

    def __init__(self, *, scorable: bool) -> None:
        """Keep lengths if the field is scored; else only which document has which token."""
        super().__init__(format=formats.Existence(), analyzer=None, scorable=scorable)

    def index(self, value: Iterable[str], **_: object) -> list[tuple[bytes, int, float, bytes]]:
        """Turn tokens into postings, for the stock writer; ours does the same in bulk."""
        counted = Counter(value)
        if not self.scorable:
            return [(token.encode(), 1, 1.0, b"") for token in counted]
        return [(token.encode(), count, float(count), b"") for token, count in counted.items()]


def schema() -> fields.Schema:
    """Make the schema of a new index: tokens, texts, what is filtered and counted, what is sorted by."""
    made = {name: fields.COLUMN(columns.RefBytesColumn()) for name in (*(f"is_{facet}" for facet in FACETS), WITHIN)}
    made |= {name: fields.COLUMN(columns.VarBytesColumn(write_offsets_cutoff=0)) for name in (TEXT, TITLE)}
    made |= {name: fields.COLUMN(columns.NumericColumn("q", default=-1)) for name in (ORDER, AMOUNT)}
    made[DAY] = fields.COLUMN(columns.NumericColumn("i", default=0))
    made |= {name: Tokens(scorable=True) for name in (TITLE_WORDS, BODY_WORDS)}
    made[GRAMS] = Tokens(scorable=False)
    made[KEY] = fields.ID(unique=True, sortable=columns.VarBytesColumn(write_offsets_cutoff=0))
    return fields.Schema(**made)
