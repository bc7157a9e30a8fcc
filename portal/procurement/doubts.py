"""What a release can hardly mean though the standard allows it: garbled texts, amounts below nought or beyond sense.

In the office such a release is put right first; the command seals what others published as it is, and tells it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel.errors import Reason
from portal.kernel.text import N_
from portal.procurement.cells import MOST_FEN, AbsurdAmountError, NegativeAmountError, is_garbled
from portal.procurement.process_rules import CURRENCY
from portal.procurement.sheet_lines import GARBLED
from portal.procurement.values import LARGEST_AMOUNT, child

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portal.procurement.rules import Json

LISTS = ("parties", "awards", "contracts")
TEXTS = ("title", "name", "description")
AMOUNTS = ("value", "minValue", "amount")  # the last one of a budget
BEYOND = Reason(N_("is larger than any amount of money"))


def doubts_in(release: Json) -> Iterator[tuple[str, Reason]]:
    """Find what can hardly be meant in a release that is right by the standard: (path, what is doubtful)."""
    for path, part in _parts(release):
        for name in TEXTS:
            said = part.get(name)
            if isinstance(said, str) and is_garbled(said):
                yield f"{path}/{name}", Reason(GARBLED)
        for name in AMOUNTS:
            doubt = _doubt_of(child(part, name))
            if doubt is not None:
                yield f"{path}/{name}/amount", doubt


def _parts(release: Json) -> Iterator[tuple[str, Json]]:
    yield "", release
    yield "/buyer", child(release, "buyer")
    yield "/planning/budget", child(child(release, "planning"), "budget")
    yield "/tender", child(release, "tender")
    for name in LISTS:
        items = release.get(name)
        for at, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                yield f"/{name}/{at}", item


def _doubt_of(value: Mapping[str, object]) -> Reason | None:
    amount = value.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        return None
    if amount < 0:
        return Reason(NegativeAmountError.message)
    if amount * 100 > LARGEST_AMOUNT:
        return BEYOND
    is_yuan = value.get("currency", CURRENCY) == CURRENCY
    return Reason(AbsurdAmountError.message) if is_yuan and amount * 100 > MOST_FEN else None
