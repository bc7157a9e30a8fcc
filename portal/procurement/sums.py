"""The amounts of a purchase, from its budget to its payments: plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.kernel.text import N_
from portal.procurement.joining_rules import once
from portal.procurement.summaries import LOST, worth
from portal.procurement.values import LARGEST_AMOUNT, Amount, amount, child, children

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.procurement.rules import Json


@dataclass(frozen=True)
class Sum:
    """One amount on the way from the budget to the payments."""

    label: str
    amount: Amount


def sums(*histories: Sequence[Json]) -> list[Sum]:
    """Tell the amounts on the way: budget, ceiling, award, contract as signed and as changed, what was paid.

    Args:
        histories: the states of each process of a purchase, the leading one first. Of budget and ceiling the last
            that is told holds; awards and contracts of all are added, what two processes tell alike counts once.
    """
    newest = [states[-1] for states in histories if states]
    contracts = once((each, children(each, "contracts")) for each in newest)
    awards = once(
        (each, [one for one in children(each, "awards") if str(one.get("status")) not in LOST]) for each in newest
    )
    first = total(one.get("value") for one in once((states[-1], _signed(states)) for states in histories if states))
    now = worth(contracts, [], {}, {})
    told = [
        (N_("Budget"), _last(child(child(child(each, "planning"), "budget"), "amount") for each in newest)),
        (N_("Highest price"), _last(child(child(each, "tender"), "value") for each in newest)),
        (N_("Awarded amount"), worth([], awards, {}, {})),
        (N_("Contract as signed"), first or now),
        (N_("Contract as changed"), now if first and now != first else None),
        (N_("Settled at the end"), total(child(one, "implementation").get("finalValue") for one in contracts)),
        (N_("Paid so far"), paid(contracts)),
    ]
    return [Sum(label, one) for label, one in told if one is not None]


def _last(values: Iterable[Json]) -> Amount | None:
    """Give the last amount that is told."""
    found = [one for one in map(amount, values) if one is not None]
    return found[-1] if found else None


def are_comparable(amounts: Sequence[Sum]) -> bool:
    """Tell whether amounts can be drawn beside each other: several, in one currency, none below nought."""
    return (
        len(amounts) > 1
        and len({one.amount.currency for one in amounts}) == 1
        and all(one.amount.minor >= 0 for one in amounts)
    )


def _signed(states: Sequence[Json]) -> list[Json]:
    """Give each contract of a process as it was when its value was first told."""
    firsts: dict[str, Json] = {}
    for state in states:
        for contract in children(state, "contracts"):
            if amount(child(contract, "value")) is not None:
                firsts.setdefault(str(contract.get("id")), contract)
    return list(firsts.values())


def paid(contracts: Sequence[Json]) -> Amount | None:
    """Add up the payments of contracts, where each tells its amount and all are in one currency."""
    return total(
        one.get("value")
        for contract in contracts
        for one in children(child(contract, "implementation"), "transactions")
    )


def total(values: Iterable[object]) -> Amount | None:
    """Add up OCDS values that are there; None where one cannot be read or currencies differ."""
    all_values = [one for one in values if one is not None]
    found = [amount(one) if isinstance(one, dict) else None for one in all_values]
    known = [one for one in found if one is not None]
    if not known or len(known) != len(found) or len({one.currency for one in known}) != 1:
        return None
    return Amount(min(sum(one.minor for one in known), LARGEST_AMOUNT), known[0].currency)
