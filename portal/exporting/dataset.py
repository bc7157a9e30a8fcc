"""What a dataset is, before it is written in any format.

A capability declares its datasets in `exports.py`:

    SERVICES = Dataset(
        name="services",
        title=N_("Services"),
        description=N_("Every service that residents can use."),
        columns=(ID, URL, UPDATED_AT, Column("name", N_("Name"), description=N_("In Chinese."))),
        rows=service_rows,
    )

and `portal/capabilities.py` registers them. It is then served at `/services.csv`, `.jsonl`, `.xlsx`
and takes the filters of the page. A dataset with a `permission` is served below `/office/` only.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.exporting import meanings
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from portal.exporting.codelists import Codelist
    from portal.exporting.following import Follows
    from portal.web.filters import Filters


class ColumnType(StrEnum):
    """The types of Table Schema that we use."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True)
class Column:
    """One column and its line in the data dictionary.

    Args:
        name: stable, in every format.
        title: an English msgid.
        type: of Table Schema.
        unit: UCUM where it has one (`d`, `a`, `1` for counts and shares), `fen` for money.
        description: an English msgid: what a value means.
        is_nullable: whether it may be empty.
        codelist: the codes it may have.
        source: where values come from: an English msgid, or the path of a field in a standard (`OCDS tender/title`).
    """

    name: str
    title: str
    type: ColumnType = ColumnType.STRING
    unit: str = ""
    description: str = ""
    is_nullable: bool = True
    codelist: Codelist | None = None
    source: str = ""


ID = Column("id", N_("Identifier"), description=N_("Never reused."), is_nullable=False, source=meanings.GIVEN)
NUMBER = replace(ID, type=ColumnType.INTEGER)
URL = Column(
    "url", N_("Address"), description=N_("The page of the thing, absolute."), is_nullable=False, source=meanings.GIVEN
)
UPDATED_AT = Column(
    "updated_at", N_("Updated"), ColumnType.DATETIME, description=N_("When what is told here last changed."),
    source=meanings.GIVEN,
)  # fmt: skip
REQUIRED = (ID.name, URL.name, UPDATED_AT.name)


class IncompleteDatasetError(ValueError):
    """Raised when a public dataset lacks a column that every one must have: a fault in the code."""


@dataclass(frozen=True)
class Dataset:
    """The declaration of a dataset.

    Args:
        name: the list's name in the address, `services` for `/services.csv`.
        title: an English msgid.
        description: an English msgid, one or two sentences.
        columns: in the order written; the public ones begin with `ID` (or `NUMBER`), `URL`, `UPDATED_AT`.
        rows: all rows under some filters, streamed; a `Table` where they come from one query. Values are str,
            int, Decimal, float, bool, date, aware datetime or None, by column name.
        permission: who may have it; None for everybody.
        filters: the parameters of the address that narrow it, for the API.
        choices: the values that some of them take, where there are few.
        key: the columns that tell rows apart.
        is_in_snapshots: whether it is written into dated snapshots; what only shows other datasets again is not.
        check: told the identifier of one thing and its row, if there is one, it raises what the page of the thing
            raises (410 with a reason where it was withdrawn or erased).
        follows: by which events one knows that rows changed, came or went; None where nobody can tell.
    """

    name: str
    title: str
    description: str
    columns: Sequence[Column]
    rows: Callable[[Filters], Iterator[Mapping[str, object]]]
    permission: str | None = None
    filters: Sequence[str] = ()
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    check: Callable[[str, Mapping[str, object] | None], None] | None = None
    key: Sequence[str] = ("id",)
    is_in_snapshots: bool = True
    follows: Follows | None = None

    def __post_init__(self) -> None:
        """Refuse a public dataset without `id`, `url` and `updated_at`."""
        names = {column.name for column in self.columns}
        if self.permission is None and not names.issuperset(REQUIRED):
            raise IncompleteDatasetError(self.name)
