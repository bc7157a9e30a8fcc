"""The story of a purchase as people ask for it: how far it is, when each stage came, what comes next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.kernel.text import N_
from portal.procurement.rules import MilestoneStatus, Stage, Tag
from portal.procurement.summaries import LOST
from portal.procurement.values import child, children, day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.procurement.rules import Json

INTENTION, NOTICE = N_("Intention published"), N_("Tender notice")
_LATE_INTENTION = N_("It was published only after the tender notice.")
ENDED_EARLY = frozenset({Stage.CANCELLED, Stage.UNSUCCESSFUL, Stage.TERMINATED})


class StepState(StrEnum):
    """How a step of the timeline stands, in the words of the template."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    LATE = "late"
    ENDED = "ended"


@dataclass(frozen=True)
class StageStep:
    """One stage: when it was planned and when it happened (None where nothing is said), and how it stands.

    `note` is a msgid that says what is strange about its place.
    """

    title: str
    on: date | None
    planned_on: date | None
    state: StepState
    note: str = ""


@dataclass(frozen=True)
class Next:
    """What comes next: a msgid, and its day where one is told."""

    text: str
    on: date | None = None


@dataclass(frozen=True)
class _Days:
    """The first planned and the actual day of a step, and how far a purchase must be for it to have happened."""

    title: str
    actual: date | None
    planned: date | None
    reached: frozenset[Stage]


_AFTER_TENDER = frozenset({Stage.AWARD, Stage.CONTRACT, Stage.IMPLEMENTATION, Stage.COMPLETE, Stage.TERMINATED})
_AFTER_AWARD = _AFTER_TENDER - {Stage.AWARD}
_DELIVERED = _AFTER_AWARD - {Stage.CONTRACT}


def timeline(
    states: Sequence[Json], published: Sequence[tuple[str, date]], stage: Stage, today: date
) -> list[StageStep]:
    """Tell every stage with its planned and its actual day: what is done by its days, then what is to come.

    Args:
        states: what was known after each release, oldest first.
        published: tag and day of each release, oldest first.
        stage: how far the purchase is.
        today: the present day.
    """
    steps = _steps(states, published, stage)
    last = max((at for at, step in enumerate(steps) if _has_happened(step, stage, today)), default=-1)
    told: list[StageStep] = []
    for at, step in enumerate(steps):
        is_past = at <= last and (step.actual is None or step.actual <= today)
        if stage in ENDED_EARLY and not is_past:
            continue
        told.append(StageStep(step.title, step.actual, step.planned, _state(step, today, is_past=is_past)))
    told = _by_day(told)
    if stage in ENDED_EARLY:
        on = published[-1][1] if published else None
        told.append(StageStep(_END_NAMES[stage], on, None, StepState.ENDED))
    return _with_now(told)


_END_NAMES: Mapping[Stage, str] = {
    Stage.CANCELLED: N_("The purchase was cancelled"),
    Stage.UNSUCCESSFUL: N_("No supplier was found"),
    Stage.TERMINATED: N_("The contract was ended early"),
}


def _by_day(steps: Sequence[StageStep]) -> list[StageStep]:
    """Put what is done in the order of its days; what has none stays behind what it followed."""
    keys, last = [], date.min
    for step in steps:
        last = step.on or last
        keys.append((step.state is not StepState.DONE, last if step.state is StepState.DONE else date.min))
    told = [step for _, step in sorted(zip(keys, steps, strict=True), key=lambda pair: pair[0])]
    begun = next((at for at, step in enumerate(told) if step.title == NOTICE and step.on is not None), len(told))
    return [
        replace(step, note=_LATE_INTENTION) if step.title == INTENTION and at > begun else step
        for at, step in enumerate(told)
    ]


def _with_now(steps: Sequence[StageStep]) -> list[StageStep]:
    """Mark the first step that is still to come, where it is not late."""
    at = next((at for at, step in enumerate(steps) if step.state is StepState.AHEAD), None)
    if at is None or any(step.state is StepState.LATE for step in steps):
        return list(steps)
    found = steps[at]
    return [*steps[:at], replace(found, state=StepState.NOW), *steps[at + 1 :]]


def _state(step: _Days, today: date, *, is_past: bool) -> StepState:
    if is_past:
        return StepState.DONE
    expected = step.planned or step.actual
    return StepState.LATE if expected is not None and expected < today else StepState.AHEAD


def _has_happened(step: _Days, stage: Stage, today: date) -> bool:
    return stage in step.reached or (step.actual is not None and step.actual <= today)


def _steps(states: Sequence[Json], published: Sequence[tuple[str, date]], stage: Stage) -> list[_Days]:
    newest = states[-1] if states else {}
    tender, chosen_by = child(newest, "tender"), _first_day(states, "tender", "awardPeriod", "endDate")
    awards = [day(one.get("date")) for one in children(newest, "awards") if str(one.get("status")) not in LOST]
    contracts = children(newest, "contracts")
    intention = _first(published, {Tag.PLANNING})
    consulted = [_milestone_day(one) for one in _of_type(child(newest, "planning"), "engagement")]
    notice = _first(published, {Tag.TENDER}) or _past_notice(tender, stage)
    found = [
        _Days(INTENTION, intention, None, frozenset()),
        _Days(N_("People asked about the requirements"), _latest(consulted), None, frozenset()),
        _Days(NOTICE, notice, _planned_notice(states), frozenset({Stage.TENDER, *_AFTER_TENDER})),
        _Days(N_("Bids until"), *_bids_until(states, stage), _AFTER_TENDER),
        _Days(
            N_("Supplier chosen"), _earliest(awards), chosen_by, _AFTER_TENDER
        ),
        _Days(N_("Contract signed"), _earliest(day(one.get("dateSigned")) for one in contracts), None, _AFTER_AWARD),
        _Days(
            N_("Delivery begins"), _earliest(_period(one, "startDate") for one in contracts),
            _first_day(states, "tender", "contractPeriod", "startDate"), _DELIVERED,
        ),
        _Days(N_("Accepted"), _accepted_on(contracts), _accepting_planned(contracts), frozenset({Stage.COMPLETE})),
        _Days(N_("Contract ends"), _ended_on(contracts), _first_end(states), frozenset()),
        _Days(N_("Evaluated"), _evaluated_on(contracts), None, frozenset()),
    ]  # fmt: skip
    optional = {found[0].title, found[1].title, found[9].title}
    return [step for step in found if step.title not in optional or step.actual]


def next_step(states: Sequence[Json], stage: Stage, today: date) -> Next | None:
    """Tell what comes next; None where nothing is left to come."""
    newest = states[-1] if states else {}
    contracts = children(newest, "contracts")
    if stage is Stage.PLANNING:
        return Next(N_("The tender notice"), _planned_notice(states))
    if stage is Stage.TENDER:
        until = day(child(child(newest, "tender"), "tenderPeriod").get("endDate"))
        if until is not None and until >= today:
            return Next(N_("Suppliers may send bids until"), until)
        return Next(N_("The choice of a supplier"), day(child(child(newest, "tender"), "awardPeriod").get("endDate")))
    if stage is Stage.AWARD:
        return Next(N_("The contract, within 30 days of the award by law"))
    if stage not in {Stage.CONTRACT, Stage.IMPLEMENTATION}:
        return None
    due = [
        found
        for one in contracts
        for part in (one, child(one, "implementation"))
        for milestone in children(part, "milestones")
        if str(milestone.get("status")) not in {MilestoneStatus.MET, MilestoneStatus.NOT_MET}
        and (found := day(milestone.get("dueDate")))
        and found >= today
    ]
    if due:
        return Next(N_("The next milestone of the contract"), min(due))
    ends = [found for one in contracts if (found := _period(one, "endDate"))]
    if ends and max(ends) >= today:
        return Next(N_("Delivery goes on until"), max(ends))
    return Next(N_("The result of the acceptance; nothing was published of it yet"))


def _first(published: Sequence[tuple[str, date]], tags: set[Tag]) -> date | None:
    return next((on for tag, on in published if tag in tags), None)


def _planned_notice(states: Sequence[Json]) -> date | None:
    for state in states:
        for one in _of_type(child(state, "planning"), "preProcurement"):
            if (found := day(one.get("dueDate"))) is not None:
                return found
    return None


def _past_notice(tender: Json, stage: Stage) -> date | None:
    return None if stage is Stage.PLANNING else day(child(tender, "tenderPeriod").get("startDate"))


def _bids_until(states: Sequence[Json], stage: Stage) -> tuple[date | None, date | None]:
    """Give the deadline as it is now, and as it was first set where it moved (or before bids are asked for)."""
    newest = day(child(child(states[-1], "tender"), "tenderPeriod").get("endDate")) if states else None
    planned = _first_day(states, "tender", "tenderPeriod", "endDate")
    return (None, newest) if stage is Stage.PLANNING else (newest, planned if planned != newest else None)


def _first_day(states: Sequence[Json], part: str, period: str, name: str) -> date | None:
    return next((found for state in states if (found := day(child(child(state, part), period).get(name)))), None)


def _first_end(states: Sequence[Json]) -> date | None:
    for state in states:
        if (found := _latest(_period(one, "endDate") for one in children(state, "contracts"))) is not None:
            return found
    return _first_day(states, "tender", "contractPeriod", "endDate")


def _ended_on(contracts: Sequence[Json]) -> date | None:
    """Tell the day on which all contracts ended: told as such, else the end that was agreed last."""
    told = [day(child(one, "implementation").get("endDate")) or _period(one, "endDate") for one in contracts]
    return _latest(told) if all(told) else None


def _accepted_on(contracts: Sequence[Json]) -> date | None:
    return _latest(
        day(one.get("dateMet"))
        for contract in contracts
        for one in _of_type(child(contract, "implementation"), "delivery")
        if one.get("status") == MilestoneStatus.MET
    )


def _accepting_planned(contracts: Sequence[Json]) -> date | None:
    return _latest(
        day(one.get("dueDate"))
        for contract in contracts
        for part in (contract, child(contract, "implementation"))
        for one in _of_type(part, "delivery")
    )


def _evaluated_on(contracts: Sequence[Json]) -> date | None:
    return _latest(
        day(one.get("dateMet"))
        for contract in contracts
        for one in _of_type(child(contract, "implementation"), "assessment")
    )


def _of_type(part: Json, kind: str) -> list[Json]:
    return [one for one in children(part, "milestones") if one.get("type") == kind]


def _milestone_day(one: Json) -> date | None:
    return day(one.get("dateMet")) or day(one.get("dueDate"))


def _period(contract: Json, name: str) -> date | None:
    return day(child(contract, "period").get(name))


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((one for one in days if one is not None), default=None)


def _latest(days: Iterable[date | None]) -> date | None:
    return max((one for one in days if one is not None), default=None)
