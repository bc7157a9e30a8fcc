"""What a compiled release tells of a process, for lists and filters: plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.kernel.text import clean_line
from portal.procurement.notice_titles import says_only_kind
from portal.procurement.rules import AwardStatus, ContractStatus, MilestoneStatus, Stage, Tag, TenderStatus
from portal.procurement.titling import spare_title_in, title_in
from portal.procurement.values import LARGEST_AMOUNT, Amount, amount, child, children, day, first_text, moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from portal.procurement.rules import Json

MOST_TENDERERS = 100_000  # more is a slip of the pen
INTERIM = "interim"  # the code of an acceptance after which the contract goes on
LOST = frozenset({AwardStatus.CANCELLED, AwardStatus.UNSUCCESSFUL})


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
    named = title_in(compiled)
    items = [*children(tender, "items"), *(item for one in (*awards, *contracts) for item in children(one, "items"))]
    active = [award for award in awards if award.get("status") not in LOST]
    suppliers = [supplier for award in active for supplier in children(award, "suppliers")]
    dates = [found for award in active if (found := day(award.get("date"))) is not None]
    return Summary(
        title=named or spare_title_in(compiled) or first_text(compiled.get("ocid")),
        title_en=title_in(compiled, "title_en") or None,
        description=first_text(tender.get("description"), compiled.get("description"), planning.get("rationale")),
        buyer=_buyer(compiled, tender),
        region_code=_region(compiled),
        category_code=_category(items),
        stage=stage_of(compiled, tags),
        method=first_text(tender.get("procurementMethod")) or None,
        method_details=first_text(tender.get("procurementMethodDetails")) or None,
        amount=worth(contracts, active, tender, planning),
        tender_ends_at=moment(child(tender, "tenderPeriod").get("endDate")),
        awarded_on=min(dates) if dates else None,
        number_of_tenderers=_number_of_tenderers(tender),
        suppliers=suppliers,
        contracts=[_contract(one, awards, named) for one in contracts],
    )  # fmt: skip


def stage_of(compiled: Json, tags: Sequence[str]) -> Stage:
    """Tell how far a process has come, from its states first and from its tags where states are missing."""
    contracts, awards = children(compiled, "contracts"), children(compiled, "awards")
    status, said = child(compiled, "tender").get("status"), set(tags)
    if contracts:
        return _stage_of_contracts(contracts, said)
    if status in _STAGE_OF_STATUS:
        return _STAGE_OF_STATUS[status]
    if Tag.TENDER_CANCELLATION in said:
        return Stage.CANCELLED
    if awards and all(award.get("status") == AwardStatus.UNSUCCESSFUL for award in awards):
        return Stage.UNSUCCESSFUL
    if any(award.get("status") not in LOST for award in awards):
        return Stage.AWARD
    if status in {TenderStatus.ACTIVE, TenderStatus.COMPLETE}:
        return Stage.TENDER
    return next((stage for stage, stage_tags in _STAGE_OF_TAGS if said & stage_tags), Stage.PLANNING)


_STAGE_OF_STATUS: Mapping[object, Stage] = {
    TenderStatus.CANCELLED: Stage.CANCELLED,
    TenderStatus.WITHDRAWN: Stage.CANCELLED,
    TenderStatus.UNSUCCESSFUL: Stage.UNSUCCESSFUL,
}
_STAGE_OF_TAGS = (
    (Stage.TERMINATED, {Tag.CONTRACT_TERMINATION}),
    (Stage.IMPLEMENTATION, {Tag.IMPLEMENTATION, Tag.IMPLEMENTATION_UPDATE}),
    (Stage.CONTRACT, {Tag.CONTRACT, Tag.CONTRACT_UPDATE, Tag.CONTRACT_AMENDMENT}),
    (Stage.AWARD, {Tag.AWARD, Tag.AWARD_UPDATE}),
    (Stage.TENDER, {Tag.TENDER, Tag.TENDER_UPDATE, Tag.TENDER_AMENDMENT}),
)


def _stage_of_contracts(contracts: Sequence[Json], said: set[str]) -> Stage:
    states = {contract.get("status") for contract in contracts}
    carried_out = [child(contract, "implementation") for contract in contracts]
    accepted = any(
        one.get("type") == "delivery" and one.get("status") == MilestoneStatus.MET and one.get("code") != INTERIM
        for implementation in carried_out
        for one in children(implementation, "milestones")
    )
    if Tag.CONTRACT_TERMINATION in said and not accepted:
        return Stage.TERMINATED
    if accepted or (states == {ContractStatus.TERMINATED} and Tag.CONTRACT_TERMINATION not in said):
        return Stage.COMPLETE
    if any(carried_out) or said & {Tag.IMPLEMENTATION, Tag.IMPLEMENTATION_UPDATE}:
        return Stage.IMPLEMENTATION
    return Stage.CANCELLED if states == {ContractStatus.CANCELLED} else Stage.CONTRACT


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


def worth(contracts: Sequence[Json], awards: Sequence[Json], tender: Json, planning: Json) -> Amount | None:
    """Tell what a process is worth: its contracts, else awards, else the tender, else the budget.

    A sum is told only where every part has a value, and all in one currency.
    """
    for parts in (contracts, awards):
        found = [worth for part in parts if (worth := amount(child(part, "value"))) is not None]
        if found and len(found) == len(parts) and len({worth.currency for worth in found}) == 1:
            return Amount(min(sum(worth.minor for worth in found), LARGEST_AMOUNT), found[0].currency)
    return amount(child(tender, "value")) or amount(child(child(planning, "budget"), "amount"))


def _number_of_tenderers(tender: Json) -> int | None:
    """Tell how many tenderers there were; nought is what publishers write when they do not know."""
    said = tender.get("numberOfTenderers")
    if isinstance(said, int) and not isinstance(said, bool) and 0 < said <= MOST_TENDERERS:
        return said
    return len(children(tender, "tenderers")) or None


def _contract(contract: Json, awards: Sequence[Json], purchase: str) -> ContractSummary:
    award_id = clean_line(str(contract.get("awardID", "")))
    award = next((one for one in awards if clean_line(str(one.get("id"))) == award_id), {})
    suppliers = children(contract, "suppliers") or children(award, "suppliers")
    period = child(contract, "period")
    titles = [title for one in (contract, award) if (title := first_text(one.get("title")))]
    return ContractSummary(
        contract_id=clean_line(str(contract.get("id"))),
        award_id=award_id[:200] or None,
        title=first_text(*(one for one in titles if not says_only_kind(one)), purchase if titles else "", *titles),
        supplier_name=first_text(suppliers[0].get("name")) or None if suppliers else None,
        supplier=suppliers[0] if suppliers else None,
        amount=amount(child(contract, "value")),
        status=first_text(contract.get("status")) or None,
        signed_on=day(contract.get("dateSigned")),
        starts_on=day(period.get("startDate")),
        ends_on=day(period.get("endDate")),
    )
