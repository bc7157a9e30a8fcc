"""The lists of codes that datasets refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.classification import queries
from portal.exporting import meanings
from portal.exporting.codelists import Codelist
from portal.exporting.dataset import Column
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from portal.classification.queries import Names


def _all(names: Callable[[], Names]) -> Callable[[], Sequence[tuple[str, str, str]]]:
    return lambda: [(code, name, name_en) for code, (name, name_en) in names().names.items()]


REGIONS = Codelist(
    "regions", N_("Administrative divisions"), codes=_all(queries.regions),
    url="https://openstd.samr.gov.cn/bzgk/gb/newGbInfo?hcno=C9C488FD717AFDCD52157F41C3302C6D",
)  # fmt: skip
CATEGORIES = Codelist("categories", N_("Guiding catalogue of services"), codes=_all(queries.categories))
ORGANIZATION_TYPES = Codelist(
    "organization-types", N_("Kinds of organisations"), codes=_all(queries.organization_types)
)
REGION = Column("region", N_("Region"), description=meanings.REGION, codelist=REGIONS, source=meanings.OFFICE)
CATEGORY = Column(
    "category", N_("Category"), description=meanings.CATEGORY, codelist=CATEGORIES, source=meanings.OFFICE
)
