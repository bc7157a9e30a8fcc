"""Reads of everything that the page of one purchase shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.classification.queries import calendar
from portal.kernel import clock
from portal.procurement import (
    delivery,
    details,
    history,
    joining_rules,
    joins,
    process_events,
    queries,
    story,
    verdicts,
)
from portal.procurement import sums as amounts
from portal.procurement.lots import Lot, lots
from portal.procurement.process_rules import CURRENCY
from portal.procurement.values import child, tags
from portal.procurement.withdrawals import tombstones_of
from portal.ring.queries import neighbours_of, targets
from portal.ring.rules import Kind, Relation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.procurement.models import Contract, Process, Release
    from portal.procurement.rules import Json
    from portal.procurement.withdrawals import Tombstone
    from portal.ring.rules import Neighbour

Key = tuple[str, str]


@dataclass(frozen=True)
class ProcessPage:
    """One purchase, read and told."""

    process: Process
    purchase: joins.Purchase | None
    shown: Sequence[str]
    releases: Sequence[Release]
    contracts: Sequence[Contract]
    suppliers: Sequence[int]
    neighbours: Sequence[Neighbour]
    of_contract: Mapping[Key, Sequence[Neighbour]]
    ratings: Sequence[Neighbour]
    steps: Sequence[story.StageStep | Tombstone]
    publications: Sequence[Release | Tombstone]
    next_step: story.Next | None
    sums: Sequence[amounts.Sum]
    are_comparable: bool
    bidders: delivery.Bidders
    lots: Sequence[Lot]
    amendments: Sequence[delivery.Amendment]
    deliveries: Mapping[Key, delivery.Delivery]
    findings: Sequence[verdicts.Finding]
    sections: Sequence[details.Section]
    removals: Sequence[details.Fact]


def process_page(ocid: str) -> ProcessPage:
    """Read one purchase for its page.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    found, purchase = queries.process(ocid), joins.purchase_of(ocid)
    ocids = purchase.ocids if purchase and purchase.lead.ocid == ocid else [ocid]
    contracts, releases = queries.contracts_of(*ocids), queries.releases_of(*ocids)
    near, of_contract, ratings = _neighbours(ocids, contracts)
    told = {one: history.states_after(_bodies(releases, one)) for one in ocids}
    states = told[ocid]
    newest = states[-1] if states else {}
    published = [(one.tag, clock.day_of(one.date_at)) for one in releases]
    sums, today, together = (
        amounts.sums(*told.values()),
        clock.today(),
        joining_rules.states_of_all(list(told.values())),
    )
    gone = tombstones_of(*ocids)
    return ProcessPage(
        process=found, purchase=purchase, shown=ocids, releases=releases, contracts=contracts,
        suppliers=queries.supplier_ids_of(ocid), neighbours=near, of_contract=of_contract, ratings=ratings,
        steps=_with_tombstones(story.timeline(together, published, found.stage, today), gone),
        next_step=story.next_step(together, found.stage, today), sums=sums, are_comparable=amounts.are_comparable(sums),
        bidders=delivery.bidders(newest), lots=lots(newest),
        amendments=delivery.amendments(child(newest, "tender")),
        deliveries={
            (one, number): course
            for one, known in told.items()
            for number, course in delivery.deliveries(known[-1] if known else {}).items()
        },
        findings=_findings(found, releases, ocids), sections=details.sections(newest),
        removals=details.removals(newest), publications=_in_order([*releases, *gone]),
    )  # fmt: skip


def _in_order(publications: Sequence[Release | Tombstone]) -> list[Release | Tombstone]:
    return sorted(publications, key=lambda one: (one.date_at, one.id))


def _with_tombstones(
    steps: Sequence[story.StageStep], tombstones: Sequence[Tombstone]
) -> list[story.StageStep | Tombstone]:
    """Put what was withdrawn among the stages where it stood."""
    told: list[story.StageStep | Tombstone] = list(steps)
    for one in tombstones:
        later = (at for at, step in enumerate(told) if isinstance(step, story.StageStep) and _is_after(step, one))
        told.insert(next(later, len(told)), one)
    return told


def _is_after(step: story.StageStep, one: Tombstone) -> bool:
    return step.state is not story.StepState.DONE or (step.on is not None and step.on > one.published_on)


def _findings(process: Process, releases: Sequence[Release], ocids: Sequence[str]) -> list[verdicts.Finding]:
    """Set the rules of the law beside what happened; a rule of which neither event is known tells nothing."""
    if process.currency != CURRENCY:
        return []
    histories = [_history([one for one in releases if one.ocid == ocid and not one.is_withheld]) for ocid in ocids]
    days, today = calendar(), clock.today()
    return [
        finding
        for course in process_events.courses(histories)
        for finding in verdicts.evaluate(course, calendar=days, today=today)
        if finding.tells_something
    ]


def _history(releases: Sequence[Release]) -> process_events.History:
    return process_events.History(
        history.states_after(one.body for one in releases),
        [(tags(one.body), clock.day_of(one.date_at)) for one in releases],
    )


def _bodies(releases: Sequence[Release], ocid: str) -> list[Json | None]:
    return [None if one.is_withheld else one.body for one in releases if one.ocid == ocid]


def _neighbours(
    ocids: Sequence[str], contracts: Sequence[Contract]
) -> tuple[list[Neighbour], dict[Key, list[Neighbour]], list[Neighbour]]:
    """Read what processes and contracts are joined to, and how the services they deliver were rated."""
    keys = {(one.ocid, one.contract_id): (Kind.CONTRACT, f"{one.ocid}#{one.contract_id}") for one in contracts}
    joined = neighbours_of([*((Kind.PROCESS, one) for one in ocids), *keys.values()])
    of_contract = {
        name: [one for one in joined.get(key, []) if one.kind is not Kind.PROCESS] for name, key in keys.items()
    }
    delivered = targets(Relation.DELIVERS, [number for _, number in keys.values()])
    rated = neighbours_of([(Kind.SERVICE, number) for numbers in delivered.values() for number in numbers])
    ratings = [one for some in rated.values() for one in some if one.relation is Relation.RATED_IN]
    return [each for one in ocids for each in joined.get((Kind.PROCESS, one), [])], of_contract, ratings
