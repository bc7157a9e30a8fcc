"""Which OCDS extensions some releases use, so that packages declare those and no others: plain functions.

Versions are those that fit OCDS 1.1.5: the tag `v1.1.5` where there is one, else one commit. The portal's own
extension, `portal.opendata.extension`, is declared in every package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ADDRESS = "https://raw.githubusercontent.com/open-contracting-extensions/{}/extension.json"
# Extension and version: paths of the fields that it adds, places in lists left out; `*/` means anywhere.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "ocds_awardCriteria_extension/9391240f353e8536992938fe9f7987cd89235331": (
        "tender/lots/awardCriteria", "tender/lotGroups/awardCriteria",
    ),
    "ocds_bid_extension/v1.1.5": ("bids", "awards/relatedBid"),
    "ocds_budget_breakdown_extension/345db699d4915049638a701bf2cb91a7439cff29": ("planning/budget/budgetBreakdown",),
    "ocds_contract_completion_extension/5c07b628802353251f0a22800f0003b556a2c209": (
        "contracts/implementation/endDate",
        "contracts/implementation/endDateDetails",
        "contracts/implementation/finalValue",
        "contracts/implementation/finalValueDetails",
    ),
    "ocds_enquiry_extension/v1.1.5": ("tender/enquiries",),
    "ocds_lots_extension/v1.1.5": (
        "tender/lots", "tender/lotDetails", "tender/lotGroups", "*/relatedLot", "*/relatedLots",
    ),
    "ocds_metrics_extension/fad91df868907e339e5b3b4af5c334e02b80fa4f": (
        "planning/forecasts", "tender/targets", "awards/agreedMetrics", "contracts/agreedMetrics",
        "contracts/implementation/metrics",
    ),
    "ocds_organizationClassification_extension/243be1f7daed9d4423f218d9a7fb364ab70c57b9": (
        "parties/details/classifications",
    ),
    "ocds_participationFee_extension/v1.1.5": ("tender/participationFees",),
    "ocds_partyDetails_scale_extension/152cd9fb74e021e537b17d84420615acf7dec032": ("parties/details/scale",),
    "ocds_performance_failures_extension/ba848ad627309a76e19a5ed9281ade5dbe080915": (
        "contracts/implementation/performanceFailures",
    ),
    "ocds_process_title_extension/v1.1.5": ("title", "description"),
    "ocds_statistics_extension/ed0087c371be11b257c1e476b87c77f46a8d4768": ("statistics",),
    "ocds_sustainability_extension/b8d93a0edb8e0ac2f27f733cccf3884e392346e9": (
        "tender/hasSustainability", "tender/sustainability", "tender/lots/hasSustainability",
        "tender/lots/sustainability",
    ),
}  # fmt: skip


def extensions_of(releases: Iterable[Mapping[str, object]]) -> list[str]:
    """List the addresses of the extensions whose fields stand in some releases, in the order of the table."""
    found = {path for release in releases for path in _paths(release, "")}
    names = {f"*/{path.rsplit('/', 1)[-1]}" for path in found}
    return [ADDRESS.format(name) for name, fields in FIELDS.items() if not (found | names).isdisjoint(fields)]


def _paths(value: object, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _paths(item, path)
    elif isinstance(value, dict):
        for name, item in value.items():
            here = f"{path}/{name}" if path else name
            yield here
            yield from _paths(item, here)
