"""Publications, processes and contracts as data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.classification import exports as classified
from portal.exporting import meanings
from portal.exporting.codelists import CURRENCIES, Codelist, of_names
from portal.exporting.dataset import ID, NUMBER, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.following import Affected, Follows
from portal.exporting.table import Table
from portal.kernel.text import N_
from portal.moderation.rules import HIDDEN, RESTORED
from portal.parties.queries import organization_names
from portal.procurement import joins, queries, texts
from portal.procurement.field_names import STATUS_NAMES
from portal.procurement.models import Contract, Process, Release, ReleaseText
from portal.procurement.rules import (
    METHOD_NAMES,
    STAGE_NAMES,
    TAG_NAMES,
    ContractStatus,
    PayloadWithheldError,
    Stage,
    Tag,
    contract_anchor,
)
from portal.ring.rules import Kind
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Row, Select

    from portal.web.filters import Filters

_NARROWED = ("q", "region", "category", "buyer", "supplier", "stage", "year", "from", "to")
_STAGES = {"stage": list(Stage)}
DATED = N_("Of the publication, as its publisher tells it.")
OCDS_CODES = "https://standard.open-contracting.org/1.1/en/schema/codelists/"
MINOR = N_("Whole fen (hundredths of the currency).")


_OF_NOTICES = (
    Release.id, Release.ocid, Release.release_id, Release.date_at, Release.tag, Release.title, Release.title_en,
    Release.source, Release.sha256, Release.ledger_position, Release.sealed_at, ReleaseText.text,
)  # fmt: skip
_OF_PROCESSES = (
    Process.ocid, Process.last_release_at, Process.title, Process.title_en, Process.stage, Process.method,
    Process.method_details, Process.buyer_id, Process.region_code, Process.category_code, Process.amount_fen,
    Process.currency, Process.number_of_tenderers, Process.awarded_on,
)  # fmt: skip
_OF_CONTRACTS = (
    Contract.ocid, Contract.contract_id, Contract.title, Contract.supplier_id, Contract.supplier_name,
    Contract.amount_fen, Contract.currency, Contract.status, Contract.signed_on, Contract.starts_on, Contract.ends_on,
    Process.last_release_at,
)  # fmt: skip


def _visible_notices(filters: Filters) -> Select[*tuple[Any, ...]]:
    query = queries.notices(filters).with_only_columns(*_OF_NOTICES)
    return query.outerjoin(ReleaseText, ReleaseText.release_id == Release.id)


def _notices(rows: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[Mapping[str, object]]:
    address = links.pattern("procurement.release", "ocid", "release_id")
    missing = texts.read_missing([row.id for row in rows if row.text is None and row.sha256])
    for row in rows:
        yield {
            "id": row.id,
            "url": address(row.ocid, row.id),
            "updated_at": row.sealed_at,
            "date": row.date_at,
            "ocid": row.ocid,
            "release_id": row.release_id,
            "tag": row.tag,
            "title": row.title,
            "title_en": row.title_en,
            "text": row.text if row.text is not None else missing.get(row.id, ""),
            "source": row.source,
            "sha256": row.sha256,
            "ledger_position": row.ledger_position,
        }


def _check_notice(number: str, row: Mapping[str, object] | None) -> None:
    """Say why there is no page of a notice.

    Raises:
        PayloadWithheldError: what it said was destroyed.
        WithdrawnError: its publisher withdrew it.
    """
    if row is None:
        queries.release(int(number))
    elif not row["sha256"]:
        raise PayloadWithheldError


def _check_process(ocid: str, row: Mapping[str, object] | None) -> None:
    """Say why there is no page of a process.

    Raises:
        WithdrawnError: its publisher withdrew all of it.
    """
    if row is None:
        queries.process(ocid)


def _visible_processes(filters: Filters) -> Select[*tuple[Any, ...]]:
    return queries.processes(filters).with_only_columns(*_OF_PROCESSES)


def _processes(rows: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[Mapping[str, object]]:
    address = links.pattern("procurement.process", "ocid")
    names = organization_names([row.buyer_id for row in rows])
    for row in rows:
        yield {
            "id": row.ocid,
            "url": address(row.ocid),
            "updated_at": row.last_release_at,
            "title": row.title,
            "title_en": row.title_en,
            "stage": row.stage.value,
            "method": row.method,
            "method_details": row.method_details,
            "buyer": row.buyer_id,
            "buyer_name": names.get(row.buyer_id or 0, (None, None))[0],
            "region": row.region_code,
            "category": row.category_code,
            "amount_fen": row.amount_fen,
            "currency": row.currency,
            "number_of_tenderers": row.number_of_tenderers,
            "awarded_on": row.awarded_on,
        }


def _visible_contracts(filters: Filters) -> Select[*tuple[Any, ...]]:
    visible = queries.processes(filters).order_by(None).with_only_columns(Process.ocid)
    return (
        select(*_OF_CONTRACTS)
        .join(Process, Process.ocid == Contract.ocid)
        .where(joins.belongs_to(Contract.ocid, visible))
        .order_by(Contract.id)
    )


def _contracts(rows: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[Mapping[str, object]]:
    address = links.pattern("procurement.process", "ocid")
    for row in rows:
        yield {
            "id": f"{row.ocid}#{row.contract_id}",
            "url": f"{address(row.ocid)}#{contract_anchor(row.contract_id)}",
            "updated_at": row.last_release_at,
            "ocid": row.ocid,
            "title": row.title,
            "supplier": row.supplier_id,
            "supplier_name": row.supplier_name,
            "amount_fen": row.amount_fen,
            "currency": row.currency,
            "status": row.status,
            "signed_on": row.signed_on,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
        }


TAGS = Codelist("release-tags", N_("Kinds of publications"), codes=of_names(TAG_NAMES), url=OCDS_CODES)
STAGES = Codelist("stages", N_("Stages of a purchase"), codes=of_names(STAGE_NAMES))
METHODS = Codelist("methods", N_("Methods of purchase in OCDS"), codes=of_names(METHOD_NAMES), url=OCDS_CODES)
CONTRACT_STATUSES = Codelist(
    "contract-statuses", N_("States of contracts"), url=OCDS_CODES,
    codes=of_names({status.value: STATUS_NAMES[status.value] for status in ContractStatus}),
)  # fmt: skip
LEDGER_POSITION = Column(
    "ledger_position", N_("Ledger entry"), ColumnType.INTEGER, description=meanings.LEDGER_ENTRY, source=meanings.LEDGER
)
REGION = replace(classified.REGION, source="OCDS tender/items/deliveryAddress, parties/address")
CATEGORY = replace(classified.CATEGORY, source="OCDS tender/classification, tender/items/classification")
NOTICES = Dataset(
    name="notices",
    title=N_("Notices"),
    description=N_("Every publication on public purchases, with all its text."),
    columns=(
        NUMBER, URL, UPDATED_AT,
        Column("date", N_("Date"), ColumnType.DATETIME, description=DATED, source="OCDS date"),
        Column("ocid", N_("Contracting process"), description=meanings.OCID, source="OCDS ocid"),
        Column("release_id", N_("Release"), description=N_("Identifier within the process."), source="OCDS id"),
        Column("tag", N_("Kind"), description=N_("OCDS release tag."), codelist=TAGS, source="OCDS tag"),
        Column("title", N_("Title"), description=meanings.IN_CHINESE, source="OCDS tender/title"),
        Column("title_en", N_("English title"), description=meanings.IN_ENGLISH, source="OCDS tender/title_en"),
        Column(
            "text", N_("Text"), description=N_("Every text of the publication, as it is searched."),
            source=meanings.COMPUTED,
        ),
        Column("source", N_("Source"), description=N_("File or form it came from."), source=meanings.GIVEN),
        Column(
            "sha256", N_("SHA-256"), description=N_("Of the canonical bytes of the release."),
            source=meanings.COMPUTED,
        ),
        LEDGER_POSITION,
    ),
    rows=Table(_visible_notices, _notices, key=(Release.id,)),
    filters=(*_NARROWED, "kind"),
    choices=_STAGES | {"kind": list(Tag)},
    check=_check_notice,
    follows=Follows(queries.NOTICE, also=(Affected(Kind.PROCESS, queries.release_ids_of, (HIDDEN, RESTORED)),)),
)  # fmt: skip
PROCESSES = Dataset(
    name="processes",
    title=N_("Purchases"),
    description=N_("Every contracting process in its present state."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("title", N_("Title"), description=meanings.IN_CHINESE, source="OCDS tender/title"),
        Column("title_en", N_("English title"), description=meanings.IN_ENGLISH, source="OCDS tender/title_en"),
        Column(
            "stage", N_("Stage"), description=N_("How far the purchase is, by its newest publications."),
            codelist=STAGES, source=meanings.COMPUTED,
        ),
        Column(
            "method", N_("Method"), description=N_("OCDS codelist method."), codelist=METHODS,
            source="OCDS tender/procurementMethod",
        ),
        Column(
            "method_details", N_("Method in Chinese law"), description=N_("As its publisher names it."),
            source="OCDS tender/procurementMethodDetails",
        ),
        Column("buyer", N_("Buyer"), ColumnType.INTEGER, description=meanings.ORGANIZATION, source="OCDS buyer"),
        Column(
            "buyer_name", N_("Name of the buyer"), description=meanings.IN_CHINESE, source="OCDS buyer/name",
        ),
        REGION, CATEGORY,
        Column(
            "amount_fen", N_("Amount"), ColumnType.INTEGER, unit="fen", description=MINOR,
            source="OCDS contracts/value, awards/value, tender/value, planning/budget/amount",
        ),
        Column(
            "currency", N_("Currency"), description=N_("ISO 4217."), codelist=CURRENCIES,
            source="OCDS value/currency",
        ),
        Column(
            "number_of_tenderers", N_("Bidders"), ColumnType.INTEGER, unit="1", description=N_("Empty if unknown."),
            source="OCDS tender/numberOfTenderers, bids/statistics",
        ),
        Column(
            "awarded_on", N_("Awarded"), ColumnType.DATE, description=N_("Day of the award, in China."),
            source="OCDS awards/date",
        ),
    ),
    rows=Table(
        _visible_processes, _processes, key=(Process.ocid,),
        visible=lambda: queries.visible_processes().with_only_columns(*_OF_PROCESSES),
    ),
    filters=_NARROWED,
    choices=_STAGES,
    check=_check_process,
    follows=Follows(Kind.PROCESS),
)  # fmt: skip
CONTRACTS = Dataset(
    name="contracts",
    title=N_("Contracts"),
    description=N_("Every contract of every purchase."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("ocid", N_("Contracting process"), description=meanings.OCID, source="OCDS ocid"),
        Column("title", N_("Title"), description=meanings.IN_CHINESE, source="OCDS contracts/title"),
        Column(
            "supplier", N_("Supplier"), ColumnType.INTEGER, description=meanings.ORGANIZATION,
            source="OCDS awards/suppliers",
        ),
        Column(
            "supplier_name", N_("Name of the supplier"), description=meanings.IN_CHINESE,
            source="OCDS awards/suppliers/name",
        ),
        Column(
            "amount_fen", N_("Amount"), ColumnType.INTEGER, unit="fen", description=MINOR,
            source="OCDS contracts/value",
        ),
        Column(
            "currency", N_("Currency"), description=N_("ISO 4217."), codelist=CURRENCIES,
            source="OCDS contracts/value/currency",
        ),
        Column(
            "status", N_("Status"), description=N_("OCDS codelist contractStatus."), codelist=CONTRACT_STATUSES,
            source="OCDS contracts/status",
        ),
        Column(
            "signed_on", N_("Signed"), ColumnType.DATE, description=N_("Day of the signature, in China."),
            source="OCDS contracts/dateSigned",
        ),
        Column(
            "starts_on", N_("Begins"), ColumnType.DATE, description=N_("First day of the contract."),
            source="OCDS contracts/period/startDate",
        ),
        Column(
            "ends_on", N_("Ends"), ColumnType.DATE, description=N_("Last day of the contract."),
            source="OCDS contracts/period/endDate",
        ),
    ),
    rows=Table(_visible_contracts, _contracts, key=(Contract.ocid, Contract.contract_id)),
    filters=_NARROWED,
    choices=_STAGES,
    follows=Follows(None, also=(Affected(Kind.PROCESS, queries.contract_keys_of),)),
)  # fmt: skip
