"""Organisations as data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portal.classification.exports import ORGANIZATION_TYPES, REGION
from portal.exporting import meanings
from portal.exporting.codelists import IDENTIFIER_SCHEMES
from portal.exporting.dataset import NUMBER, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.following import Follows
from portal.exporting.table import Table
from portal.kernel.text import N_
from portal.parties import queries
from portal.parties.models import Organization
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def _rows(items: Sequence[Organization]) -> Iterator[Mapping[str, object]]:
    for item in items:
        yield {
            "id": item.id,
            "url": links.absolute("pages.organization", organization_id=item.id),
            "updated_at": item.changed_at,
            "scheme": item.scheme,
            "identifier": item.identifier,
            "name": item.name,
            "name_en": item.name_en,
            "type": item.type_code,
            "is_buyer": item.is_buyer,
            "is_supplier": item.is_supplier,
            "region": item.region_code,
        }


ORGANIZATIONS = Dataset(
    name="organizations",
    title=N_("Organisations"),
    description=N_("Every buyer and supplier that a publication names."),
    columns=(
        NUMBER, URL, UPDATED_AT,
        Column(
            "scheme", N_("Scheme"), description=N_("Register of the identifier (org-id.guide)."),
            codelist=IDENTIFIER_SCHEMES, source="OCDS parties/identifier/scheme",
        ),
        Column(
            "identifier", N_("Identifier"), description=N_("Unified social credit code, or the register's number."),
            source="OCDS parties/identifier/id",
        ),
        Column("name", N_("Name"), description=meanings.IN_CHINESE, source="OCDS parties/name"),
        Column("name_en", N_("English name"), description=meanings.IN_ENGLISH, source="OCDS parties/name_en"),
        Column(
            "type", N_("Kind"), description=N_("Kind of organisation, from the credit code."),
            codelist=ORGANIZATION_TYPES, source=meanings.COMPUTED,
        ),
        Column(
            "is_buyer", N_("Buyer"), ColumnType.BOOLEAN, description=N_("Whether a publication names it as a buyer."),
            source="OCDS buyer",
        ),
        Column(
            "is_supplier", N_("Supplier"), ColumnType.BOOLEAN,
            description=N_("Whether a publication names it as a supplier."), source="OCDS awards/suppliers",
        ),
        replace(REGION, source="OCDS parties/address"),
    ),
    rows=Table(queries.organizations, _rows, key=(Organization.id,)),
    filters=("q", "kind", "region"),
    choices={"kind": queries.KINDS},
    follows=Follows(queries.KIND),
)  # fmt: skip
