"""Which notices tell of one purchase: titles, numbers, buyers, amounts and days compared. Plain Python.

A person decides; what is computed here only says what is worth a person's look, and why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from math import log
from typing import TYPE_CHECKING

from portal.kernel.text import N_
from portal.procurement.notice_titles import ProjectNumber, buyer_key, may_come_late, similarity, title_cores
from portal.procurement.rules import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

TIMES_APART = 10  # from here on amounts are hardly those of one purchase
THRESHOLD = 60  # from here on a pair is shown to a person
CERTAIN = 100
TELLING_TITLE = 14  # signs; from here on a name tells a purchase even where the buyer is not known
SIMILAR = 0.8  # of pairs of signs, Dice's coefficient
CLOSE = 0.01  # of the amount
DAYS_TOGETHER = 200
NUMBER, TITLE, WORTH = "number", "title", "worth"  # kinds of clues
LONGEST_KEY, LONGEST_NAME = 200, 150
FAILED = frozenset({Stage.UNSUCCESSFUL, Stage.CANCELLED})
SLACK_DAYS = 3  # notices of one day are not always put on the site in their order
Key = tuple[str, str]


class Reason(StrEnum):
    """Why two notices may tell of one purchase, or may not."""

    NUMBER = "number"
    TITLE = "title"
    SIMILAR_TITLE = "similar-title"
    BUYER = "buyer"
    AMOUNT = "amount"
    OTHER_NUMBER = "other-number"
    OTHER_BUYER = "other-buyer"
    ORDER = "order"
    FAR_APART = "far-apart"


REASON_NAMES: Mapping[Reason, str] = {
    Reason.NUMBER: N_("same project number"),
    Reason.TITLE: N_("same title but for the kind of notice"),
    Reason.SIMILAR_TITLE: N_("nearly the same title"),
    Reason.BUYER: N_("same buyer"),
    Reason.AMOUNT: N_("amounts within 1 %"),
    Reason.OTHER_NUMBER: N_("different project numbers of one series"),
    Reason.OTHER_BUYER: N_("different buyers"),
    Reason.ORDER: N_("the later step was published first"),
    Reason.FAR_APART: N_("published more than 200 days apart"),
}
POINTS: Mapping[Reason, int] = {
    Reason.NUMBER: 70,
    Reason.TITLE: 60,
    Reason.SIMILAR_TITLE: 35,
    Reason.BUYER: 20,
    Reason.AMOUNT: 15,
    Reason.OTHER_NUMBER: -100,
    Reason.OTHER_BUYER: -25,
    Reason.ORDER: -25,
    Reason.FAR_APART: -25,
}
_RANKS: Mapping[Stage, int] = {
    Stage.PLANNING: 0, Stage.TENDER: 1, Stage.AWARD: 2, Stage.UNSUCCESSFUL: 2, Stage.CANCELLED: 2,
    Stage.CONTRACT: 3, Stage.IMPLEMENTATION: 4, Stage.COMPLETE: 4, Stage.TERMINATED: 4,
}  # fmt: skip


class Contrast(StrEnum):
    """What makes two notices look like different purchases, so that an official is asked twice."""

    PURCHASE = "other-purchase"
    NUMBER = "other-number"
    AMOUNT = "other-amount"


CONTRAST_NAMES: Mapping[Contrast, str] = {
    Contrast.PURCHASE: N_("buyer, region and title all differ"),
    Contrast.NUMBER: N_("different project numbers of one series"),
    Contrast.AMOUNT: N_("amounts ten times apart or more"),
}


@dataclass(frozen=True)
class Clues:
    """What a notice or a process says that may tell its purchase; what is not known is None or empty."""

    title: str
    buyer: str | None = None
    numbers: frozenset[ProjectNumber] = frozenset()
    amount_fen: int | None = None
    currency: str | None = None
    stage: Stage | None = None
    since: date | None = None
    until: date | None = None
    region_code: str | None = None


@dataclass(frozen=True)
class Verdict:
    """How likely two notices tell of one purchase, from 0 to 100, and why."""

    score: int
    reasons: Sequence[Reason] = field(default_factory=tuple)


def compare(one: Clues, other: Clues) -> Verdict:
    """Tell how likely two notices are about one purchase, and every reason for and against."""
    reasons = [*_by_number(one, other), *_by_title(one, other)]
    if reasons:
        reasons += [*_by_buyer(one, other), *_by_amount(one, other), *_by_day(one, other)]
    score = sum(POINTS[reason] for reason in reasons)
    return Verdict(max(0, min(CERTAIN, score)), tuple(reasons))


def _by_number(one: Clues, other: Clues) -> list[Reason]:
    mine, theirs = {each.project for each in one.numbers}, {each.project for each in other.numbers}
    if mine & theirs:
        return [Reason.NUMBER]
    series = {each.series for each in one.numbers} & {each.series for each in other.numbers}
    return [Reason.OTHER_NUMBER] if series else []


def _by_title(one: Clues, other: Clues) -> list[Reason]:
    mine, theirs = title_cores(one.title, one.buyer), title_cores(other.title, other.buyer)
    if not mine[0] or not theirs[0]:
        return []
    same_buyer = _same_buyer(one, other)
    if mine[0] == theirs[0] and (same_buyer or len(mine[0]) >= TELLING_TITLE):
        return [Reason.TITLE]
    if same_buyer and mine[1] == theirs[1]:
        return [Reason.TITLE]
    if same_buyer and similarity(mine[1], theirs[1]) >= SIMILAR:
        return [Reason.SIMILAR_TITLE]
    return []


def _by_buyer(one: Clues, other: Clues) -> list[Reason]:
    same = _same_buyer(one, other)
    return [] if same is None else [Reason.BUYER if same else Reason.OTHER_BUYER]


def _same_buyer(one: Clues, other: Clues) -> bool | None:
    if not one.buyer or not other.buyer:
        return None
    return buyer_key(one.buyer) == buyer_key(other.buyer)


def _by_amount(one: Clues, other: Clues) -> list[Reason]:
    if not one.amount_fen or not other.amount_fen or one.currency != other.currency:
        return []
    larger = max(one.amount_fen, other.amount_fen)
    return [Reason.AMOUNT] if abs(one.amount_fen - other.amount_fen) <= CLOSE * larger else []


def _by_day(one: Clues, other: Clues) -> list[Reason]:
    if not (one.since and one.until and other.since and other.until):
        return []
    gap = max((one.since - other.until).days, (other.since - one.until).days)
    reasons = [Reason.FAR_APART] if gap > DAYS_TOGETHER else []
    first, second = sorted((one, other), key=lambda each: _RANKS[each.stage] if each.stage else 0)
    if _is_out_of_order(first, second) and not (may_come_late(one.title) or may_come_late(other.title)):
        reasons.append(Reason.ORDER)
    return reasons


def _is_out_of_order(first: Clues, second: Clues) -> bool:
    """Tell whether the earlier step was published after the later one, and that one had not failed."""
    if not (first.stage and second.stage and first.since and second.until) or second.stage in FAILED:
        return False
    return _RANKS[first.stage] < _RANKS[second.stage] and (first.since - second.until).days > SLACK_DAYS


def contrasts(one: Clues, other: Clues) -> list[Contrast]:
    """Tell what plainly speaks against two notices being one purchase; what is not known speaks against nothing."""
    found = {
        Contrast.PURCHASE: _same_buyer(one, other) is False and not _share_region(one, other) and _unlike(one, other),
        Contrast.NUMBER: Reason.OTHER_NUMBER in _by_number(one, other),
        Contrast.AMOUNT: _far_apart(one, other),
    }
    return [contrast for contrast, holds in found.items() if holds]


def _share_region(one: Clues, other: Clues) -> bool:
    """Tell whether two regions are known and the same, or one lies in the other."""
    if not one.region_code or not other.region_code:
        return False
    wide, narrow = sorted((one.region_code.rstrip("0"), other.region_code.rstrip("0")), key=len)
    return narrow.startswith(wide)


def _unlike(one: Clues, other: Clues) -> bool:
    mine, theirs = title_cores(one.title, one.buyer)[1], title_cores(other.title, other.buyer)[1]
    return mine != theirs and similarity(mine, theirs) < SIMILAR


def _far_apart(one: Clues, other: Clues) -> bool:
    if not one.amount_fen or not other.amount_fen or one.currency != other.currency:
        return False
    less, more = sorted((one.amount_fen, other.amount_fen))
    return 0 < less * TIMES_APART <= more


def keys_of(clues: Clues) -> frozenset[Key]:
    """Give what a notice is looked up by: numbers, titles, the buyer with the amount and its neighbours."""
    return frozenset([*stored_keys_of(clues), *((WORTH, value) for value in _worths(clues, steps=(-1, 0, 1)))])


def stored_keys_of(clues: Clues) -> frozenset[Key]:
    """Give what a process is found by."""
    numbers = {(NUMBER, number.project[:LONGEST_KEY]) for number in clues.numbers}
    whole, bare = title_cores(clues.title, clues.buyer)
    titles = {whole, f"{buyer_key(clues.buyer)}|{bare}"} if whole and clues.buyer else {whole} - {""}
    worths = {(WORTH, value) for value in _worths(clues, steps=(0,))}
    return frozenset(numbers | {(TITLE, title[:LONGEST_KEY]) for title in titles} | worths)


def _worths(clues: Clues, *, steps: Sequence[int]) -> list[str]:
    """Write the buyer with the amount on a scale of 2 %: what is within 1 % is at most one step away."""
    if not clues.buyer or not clues.amount_fen or clues.amount_fen < 0:
        return []
    step = round(log(clues.amount_fen) / log(1 + 2 * CLOSE))
    return [f"{buyer_key(clues.buyer)[:LONGEST_NAME]}|{clues.currency}|{step + more}" for more in steps]


def differences(one: str, other: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Take two titles apart into what they have in common and where they differ (True)."""
    mine: list[tuple[str, bool]] = []
    theirs: list[tuple[str, bool]] = []
    for act, start, end, other_start, other_end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        mine.append((one[start:end], act != "equal"))
        theirs.append((other[other_start:other_end], act != "equal"))
    return [part for part in mine if part[0]], [part for part in theirs if part[0]]
