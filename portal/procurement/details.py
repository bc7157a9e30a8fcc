"""A release or compiled release as sections that people can read: plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portal.kernel.text import N_
from portal.procurement.field_names import DIFFERENT_IN_TENDERS, STATUS_NAMES, field_name
from portal.procurement.rules import METHOD_NAMES
from portal.procurement.values import REMOVAL, amount, child, children, day, documents_of, first_text, removals_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from portal.procurement.rules import Json

BETWEEN_NAMES = "、"


@dataclass(frozen=True)
class Fact:
    """One labelled value: a text in one or two languages, a msgid of a codelist, a day, an address, money."""

    label: str
    text: str = ""
    code: str | None = None
    on: date | None = None
    text_en: str | None = None
    url: str | None = None
    minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Section:
    """A titled group of facts; `name` says which of several it is."""

    title: str
    facts: Sequence[Fact]
    name: str = ""


def sections(release: Json) -> list[Section]:
    """Take a release apart into the sections that it has something to say in."""
    planning, tender = child(release, "planning"), child(release, "tender")
    found = [Section(N_("Intention"), _planning(planning)), Section(N_("Tender"), _tender(tender))]
    found += [Section(N_("Award"), _award(one), first_text(one.get("title"))) for one in children(release, "awards")]
    for contract in children(release, "contracts"):
        name, implementation = first_text(contract.get("title"), contract.get("id")), child(contract, "implementation")
        found += [
            Section(N_("Contract"), _contract(contract), name),
            Section(N_("Delivery"), _delivery(implementation), name),
        ]
    found.append(Section(N_("Taken out by a correction"), removals(release)))
    found.append(Section(N_("Documents at the source"), [_document(one) for _, one in documents_of(release)]))
    return [section for section in found if section.facts]


def removals(release: Json) -> list[Fact]:
    """List what corrections took out, with their reasons."""
    return [_removed(*one) for one in removals_in(release)]


def _planning(planning: Json) -> list[Fact]:
    budget = child(planning, "budget")
    return _said(
        _told(N_("Why"), planning, "rationale"),
        _told(N_("Project"), budget, "project"),
        _worth(N_("Budget"), child(budget, "amount")),
        *_milestones(planning),
    )


def _tender(tender: Json) -> list[Fact]:
    period, status = child(tender, "tenderPeriod"), str(tender.get("status"))
    method = METHOD_NAMES.get(first_text(tender.get("procurementMethod")))
    bidders = tender.get("numberOfTenderers")
    return _said(
        _told(N_("What is wanted"), tender, "description"),
        *_items(tender),
        Fact(N_("State"), code=DIFFERENT_IN_TENDERS.get(status, STATUS_NAMES.get(status))),
        Fact(N_("Method"), first_text(tender.get("procurementMethodDetails")), method),
        _told(N_("Why this method"), tender, "procurementMethodRationale"),
        _worth(N_("Highest price"), child(tender, "value")),
        _told(N_("Who may bid"), tender, "eligibilityCriteria"),
        Fact(N_("Bids from"), on=day(period.get("startDate"))),
        Fact(N_("Bids until"), on=day(period.get("endDate"))),
        Fact(N_("Bidders"), str(bidders) if isinstance(bidders, int) and bidders > 0 else ""),
        Fact(N_("Names of bidders"), _names(tender, "tenderers")),
        *_amendments(tender),
    )


def _award(award: Json) -> list[Fact]:
    return _said(
        Fact(N_("State"), code=STATUS_NAMES.get(str(award.get("status")))),
        Fact(N_("Day"), on=day(award.get("date"))),
        _worth(N_("Value"), child(award, "value")),
        Fact(N_("Supplier"), _names(award, "suppliers")),
        _told(N_("Reasons"), award, "description"),
        *_items(award),
        *_amendments(award),
    )


def _contract(contract: Json) -> list[Fact]:
    period = child(contract, "period")
    return _said(
        Fact(N_("State"), code=STATUS_NAMES.get(str(contract.get("status")))),
        _told(N_("What is wanted"), contract, "description"),
        *_items(contract),
        _worth(N_("Value"), child(contract, "value")),
        Fact(N_("Signed"), on=day(contract.get("dateSigned"))),
        Fact(N_("Begins"), on=day(period.get("startDate"))),
        Fact(N_("Ends"), on=day(period.get("endDate"))),
        *_milestones(contract),
        *_amendments(contract),
    )


def _delivery(implementation: Json) -> list[Fact]:
    payments = [
        _worth(N_("Payment"), child(one, "value"), on=day(one.get("date")))
        for one in children(implementation, "transactions")
    ]
    metrics = [
        Fact(first_text(one.get("title")) or N_("Measure"), first_text(one.get("description")))
        for one in children(implementation, "metrics")
    ]
    return _said(*_milestones(implementation), *payments, *metrics)


def _items(part: Json) -> list[Fact]:
    return [_item(one) for one in children(part, "items")]


def _item(item: Json) -> Fact:
    quantity, unit = item.get("quantity"), first_text(child(item, "unit").get("name"))
    much = f" × {quantity:,} {unit}".rstrip() if isinstance(quantity, int | float) else ""
    what = first_text(item.get("description"), child(item, "classification").get("description"))
    english = first_text(item.get("description_en"))
    return Fact(N_("Item"), what + much, text_en=english + much if english else None)


def _milestones(part: Json) -> list[Fact]:
    return [
        Fact(
            first_text(one.get("title")) or N_("Milestone"), first_text(one.get("description")),
            STATUS_NAMES.get(str(one.get("status"))), day(one.get("dateMet")) or day(one.get("dueDate")),
            first_text(one.get("description_en")) or None,
        )
        for one in children(part, "milestones")
    ]  # fmt: skip


def _amendments(part: Json) -> list[Fact]:
    return [
        Fact(N_("Change"), first_text(one.get("rationale"), one.get("description")), on=day(one.get("date")))
        for one in (*children(part, "amendments"), child(part, "amendment"))
    ]


def _removed(names: tuple[str, ...], item: Json) -> Fact:
    said = child(item, REMOVAL)
    what = first_text(said.get("title")) or str(item.get("id"))
    text = " · ".join(filter(None, (what, first_text(said.get("rationale")))))
    return Fact(field_name(names) or names[-1], text, on=day(said.get("date")))


def _document(document: Json) -> Fact:
    title = first_text(document.get("title"), document.get("description"), document.get("documentType"))
    url = first_text(document.get("url"))
    return Fact(
        N_("Document"), title or url or str(document.get("id", "")), on=day(document.get("datePublished")),
        text_en=first_text(document.get("title_en")) or None, url=url if _is_web_address(url) else None,
    )  # fmt: skip


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return False


def _told(label: str, part: Json, name: str) -> Fact:
    """Take a text in both languages: OCDS writes the English one under a name that ends in `_en`."""
    return Fact(label, first_text(part.get(name)), text_en=first_text(part.get(f"{name}_en")) or None)


def _names(part: Json, name: str) -> str:
    return BETWEEN_NAMES.join(filter(None, (first_text(one.get("name")) for one in children(part, name))))


def _worth(label: str, value: Json, *, on: date | None = None) -> Fact:
    found = amount(value)
    return Fact(label, on=on, minor=found.minor, currency=found.currency) if found else Fact(label, on=on)


def _said(*facts: Fact) -> list[Fact]:
    return [fact for fact in facts if fact.text or fact.code or fact.on or fact.minor is not None]
