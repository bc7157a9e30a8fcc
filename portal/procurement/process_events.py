"""When the events happened that the rules of the law speak of, as far as a purchase tells: plain functions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portal.procurement.process_rules import PUBLIC, Method, events
from portal.procurement.rules import MilestoneStatus, Tag
from portal.procurement.summaries import LOST, summarise
from portal.procurement.values import child, children, day, first_text
from portal.procurement.verdicts import Course, methods_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from portal.procurement.rules import Json

PUBLICATIONS: Mapping[Tag, str] = {
    Tag.PLANNING: "intention_published",
    Tag.TENDER: "notice_published",
    Tag.TENDER_CANCELLATION: "cancel_published",
    Tag.AWARD: "award_published",
    Tag.CONTRACT: "contract_published",
    Tag.IMPLEMENTATION: "acceptance_published",
}
"""Events that a publication of a kind is; the first one counts."""


OF_CONTRACTS = frozenset({
    "contract_signed", "contract_published", "contract_change_signed", "contract_change_published",
    "service_delivered", "service_accepted", "acceptance_published",
})  # fmt: skip
OF_PURCHASES = frozenset(events()) - OF_CONTRACTS


@dataclass(frozen=True)
class History:
    """One process: what was known after each release, oldest first; and tags and day of each, in the same order."""

    states: Sequence[Json]
    published: Sequence[tuple[Sequence[str], date]]


def is_public_service(category: object) -> bool | None:
    """Tell whether a category of the guiding catalogue is a service for the public; None without one."""
    return str(category).startswith(PUBLIC) if category else None


def courses(histories: Sequence[History]) -> list[Course]:
    """Tell the days of a purchase, and those of each of its contracts where it has several.

    Args:
        histories: of each process that belongs to it, the one that leads first.
    """
    tellers = [_Told(one) for one in histories]
    whole = _earliest_of(one.of_purchase() for one in tellers)
    contracts = [(one, contract) for one in tellers for contract in children(one.newest, "contracts")]
    methods = min((one.methods for one in tellers), key=len, default=frozenset(Method))
    is_public = next((one.is_public for one in tellers if one.is_public is not None), None)
    of_contracts = [
        Course(
            whole | told.of_contract(contract), methods, is_public, about=OF_CONTRACTS,
            name=first_text(contract.get("title"), contract.get("id")),
        )
        for told, contract in contracts
    ]  # fmt: skip
    if len(of_contracts) == 1:
        return [replace(of_contracts[0], name="", about=None)]
    return [Course(whole, methods, is_public, about=OF_PURCHASES), *of_contracts]


def _earliest_of(tellings: Iterable[Mapping[str, date]]) -> dict[str, date]:
    found: dict[str, date] = {}
    for days in tellings:
        found |= {name: min(on, found.get(name, on)) for name, on in days.items()}
    return found


class _Told:
    """What the releases of a purchase tell of its days."""

    def __init__(self, history: History) -> None:
        self._steps = list(zip(history.states, history.published, strict=True))
        self.newest = history.states[-1] if history.states else {}
        tender = child(self.newest, "tender")
        self.methods = methods_of(tender.get("procurementMethod"), tender.get("procurementMethodDetails"))
        self.is_public = is_public_service(summarise(self.newest, []).category_code)

    def of_purchase(self) -> dict[str, date]:
        """Tell the days until the award."""
        tender = child(self.newest, "tender")
        milestones = {str(one.get("id")): day(one.get("dueDate")) for one in children(tender, "milestones")}
        awards = [day(one.get("date")) for one in children(self.newest, "awards") if one.get("status") not in LOST]
        ended = [
            day(one.get("date"))
            for one in children(tender, "amendments")
            if str(one.get("id")).startswith("cancellation")
        ]
        return _known({
            "intention_published": self._first_tagged(Tag.PLANNING),
            "notice_published": self._first_tagged(Tag.TENDER),
            "document_sale_start": day(child(tender, "tenderPeriod").get("startDate")),
            "document_sale_end": milestones.get("documents-until"),
            "bid_deadline": day(child(tender, "tenderPeriod").get("endDate")),
            "single_source_publicity_start": milestones.get("publicity-from"),
            "single_source_publicity_end": milestones.get("publicity-until"),
            "winner_decided": _earliest(awards),
            "award_published": self._first_tagged(Tag.AWARD)
            or self._first(lambda state: any(day(one.get("date")) for one in children(state, "awards"))),
            "cancelled": _earliest(ended),
            "cancel_published": self._first_tagged(Tag.TENDER_CANCELLATION),
        })  # fmt: skip

    def of_contract(self, contract: Json) -> dict[str, date]:
        """Tell the days of one contract, from its award to its acceptance."""
        number, award = contract.get("id"), contract.get("awardID")
        implementation = child(contract, "implementation")
        accepted = [day(one.get("dateMet")) for one in _accepted(contract)]
        changes = sorted(children(contract, "amendments"), key=lambda one: str(one.get("date") or ""))
        change = changes[-1] if changes else {}
        return _known({
            "award_published": self._first(lambda state: _has(state, "awards", award), {Tag.AWARD}),
            "contract_signed": day(contract.get("dateSigned")),
            "contract_published": self._first(lambda state: _has(state, "contracts", number), {Tag.CONTRACT})
            or self._first(lambda state: _has(state, "contracts", number)),
            "contract_change_signed": day(change.get("date")),
            "contract_change_published": self._first(
                lambda state: any(
                    _has(one, "amendments", change.get("id")) for one in _with_id(state, "contracts", number)
                )
            ) if change else None,
            "service_delivered": day(implementation.get("endDate")) or day(child(contract, "period").get("endDate")),
            "service_accepted": max((one for one in accepted if one is not None), default=None),
            "acceptance_published": self._first(
                lambda state: any(_accepted(one) for one in _with_id(state, "contracts", number))
            ),
        })  # fmt: skip

    def _first_tagged(self, tag: Tag) -> date | None:
        return next((on for _, (tags, on) in self._steps if tag in tags), None)

    def _first(self, is_told: Callable[[Json], bool], tags: Collection[Tag] = frozenset(Tag)) -> date | None:
        """Find the day of the first release, of one of some tags, after which something was known."""
        return next(
            (on for state, (said, on) in self._steps if is_told(state) and not set(tags).isdisjoint(said)), None
        )


def _accepted(contract: Json) -> list[Json]:
    return [
        one
        for one in children(child(contract, "implementation"), "milestones")
        if one.get("type") == "delivery" and one.get("status") in {MilestoneStatus.MET, MilestoneStatus.PARTIALLY_MET}
    ]


def _has(state: Json, name: str, number: object) -> bool:
    return bool(_with_id(state, name, number))


def _with_id(state: Json, name: str, number: object) -> list[Json]:
    return [one for one in children(state, name) if str(one.get("id")) == str(number)]


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((one for one in days if one is not None), default=None)


def _known(days: Mapping[str, date | None]) -> dict[str, date]:
    return {name: on for name, on in days.items() if on is not None}
