"""Documents as data: what there is, where it belongs and where its file is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.disclosure import queries
from portal.disclosure.models import Document
from portal.exporting import meanings
from portal.exporting.dataset import NUMBER, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.following import Affected, Follows
from portal.exporting.table import Table
from portal.kernel.text import N_
from portal.moderation.rules import HIDDEN, RESTORED
from portal.procurement.exports import LEDGER_POSITION
from portal.procurement.queries import NOTICE
from portal.ring.rules import Kind
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Row, Select

    from portal.web.filters import Filters

_READ = (
    Document.id, Document.published_at, Document.ocid, Document.release_id, Document.title, Document.title_en,
    Document.media_type, Document.size, Document.sha256, Document.page_count, Document.is_withheld,
    Document.ledger_position,
)  # fmt: skip
_CHANGES = (HIDDEN, RESTORED)


def _select(filters: Filters) -> Select[*tuple[Any, ...]]:
    return queries.documents(filters).with_only_columns(*_READ).order_by(Document.id)


def _write(rows: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[Mapping[str, object]]:
    page = links.pattern("disclosure.document", "document_id")
    file = links.pattern("disclosure.original", "document_id")
    for row in rows:
        yield {
            "id": row.id,
            "url": page(row.id),
            "updated_at": row.published_at,
            "ocid": row.ocid,
            "notice": row.release_id,
            "title": row.title,
            "title_en": row.title_en,
            "file_url": None if row.is_withheld else file(row.id),
            "media_type": row.media_type,
            "bytes": row.size,
            "sha256": row.sha256,
            "pages": row.page_count,
            "is_withheld": row.is_withheld,
            "ledger_position": row.ledger_position,
        }


def _check(number: str, row: Mapping[str, object] | None) -> None:
    """Say why there is no page of a document.

    Raises:
        DestroyedError: its content was destroyed as the law asks.
    """
    if row is None:
        queries.document(int(number))


DOCUMENTS = Dataset(
    name="documents",
    title=N_("Documents"),
    description=N_("Every document that comes with a purchase, with the address of its file."),
    columns=(
        NUMBER, URL, UPDATED_AT,
        Column("ocid", N_("Contracting process"), description=meanings.OCID, source="OCDS ocid"),
        Column(
            "notice", N_("Notice"), ColumnType.INTEGER,
            description=N_("Number of the notice that it came with; empty where it belongs to the whole purchase."),
            source=meanings.GIVEN,
        ),
        Column("title", N_("Title"), description=meanings.IN_CHINESE, source=meanings.OFFICE),
        Column("title_en", N_("English title"), description=meanings.IN_ENGLISH, source=meanings.OFFICE),
        Column(
            "file_url", N_("File"),
            description=N_("Address of the original; empty where it is withheld to protect people."),
            source=meanings.GIVEN,
        ),
        Column("media_type", N_("Format"), description=N_("By IANA, of the original."), source=meanings.COMPUTED),
        Column(
            "bytes", N_("Size"), ColumnType.INTEGER, unit="By", description=N_("Of the original."),
            source=meanings.COMPUTED,
        ),
        Column("sha256", N_("SHA-256"), description=N_("Of the original."), source=meanings.COMPUTED),
        Column(
            "pages", N_("Pages"), ColumnType.INTEGER, unit="1",
            description=N_("Of the original, where fewer were read; else empty."), source=meanings.COMPUTED,
        ),
        Column(
            "is_withheld", N_("Withheld"), ColumnType.BOOLEAN,
            description=N_("Whether only its text with personal data masked is public."), source=meanings.OFFICE,
        ),
        LEDGER_POSITION,
    ),
    rows=Table(_select, _write, key=(Document.id,)),
    filters=("q", "region", "category", "buyer", "supplier", "year", "from", "to"),
    check=_check,
    follows=Follows(
        queries.KIND,
        also=(
            Affected(Kind.PROCESS, queries.numbers_of_purchases, _CHANGES),
            Affected(NOTICE, queries.numbers_of_notices, _CHANGES),
        ),
    ),
)  # fmt: skip
