"""Who bid, in which lots, and how each contract went: plain functions over a compiled release."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from portal.kernel.text import N_, clean_line
from portal.procurement.field_names import BID_STATUS_NAMES, DISQUALIFICATION_NAMES, STATUS_NAMES
from portal.procurement.summaries import MOST_TENDERERS
from portal.procurement.sums import paid
from portal.procurement.values import amount, child, children, day, first_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from portal.procurement.rules import Json
    from portal.procurement.values import Amount

BETWEEN_NAMES = "、"
USERS = ("服务对象", "service user", "users’ opinion")
FINDING_NAMES = {
    "score": N_("score"),
    "grade": N_("grade"),
    "asked": N_("users asked"),
    "users-asked": N_("users asked"),
    "satisfied": N_("satisfied"),
    "users-satisfied": N_("satisfied"),
}
EVALUATION_DOCUMENTS = frozenset({"evaluationReports", "finalAudit"})


@dataclass(frozen=True)
class Bid:
    """One bid: by whom, what became of it and why (msgids), the price and the reason in full, where they are told."""

    names: str
    status: str | None
    price: Amount | None
    reason: str
    why: str | None = None


@dataclass(frozen=True)
class Bidders:
    """How many bids came, were valid and were disqualified; None where nothing is said."""

    submitted: int | None
    valid: int | None
    disqualified: int | None
    bids: Sequence[Bid]
    reasons: Sequence[str]


@dataclass(frozen=True)
class Amendment:
    """One change of a notice or contract, with its reason."""

    on: date | None
    reason: str
    text: str


@dataclass(frozen=True)
class Instalment:
    """One payment, planned or made."""

    title: str
    on: date | None
    amount: Amount | None


@dataclass(frozen=True)
class Reached:
    """One milestone: when it was due and when it was reached."""

    title: str
    text: str
    text_en: str | None
    status: str | None
    due_on: date | None
    met_on: date | None


@dataclass(frozen=True)
class Measure:
    """One thing that was measured, and what was found: each finding with a msgid that names it, where it is known."""

    title: str
    text: str
    findings: Sequence[tuple[str | None, str]]


@dataclass(frozen=True)
class Report:
    """One document that tells of the evaluation."""

    title: str
    on: date | None


@dataclass(frozen=True)
class Delivery:
    """How one contract went."""

    amendments: Sequence[Amendment]
    payments: Sequence[tuple[Instalment | None, Instalment | None]]
    paid: Amount | None
    milestones: Sequence[Reached]
    acceptance: Sequence[Reached]
    opinion: Sequence[Measure]
    is_opinion_told: bool
    evaluation: Sequence[Reached]
    measures: Sequence[Measure]
    reports: Sequence[Report]


def bidders(compiled: Json) -> Bidders:
    """Tell of the bids, from what was published of each, of their figures, or of the names alone."""
    bids, tender = child(compiled, "bids"), child(compiled, "tender")
    details = [one for one in children(bids, "details") if one.get("status") != "invited"]
    states = [one.get("status") for one in details]
    named = children(tender, "tenderers")
    number = _count(tender.get("numberOfTenderers")) or None
    are_judged = bool(states) and all(one in {"valid", "disqualified"} for one in states)
    return Bidders(
        submitted=_first_known(_figure(bids, "bids", "bidders"), len(details) or None, number, len(named) or None),
        valid=_first_known(
            _figure(bids, "validBids", "qualifiedBidders"), _of(states, "valid") if are_judged else None
        ),
        disqualified=_first_known(
            _figure(bids, "disqualifiedBids", "disqualifiedBidders"),
            _of(states, "disqualified") if are_judged or "disqualified" in states else None,
        ),
        bids=[_bid(one) for one in details] or [Bid(first_text(one.get("name")), None, None, "") for one in named],
        reasons=[
            text
            for one in children(bids, "statistics")
            if "isqualified" in str(one.get("measure")) and (text := first_text(one.get("notes")))
        ],
    )


def amendments(part: Json) -> list[Amendment]:
    """List the changes of a tender, an award or a contract, oldest first as published."""
    found = [
        Amendment(day(one.get("date")), first_text(one.get("rationale")), first_text(one.get("description")))
        for one in (*children(part, "amendments"), child(part, "amendment"))
    ]
    return [one for one in found if one.on or one.reason or one.text]


def deliveries(compiled: Json) -> dict[str, Delivery]:
    """Tell how each contract went, by its identifier."""
    return {clean_line(str(one.get("id"))): _delivery(one) for one in children(compiled, "contracts")}


def _delivery(contract: Json) -> Delivery:
    implementation = child(contract, "implementation")
    milestones = [*children(contract, "milestones"), *children(implementation, "milestones")]
    metrics = children(implementation, "metrics")
    acceptance = [_reached(one) for one in milestones if one.get("type") == "delivery"]
    opinion = [_measure(one) for one in metrics if _is_of_users(one)]
    told = bool(opinion) or any(word in one.text for one in acceptance for word in USERS)
    special = {"delivery", "assessment", "financing"}
    return Delivery(
        amendments=amendments(contract), payments=_payments(contract), paid=paid([contract]),
        milestones=[_reached(one) for one in milestones if one.get("type") not in special],
        acceptance=acceptance, opinion=opinion, is_opinion_told=told,
        evaluation=[_reached(one) for one in milestones if one.get("type") == "assessment"],
        measures=[_measure(one) for one in metrics if not _is_of_users(one)],
        reports=[
            Report(first_text(one.get("title"), one.get("description")), day(one.get("datePublished")))
            for one in children(implementation, "documents")
            if one.get("documentType") in EVALUATION_DOCUMENTS
        ],
    )  # fmt: skip


def _payments(contract: Json) -> list[tuple[Instalment | None, Instalment | None]]:
    """Set the planned instalments beside what was paid, in the order of their days."""
    implementation = child(contract, "implementation")
    planned = [
        Instalment(
            first_text(one.get("title"), one.get("description")), day(one.get("dueDate")), amount(child(one, "value"))
        )
        for one in (*children(contract, "milestones"), *children(implementation, "milestones"))
        if one.get("type") == "financing"
    ]
    made = [
        Instalment("", day(one.get("date")), amount(child(one, "value")))
        for one in children(implementation, "transactions")
    ]
    return list(zip_longest(_by_day(planned), _by_day(made)))


def _by_day(items: Iterable[Instalment]) -> list[Instalment]:
    return sorted(items, key=lambda one: (one.on is None, str(one.on)))


def _bid(one: Json) -> Bid:
    why = child(one, "disqualification")
    code = DISQUALIFICATION_NAMES.get(str(why.get("code")))
    return Bid(
        BETWEEN_NAMES.join(_names(children(one, "tenderers"))), BID_STATUS_NAMES.get(str(one.get("status"))),
        amount(child(one, "value")),
        first_text(
            why.get("description"), None if code else why.get("title"), one.get("statusDetails"),
            one.get("rejectionReason"), one.get("description"), one.get("notes"),
        ),
        code,
    )  # fmt: skip


def _figure(bids: Json, *measures: str) -> int | None:
    """Add up a figure over the lots; the first of several names under which it may stand."""
    for measure in measures:
        found = [one for one in children(bids, "statistics") if one.get("measure") == measure]
        whole = [one for one in found if one.get("relatedLot") is None][:1] or found
        numbers = [_count(one.get("value")) for one in whole]
        known = [number for number in numbers if number is not None]
        if known and len(known) == len(numbers):
            return sum(known)
    return None


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        return None
    return int(value) if 0 <= value <= MOST_TENDERERS else None


def _of(states: Sequence[object], state: str) -> int:
    return sum(one == state for one in states)


def _first_known(*numbers: int | None) -> int | None:
    return next((one for one in numbers if one is not None), None)


def _reached(one: Json) -> Reached:
    return Reached(
        first_text(one.get("title")), first_text(one.get("description")), first_text(one.get("description_en")) or None,
        STATUS_NAMES.get(str(one.get("status"))), day(one.get("dueDate")), day(one.get("dateMet")),
    )  # fmt: skip


def _is_of_users(metric: Json) -> bool:
    said = f"{metric.get('id')} {metric.get('title')} {metric.get('description')}"
    return str(metric.get("id")).startswith("service-users") or any(word in said for word in USERS)


def _measure(metric: Json) -> Measure:
    findings = [(FINDING_NAMES.get(str(one.get("id"))), _told(one)) for one in children(metric, "observations")]
    return Measure(
        first_text(metric.get("title")), first_text(metric.get("description")),
        [(label, text) for label, text in findings if text],
    )  # fmt: skip


def _told(one: Json) -> str:
    """Tell a finding in words; a code that is told in words already is left out."""
    notes, found = first_text(one.get("notes")), _finding(one)
    is_code = isinstance(one.get("measure"), str) and found.isascii()
    return notes if notes and is_code else " ".join(filter(None, (notes, found)))


def _finding(one: Json) -> str:
    measure, unit = one.get("measure"), first_text(child(one, "unit").get("name"))
    if isinstance(measure, int | float) and not isinstance(measure, bool):
        return f"{measure:,} {unit}".rstrip()
    found = amount(child(one, "value"))
    return f"{found.minor / 100:,.2f} {found.currency}" if found else f"{first_text(measure)} {unit}".strip()


def _names(parties: Sequence[Json]) -> list[str]:
    return [name for one in parties if (name := first_text(one.get("name")))]
