"""A release or compiled release as sections that people can read: plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.kernel.money import yuan
from portal.kernel.text import N_
from portal.procurement.rules import METHOD_NAMES
from portal.procurement.values import amount, child, children, day, first_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from portal.procurement.rules import Json

STATUS_NAMES = {
    "planning": N_("being planned"), "planned": N_("planned"), "active": N_("in force"), "cancelled": N_("cancelled"),
    "unsuccessful": N_("without a supplier"), "complete": N_("complete"), "withdrawn": N_("withdrawn"),
    "pending": N_("not yet in force"), "terminated": N_("ended"), "scheduled": N_("scheduled"), "met": N_("met"),
    "notMet": N_("not met"), "partiallyMet": N_("partly met"),
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One labelled value: a text, a msgid of a codelist, a day, or money as text with its currency."""

    label: str
    text: str = ""
    code: str | None = None
    on: date | None = None


@dataclass(frozen=True)
class Section:
    """A titled group of facts."""

    title: str
    facts: Sequence[Fact]
    name: str = ""


def sections(release: Json) -> list[Section]:
    """Take a release apart into the sections that it has something to say in."""
    planning, tender = child(release, "planning"), child(release, "tender")
    found = [
        Section(N_("Intention"), _planning(planning)),
        Section(N_("Tender"), _tender(tender)),
        *(Section(N_("Award"), _award(one), first_text(one.get("title"))) for one in children(release, "awards")),
    ]
    for contract in children(release, "contracts"):
        implementation = child(contract, "implementation")
        found.append(Section(N_("Delivery"), _delivery(implementation), first_text(contract.get("title"))))
    return [section for section in found if section.facts]


def _planning(planning: Json) -> list[Fact]:
    budget = child(planning, "budget")
    return _said(
        Fact(N_("Why"), first_text(planning.get("rationale"))),
        Fact(N_("Project"), first_text(budget.get("project"))),
        Fact(N_("Budget"), _money(child(budget, "amount"))),
        *_milestones(planning),
    )


def _tender(tender: Json) -> list[Fact]:
    period = child(tender, "tenderPeriod")
    method = first_text(tender.get("procurementMethod"))
    bidders = tender.get("numberOfTenderers")
    return _said(
        Fact(N_("What is wanted"), first_text(tender.get("description"))),
        Fact(N_("State"), code=STATUS_NAMES.get(str(tender.get("status")))),
        Fact(N_("Method"), first_text(tender.get("procurementMethodDetails")), METHOD_NAMES.get(method)),
        Fact(N_("Why this method"), first_text(tender.get("procurementMethodRationale"))),
        Fact(N_("Highest price"), _money(child(tender, "value"))),
        Fact(N_("Who may bid"), first_text(tender.get("eligibilityCriteria"))),
        Fact(N_("Bids from"), on=day(period.get("startDate"))),
        Fact(N_("Bids until"), on=day(period.get("endDate"))),
        Fact(N_("Bidders"), str(bidders) if isinstance(bidders, int) and bidders > 0 else ""),
        Fact(N_("Names of bidders"), "、".join(first_text(one.get("name")) for one in children(tender, "tenderers"))),
        *_amendments(tender),
    )


def _award(award: Json) -> list[Fact]:
    return _said(
        Fact(N_("State"), code=STATUS_NAMES.get(str(award.get("status")))),
        Fact(N_("Day"), on=day(award.get("date"))),
        Fact(N_("Value"), _money(child(award, "value"))),
        Fact(N_("Supplier"), "、".join(first_text(one.get("name")) for one in children(award, "suppliers"))),
        Fact(N_("Reasons"), first_text(award.get("description"))),
    )


def _delivery(implementation: Json) -> list[Fact]:
    payments = [
        Fact(N_("Payment"), _money(child(one, "value")), on=day(one.get("date")))
        for one in children(implementation, "transactions")
    ]
    documents = [
        Fact(N_("Document"), first_text(one.get("title"), one.get("description")), on=day(one.get("datePublished")))
        for one in children(implementation, "documents")
    ]
    metrics = [
        Fact(first_text(one.get("title")), first_text(one.get("description")))
        for one in children(implementation, "metrics")
    ]
    return _said(*_milestones(implementation), *payments, *metrics, *documents)


def _milestones(part: Json) -> list[Fact]:
    return [
        Fact(
            first_text(one.get("title")) or N_("Milestone"), first_text(one.get("description")),
            STATUS_NAMES.get(str(one.get("status"))), day(one.get("dateMet")) or day(one.get("dueDate")),
        )
        for one in children(part, "milestones")
    ]  # fmt: skip


def _amendments(part: Json) -> list[Fact]:
    return [
        Fact(N_("Change"), first_text(one.get("rationale"), one.get("description")), on=day(one.get("date")))
        for one in children(part, "amendments")
    ]


def _money(value: Json) -> str:
    found = amount(value)
    return f"{yuan(found.minor)} {found.currency}" if found else ""


def _said(*facts: Fact) -> list[Fact]:
    return [fact for fact in facts if fact.text or fact.code or fact.on]
