"""What joining processes means: groups of pairs, and what a purchase of several processes tells. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.kernel.canonical import canonical_json
from portal.kernel.errors import ConflictError, InvalidInputError
from portal.kernel.text import N_
from portal.procurement import summaries
from portal.procurement.notice_titles import lot_key, lots_in
from portal.procurement.rules import AwardStatus, Stage
from portal.procurement.values import child, children, first_text, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.procurement.rules import Json
    from portal.procurement.values import Amount

Pair = tuple[str, str]
ENDED = frozenset({Stage.UNSUCCESSFUL, Stage.CANCELLED})
_ORDER: Sequence[Stage] = (
    Stage.PLANNING, Stage.TENDER, Stage.AWARD, Stage.CONTRACT, Stage.IMPLEMENTATION, Stage.COMPLETE, Stage.TERMINATED,
)  # fmt: skip
_LOST = frozenset({AwardStatus.CANCELLED, AwardStatus.UNSUCCESSFUL})


class JoinChange(StrEnum):
    """What a step of the history did."""

    JOINED = "joined"
    UNDONE = "undone"


class SuggestionState(StrEnum):
    """What became of a suggestion; what was joined is told by the history alone."""

    OPEN = "open"
    LATER = "later"
    REFUSED = "refused"


CHANGE_NAMES: Mapping[JoinChange, str] = {
    JoinChange.JOINED: N_("joined"),
    JoinChange.UNDONE: N_("undone"),
}


class SameProcessError(InvalidInputError):
    """Raised when a process is to be joined to itself."""

    code = "same-process"
    message = N_("These are one process already. Give the number of another one.")


class UnknownProcessError(InvalidInputError):
    """Raised when a number names no process."""

    code = "unknown-process"
    message = N_("There is no purchase with this number. Copy the number from its page; it begins with “ocds-”.")


class JoinedMeanwhileError(ConflictError):
    """Raised when what is to be refused was joined in the meantime."""

    code = "joined-meanwhile"
    message = N_("These notices have been joined in the meantime. If that is wrong, undo it in the history.")


class DifferentPurchasesError(InvalidInputError):
    """Raised when what plainly looks like different purchases is to be joined without a second word."""

    code = "different-purchases"
    message = N_("Read how they differ; if they are one purchase all the same, tick the box.")


class UnexplainedJoinError(InvalidInputError):
    """Raised when what plainly looks like different purchases is to be joined without a reason."""

    code = "unexplained-join"
    message = N_("Write why they are one purchase though they differ so much. The reason is published.")


def pair_of(one: str, other: str) -> Pair:
    """Name two processes in one order.

    Raises:
        SameProcessError: they are the same.
    """
    if one == other:
        raise SameProcessError(field="ocid")
    return (one, other) if one < other else (other, one)


def name_of(pair: Pair) -> str:
    """Name two processes in one text, for forms."""
    return " ".join(pair)


def standing(history: Iterable[tuple[str, str, JoinChange]]) -> set[Pair]:
    """Tell which pairs are joined after a history, oldest step first: the last word on a pair holds."""
    joined: set[Pair] = set()
    for first, second, change in history:
        if change is JoinChange.JOINED:
            joined.add((first, second))
        else:
            joined.discard((first, second))
    return joined


def groups(pairs: Iterable[Pair]) -> dict[str, str]:
    """Tell the group of every process in some pairs, named by the first of its ocids; chains and cycles are one."""
    parent: dict[str, str] = {}

    def root(ocid: str) -> str:
        while parent.setdefault(ocid, ocid) != ocid:
            parent[ocid] = parent[parent[ocid]]
            ocid = parent[ocid]
        return ocid

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    return {ocid: root(ocid) for ocid in list(parent)}


def public_bytes(pair: Pair, change: JoinChange, *, at: str, reason: str) -> bytes:
    """Write what the ledger commits to: what was done to which processes, when and why."""
    return canonical_json({"ocids": list(pair), "change": change.value, "at": at, "reason": reason})


def stage_of_all(stages: Iterable[Stage]) -> Stage:
    """Tell how far a purchase is, from the stages of its processes, the one with the oldest news first.

    A failed round ends what was before it; a new round begins again; else the furthest step holds.
    """
    found: Stage | None = None
    for stage in stages:
        begins = found is None or found in ENDED or stage in ENDED
        found = stage if found is None or begins else max(found, stage, key=_ORDER.index)
    return found or Stage.PLANNING


def states_of_all(histories: Sequence[Sequence[Json]]) -> list[Json]:
    """Put the states of all processes of a purchase in one row, and last what they tell together.

    Of plan and tender the newest word holds; awards and contracts of all stand side by side.
    """
    told = [states for states in histories if states]
    if len(told) <= 1:
        return [state for states in told for state in states]
    newest = sorted((states[-1] for states in told), key=_told_at)
    together: Json = {
        **{name: _united(child(one, name) for one in newest) for name in ("planning", "tender")},
        **{name: [part for one in newest for part in children(one, name)] for name in ("awards", "contracts")},
    }
    return [*(state for states in told for state in states), together]


def _told_at(state: Json) -> datetime:
    return moment(state.get("date")) or datetime.min.replace(tzinfo=UTC)


def _united(parts: Iterable[Json]) -> Json:
    found: Json = {}
    for part in parts:
        found |= part
    return found


def worth_of_all(compiled: Sequence[Json]) -> Amount | None:
    """Tell what a purchase of several processes is worth; what two of them tell alike counts once."""
    contracts = once((each, children(each, "contracts")) for each in compiled)
    awards = once(
        (each, [one for one in children(each, "awards") if str(one.get("status")) not in _LOST]) for each in compiled
    )
    tenders = [child(each, "tender") for each in compiled if child(child(each, "tender"), "value")]
    plans = [child(each, "planning") for each in compiled if child(child(each, "planning"), "budget")]
    return summaries.worth(contracts, awards, tenders[-1] if tenders else {}, plans[-1] if plans else {})


def once(processes: Iterable[tuple[Json, Sequence[Json]]]) -> list[Json]:
    """Give awards or contracts of several processes without what an earlier process told.

    Told alike is what has equal value, suppliers and day, and no other lot. What one process tells twice is two.

    Args:
        processes: what each compiles to, and those of its awards or contracts that count.
    """
    found: list[_Told] = []
    for state, parts in processes:
        left = list(found)
        for part in parts:
            new = _Told(part, _alike(part), _lots_of(part, state))
            before = next((one for one in left if one.says_same(new)), None)
            if before is None:
                found.append(new)
            else:
                left.remove(before)
    return [one.part for one in found]


@dataclass(frozen=True, eq=False)
class _Told:
    """An award or a contract, what it is known by, and the lots that it names."""

    part: Json
    said: bytes
    lots: frozenset[str]

    def says_same(self, other: _Told) -> bool:
        """Tell whether another process tells the same; lots that one of them does not name tell nothing."""
        differs = self.lots and other.lots and self.lots.isdisjoint(other.lots)
        return self.said == other.said and not differs


def _alike(part: Json) -> bytes:
    suppliers = [one.get("name") or one.get("id") for one in children(part, "suppliers")]
    return canonical_json({
        "value": part.get("value"), "suppliers": suppliers, "day": part.get("dateSigned") or part.get("date"),
        "what": None if suppliers else [part.get("id"), part.get("title")],
    })  # fmt: skip


def _lots_of(part: Json, state: Json) -> frozenset[str]:
    """Tell the lots of an award, or of a contract by its award: by reference, else by the titles."""
    of_award = [one for one in children(state, "awards") if str(one.get("id")) == str(part.get("awardID"))]
    for one in (part, *of_award):
        related = one.get("relatedLots")
        if isinstance(related, list) and related:
            return frozenset(lot_key(str(lot)) for lot in related)
    titles = [first_text(one.get("title")) for one in (part, *of_award, child(state, "tender"))]
    return next((found for title in titles if (found := lots_in(title))), frozenset())
