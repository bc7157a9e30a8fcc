"""Publications, processes and contracts as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.exporting.dataset import ID, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.table import Table
from portal.kernel.text import N_
from portal.parties.queries import organization_names
from portal.procurement import joins, queries, values
from portal.procurement.models import Contract, Process, Release
from portal.procurement.rules import PayloadWithheldError
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from portal.web.filters import Filters

_NARROWED = ("q", "region", "category", "buyer", "supplier", "stage", "year", "from", "to")
MINOR = N_("Whole fen (hundredths of the currency).")


def _notices(items: Sequence[Release]) -> Iterator[Mapping[str, object]]:
    for item in items:
        yield {
            "id": item.id,
            "url": links.absolute("procurement.release", ocid=item.ocid, release_id=item.id),
            "updated_at": item.date_at,
            "ocid": item.ocid,
            "release_id": item.release_id,
            "tag": item.tag,
            "title": item.title,
            "title_en": item.title_en,
            "text": "" if item.is_withheld else values.searched_text(item.body),
            "source": item.source,
            "sha256": item.sha256,
            "ledger_position": item.ledger_position,
        }


def _check_notice(number: str) -> None:
    """Read the page of a notice, to raise what it raises.

    Raises:
        PayloadWithheldError: what it said was destroyed.
    """
    if queries.release(int(number)).is_withheld:
        raise PayloadWithheldError


def _processes(items: Sequence[Process]) -> Iterator[Mapping[str, object]]:
    names = organization_names([item.buyer_id for item in items])
    return (_process(item, names) for item in items)


def _process(item: Process, names: Mapping[int, tuple[str, str | None]]) -> Mapping[str, object]:
    return {
        "id": item.ocid,
        "url": links.absolute("procurement.process", ocid=item.ocid),
        "updated_at": item.last_release_at,
        "title": item.title,
        "title_en": item.title_en,
        "stage": item.stage.value,
        "method": item.method,
        "method_details": item.method_details,
        "buyer": item.buyer_id,
        "buyer_name": names.get(item.buyer_id or 0, (None, None))[0],
        "region": item.region_code,
        "category": item.category_code,
        "amount_fen": item.amount_fen,
        "currency": item.currency,
        "number_of_tenderers": item.number_of_tenderers,
        "awarded_on": item.awarded_on,
    }


def _visible_contracts(filters: Filters) -> Select[Contract, datetime]:
    visible = queries.processes(filters).order_by(None).with_only_columns(Process.ocid)
    return (
        select(Contract, Process.last_release_at)
        .join(Process, Process.ocid == Contract.ocid)
        .where(joins.belongs_to(Contract.ocid, visible))
        .order_by(Contract.id)
    )


def _contracts(items: Sequence[tuple[Contract, datetime]]) -> Iterator[Mapping[str, object]]:
    for item, updated_at in items:
        yield {
            "id": f"{item.ocid}#{item.contract_id}",
            "url": links.absolute("procurement.process", ocid=item.ocid) + f"#{item.anchor}",
            "updated_at": updated_at,
            "ocid": item.ocid,
            "title": item.title,
            "supplier": item.supplier_id,
            "supplier_name": item.supplier_name,
            "amount_fen": item.amount_fen,
            "currency": item.currency,
            "status": item.status,
            "signed_on": item.signed_on,
            "starts_on": item.starts_on,
            "ends_on": item.ends_on,
        }


NOTICES = Dataset(
    name="notices",
    title=N_("Notices"),
    description=N_("Every publication on public purchases, with all its text."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("ocid", N_("Contracting process")),
        Column("release_id", N_("Release"), description=N_("Identifier within the process.")),
        Column("tag", N_("Kind"), description=N_("OCDS release tag.")),
        Column("title", N_("Title")),
        Column("title_en", N_("English title")),
        Column("text", N_("Text"), description=N_("Every text of the publication, as it is searched.")),
        Column("source", N_("Source"), description=N_("File or form it came from.")),
        Column("sha256", N_("SHA-256"), description=N_("Of the canonical bytes of the release.")),
        Column("ledger_position", N_("Ledger entry"), ColumnType.INTEGER),
    ),
    rows=Table(lambda filters: queries.with_bodies(queries.notices(filters)), _notices, key=(Release.id,)),
    filters=(*_NARROWED, "kind"),
    check=_check_notice,
)  # fmt: skip
PROCESSES = Dataset(
    name="processes",
    title=N_("Purchases"),
    description=N_("Every contracting process in its present state."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("title", N_("Title")),
        Column("title_en", N_("English title")),
        Column("stage", N_("Stage")),
        Column("method", N_("Method"), description=N_("OCDS codelist method.")),
        Column("method_details", N_("Method in Chinese law")),
        Column("buyer", N_("Buyer"), ColumnType.INTEGER, description=N_("Number of the organisation.")),
        Column("buyer_name", N_("Name of the buyer")),
        Column("region", N_("Region"), description=N_("Code of GB/T 2260.")),
        Column("category", N_("Category"), description=N_("Code of the guiding catalogue.")),
        Column("amount_fen", N_("Amount"), ColumnType.INTEGER, unit="fen", description=MINOR),
        Column("currency", N_("Currency"), description=N_("ISO 4217.")),
        Column("number_of_tenderers", N_("Bidders"), ColumnType.INTEGER, description=N_("Empty if unknown.")),
        Column("awarded_on", N_("Awarded"), ColumnType.DATE),
    ),
    rows=Table(queries.processes, _processes, key=(Process.ocid,), visible=queries.visible_processes),
    filters=_NARROWED,
    check=queries.process,
)  # fmt: skip
CONTRACTS = Dataset(
    name="contracts",
    title=N_("Contracts"),
    description=N_("Every contract of every purchase."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("ocid", N_("Contracting process")),
        Column("title", N_("Title")),
        Column("supplier", N_("Supplier"), ColumnType.INTEGER, description=N_("Number of the organisation.")),
        Column("supplier_name", N_("Name of the supplier")),
        Column("amount_fen", N_("Amount"), ColumnType.INTEGER, unit="fen", description=MINOR),
        Column("currency", N_("Currency"), description=N_("ISO 4217.")),
        Column("status", N_("Status"), description=N_("OCDS codelist contractStatus.")),
        Column("signed_on", N_("Signed"), ColumnType.DATE),
        Column("starts_on", N_("Begins"), ColumnType.DATE),
        Column("ends_on", N_("Ends"), ColumnType.DATE),
    ),
    rows=Table(_visible_contracts, _contracts, key=(Contract.ocid, Contract.contract_id)),
    filters=_NARROWED,
)  # fmt: skip
