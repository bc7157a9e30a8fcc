"""Organisations as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.exporting.dataset import ID, UPDATED_AT, URL, Column, ColumnType, Dataset
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
        ID, URL, UPDATED_AT,
        Column("scheme", N_("Scheme"), description=N_("Register of the identifier (org-id.guide).")),
        Column("identifier", N_("Identifier"), description=N_("Unified social credit code, or the register's number.")),
        Column("name", N_("Name"), description=N_("In Chinese, or as published.")),
        Column("name_en", N_("English name")),
        Column("type", N_("Kind"), description=N_("Kind of organisation, from the credit code.")),
        Column("is_buyer", N_("Buyer"), ColumnType.BOOLEAN),
        Column("is_supplier", N_("Supplier"), ColumnType.BOOLEAN),
        Column("region", N_("Region"), description=N_("Code of GB/T 2260.")),
    ),
    rows=Table(queries.organizations, _rows, key=(Organization.id,)),
    filters=("q", "kind", "region"),
    choices={"kind": queries.KINDS},
    follows=Follows(queries.KIND),
)  # fmt: skip
