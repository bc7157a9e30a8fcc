"""Codelists and states of OCDS 1.1.5, and what a compiled release tells of a process: plain functions.

Source: Open Contracting Data Standard 1.1.5 (2020-08-20), codelists of the tag `1__1__5`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.text import N_, clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Json = dict[str, object]
LARGEST_AMOUNT = 2**62


class Tag(StrEnum):
    """What a release tells of (OCDS codelist `releaseTag`, closed)."""

    PLANNING = "planning"
    PLANNING_UPDATE = "planningUpdate"
    TENDER = "tender"
    TENDER_AMENDMENT = "tenderAmendment"
    TENDER_UPDATE = "tenderUpdate"
    TENDER_CANCELLATION = "tenderCancellation"
    AWARD = "award"
    AWARD_UPDATE = "awardUpdate"
    AWARD_CANCELLATION = "awardCancellation"
    CONTRACT = "contract"
    CONTRACT_UPDATE = "contractUpdate"
    CONTRACT_AMENDMENT = "contractAmendment"
    IMPLEMENTATION = "implementation"
    IMPLEMENTATION_UPDATE = "implementationUpdate"
    CONTRACT_TERMINATION = "contractTermination"
    COMPILED = "compiled"


class Stage(StrEnum):
    """How far a process has come."""

    PLANNING = "planning"
    TENDER = "tender"
    AWARD = "award"
    CONTRACT = "contract"
    IMPLEMENTATION = "implementation"
    COMPLETE = "complete"
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"


TAG_NAMES: Mapping[str, str] = {
    Tag.PLANNING: N_("Purchase intention"),
    Tag.PLANNING_UPDATE: N_("Purchase intention, changed"),
    Tag.TENDER: N_("Tender notice"),
    Tag.TENDER_AMENDMENT: N_("Tender notice, amended"),
    Tag.TENDER_UPDATE: N_("Tender notice, corrected"),
    Tag.TENDER_CANCELLATION: N_("Tender cancelled"),
    Tag.AWARD: N_("Award notice"),
    Tag.AWARD_UPDATE: N_("Award notice, corrected"),
    Tag.AWARD_CANCELLATION: N_("Award cancelled"),
    Tag.CONTRACT: N_("Contract notice"),
    Tag.CONTRACT_UPDATE: N_("Contract notice, corrected"),
    Tag.CONTRACT_AMENDMENT: N_("Contract changed"),
    Tag.IMPLEMENTATION: N_("Delivery and acceptance"),
    Tag.IMPLEMENTATION_UPDATE: N_("Delivery and acceptance, corrected"),
    Tag.CONTRACT_TERMINATION: N_("Contract terminated"),
    Tag.COMPILED: N_("State of the whole process"),
}
STAGE_NAMES: Mapping[Stage, str] = {
    Stage.PLANNING: N_("planned"),
    Stage.TENDER: N_("tender"),
    Stage.AWARD: N_("awarded"),
    Stage.CONTRACT: N_("contract"),
    Stage.IMPLEMENTATION: N_("being delivered"),
    Stage.COMPLETE: N_("delivered and accepted"),
    Stage.UNSUCCESSFUL: N_("without a supplier"),
    Stage.CANCELLED: N_("cancelled"),
    Stage.TERMINATED: N_("terminated early"),
}
METHOD_NAMES: Mapping[str, str] = {
    "open": N_("open tender"),
    "selective": N_("invited tender"),
    "limited": N_("limited competition"),
    "direct": N_("single source"),
}


@dataclass(frozen=True)
class Problem:
    """What was wrong with one thing that was brought in: where it stands, and why it was refused."""

    place: str
    reason: str

    def __str__(self) -> str:
        """Write it for a terminal."""
        return f"{self.place}: {self.reason}"


@dataclass
class SealReport:
    """What became of some releases: numbers of the sealed ones, how many were known, what was refused."""

    sealed: list[int] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Amount:
    """Money: whole minor units (fen) and the currency."""

    minor: int
    currency: str


@dataclass(frozen=True)
class ContractSummary:
    """What a list shows of a contract."""

    contract_id: str
    award_id: str | None
    title: str
    supplier_name: str | None
    supplier: Json | None
    amount: Amount | None
    status: str | None
    signed_on: date | None
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True)
class Summary:
    """What a list shows of a process; unknown things are None, never a guess."""

    title: str
    title_en: str | None
    description: str
    buyer: Json | None
    region_code: str | None
    category_code: str | None
    stage: Stage
    method: str | None
    method_details: str | None
    amount: Amount | None
    tender_ends_at: datetime | None
    awarded_on: date | None
    number_of_tenderers: int | None
    suppliers: Sequence[Json]
    contracts: Sequence[ContractSummary]


def summarise(compiled: Json, tags: Sequence[str]) -> Summary:
    """Tell what lists and filters need to know of a compiled release.

    Args:
        compiled: the compiled release of one ocid.
        tags: the tags of all its releases, oldest first.
    """
    tender, planning = child(compiled, "tender"), child(compiled, "planning")
    awards, contracts = children(compiled, "awards"), children(compiled, "contracts")
    title = first_text(
        tender.get("title"),
        compiled.get("title"),
        *(one.get("title") for one in (*awards, *contracts)),
        child(planning, "budget").get("project"),
        compiled.get("ocid"),
    )
    items = [*children(tender, "items"), *(item for one in (*awards, *contracts) for item in children(one, "items"))]
    active = [award for award in awards if award.get("status") not in {"cancelled", "unsuccessful"}]
    suppliers = [supplier for award in active for supplier in children(award, "suppliers")]
    dates = [found for award in active if (found := day(award.get("date"))) is not None]
    return Summary(
        title=title,
        title_en=first_text(tender.get("title_en"), compiled.get("title_en")) or None,
        description=first_text(tender.get("description"), compiled.get("description"), planning.get("rationale")),
        buyer=_buyer(compiled, tender),
        region_code=_region(compiled),
        category_code=_category(items),
        stage=stage_of(compiled, tags),
        method=first_text(tender.get("procurementMethod")) or None,
        method_details=first_text(tender.get("procurementMethodDetails")) or None,
        amount=_worth(contracts, active, tender, planning),
        tender_ends_at=moment(child(tender, "tenderPeriod").get("endDate")),
        awarded_on=min(dates) if dates else None,
        number_of_tenderers=_number_of_tenderers(tender),
        suppliers=suppliers,
        contracts=[_contract(one, awards) for one in contracts],
    )  # fmt: skip


def stage_of(compiled: Json, tags: Sequence[str]) -> Stage:
    """Tell how far a process has come, from its states first and from its tags where states are missing."""
    tender, contracts = child(compiled, "tender"), children(compiled, "contracts")
    awards = children(compiled, "awards")
    said, status = set(tags), tender.get("status")
    if contracts:
        return _stage_of_contracts(contracts, said)
    if Tag.TENDER_CANCELLATION in said or status in {"cancelled", "withdrawn"}:
        return Stage.CANCELLED
    if status == "unsuccessful" or (awards and all(award.get("status") == "unsuccessful" for award in awards)):
        return Stage.UNSUCCESSFUL
    if any(award.get("status") not in {"cancelled", "unsuccessful"} for award in awards):
        return Stage.AWARD
    if status in {"active", "complete"}:
        return Stage.TENDER
    return next((stage for stage, stage_tags in _STAGE_TAGS if said & stage_tags), Stage.PLANNING)


_STAGE_TAGS = (
    (Stage.TERMINATED, {Tag.CONTRACT_TERMINATION}),
    (Stage.IMPLEMENTATION, {Tag.IMPLEMENTATION, Tag.IMPLEMENTATION_UPDATE}),
    (Stage.CONTRACT, {Tag.CONTRACT, Tag.CONTRACT_UPDATE, Tag.CONTRACT_AMENDMENT}),
    (Stage.AWARD, {Tag.AWARD, Tag.AWARD_UPDATE}),
    (Stage.TENDER, {Tag.TENDER, Tag.TENDER_UPDATE, Tag.TENDER_AMENDMENT}),
)


def _stage_of_contracts(contracts: Sequence[Json], said: set[str]) -> Stage:
    states = {contract.get("status") for contract in contracts}
    milestones = [one for contract in contracts for one in children(child(contract, "implementation"), "milestones")]
    accepted = [one for one in milestones if one.get("type") == "delivery" and one.get("status") == "met"]
    if Tag.CONTRACT_TERMINATION in said and not accepted:
        return Stage.TERMINATED
    if accepted or (states == {"terminated"} and Tag.CONTRACT_TERMINATION not in said):
        return Stage.COMPLETE
    if said & {Tag.IMPLEMENTATION, Tag.IMPLEMENTATION_UPDATE}:
        return Stage.IMPLEMENTATION
    return Stage.CANCELLED if states == {"cancelled"} else Stage.CONTRACT


def child(parent: Mapping[str, object], name: str) -> Json:
    """Give the object under a name, or an empty one."""
    found = parent.get(name)
    return found if isinstance(found, dict) else {}


def children(parent: Mapping[str, object], name: str) -> list[Json]:
    """Give the objects of the list under a name, or none."""
    found = parent.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def first_text(*values: object) -> str:
    """Give the first value that is a text with something in it, as one line; else nothing."""
    return next((line for value in values if isinstance(value, str) and (line := clean_line(value))), "")


def moment(value: object) -> datetime | None:
    """Read an RFC 3339 moment; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def day(value: object) -> date | None:
    """Read the day, in Shanghai, of an RFC 3339 moment; None when it is none."""
    found = moment(value)
    return clock.day_of(found) if found else None


def amount(value: Mapping[str, object]) -> Amount | None:
    """Read an OCDS value as whole minor units (hundredths); None without an amount, never nought."""
    raw = value.get("amount")
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    minor = round(Decimal(str(raw)) * 100)
    if abs(minor) > LARGEST_AMOUNT:
        return None
    return Amount(minor, first_text(value.get("currency")) or "CNY")


def documents_of(compiled: Json) -> Iterator[tuple[str, Json]]:
    """Go through every document of a process with the section it belongs to."""
    for section in ("planning", "tender"):
        yield from ((section, one) for one in children(child(compiled, section), "documents"))
    for section in ("awards", "contracts"):
        for part in children(compiled, section):
            yield from ((section, one) for one in children(part, "documents"))
            yield from ((section, one) for one in children(child(part, "implementation"), "documents"))


def texts_of(value: object) -> Iterator[str]:
    """Go through every text in a release, for search: keys that are codes, dates and addresses left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in NOT_TEXT and not name.lower().endswith(("date", "url", "uri")):
                yield from texts_of(item)


NOT_TEXT = frozenset({
    "id", "regionCode", "countryName", "legalName",
    "ocid", "tag", "initiationType", "language", "currency", "scheme", "status", "roles", "datePublished",
    "dateModified", "dateSigned", "format", "documentType", "procurementMethod", "awardID", "type", "contactPoint",
})  # fmt: skip


def _buyer(compiled: Json, tender: Json) -> Json | None:
    reference = child(compiled, "buyer") or child(tender, "procuringEntity")
    parties = children(compiled, "parties")
    for party in parties:
        if reference.get("id") is not None and party.get("id") == reference["id"]:
            return party
    for party in parties:
        roles = party.get("roles")
        if isinstance(roles, list) and "buyer" in roles:
            return party
    return reference or None


def _region(compiled: Json) -> str | None:
    for party in children(compiled, "parties"):
        roles = party.get("roles")
        code = child(party, "address").get("regionCode")
        if isinstance(roles, list) and "buyer" in roles and isinstance(code, str):
            return code[:12]
    return None


def _category(items: Sequence[Json]) -> str | None:
    for item in items:
        code = child(item, "classification").get("id")
        if isinstance(code, str | int):
            return clean_line(str(code))[:20] or None
    return None


def _worth(contracts: Sequence[Json], awards: Sequence[Json], tender: Json, planning: Json) -> Amount | None:
    """Tell what a process is worth: its contracts, else awards, else the tender, else the budget."""
    for parts in (contracts, awards):
        found = [worth for part in parts if (worth := amount(child(part, "value"))) is not None]
        if found and len({worth.currency for worth in found}) == 1:
            return Amount(sum(worth.minor for worth in found), found[0].currency)
    return amount(child(tender, "value")) or amount(child(child(planning, "budget"), "amount"))


def _number_of_tenderers(tender: Json) -> int | None:
    """Tell how many tenderers there were; nought is what publishers write when they do not know."""
    said = tender.get("numberOfTenderers")
    if isinstance(said, int) and not isinstance(said, bool) and said > 0:
        return said
    return len(children(tender, "tenderers")) or None


def _contract(contract: Json, awards: Sequence[Json]) -> ContractSummary:
    award = next((one for one in awards if one.get("id") == contract.get("awardID")), {})
    suppliers = children(contract, "suppliers") or children(award, "suppliers")
    period = child(contract, "period")
    return ContractSummary(
        contract_id=clean_line(str(contract.get("id")))[:200],
        award_id=first_text(contract.get("awardID")) or None,
        title=first_text(contract.get("title"), award.get("title")),
        supplier_name=first_text(suppliers[0].get("name")) or None if suppliers else None,
        supplier=suppliers[0] if suppliers else None,
        amount=amount(child(contract, "value")) or amount(child(award, "value")),
        status=first_text(contract.get("status")) or None,
        signed_on=day(contract.get("dateSigned")),
        starts_on=day(period.get("startDate")),
        ends_on=day(period.get("endDate")),
    )
