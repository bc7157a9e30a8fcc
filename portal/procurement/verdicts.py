"""How the rules of the law stand for one purchase: one pure evaluator for published purchases and for drafts.

Whoever asks brings the days of the events that are known: of a published purchase (`process_events`), or of a
draft that is still being written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.classification.rules import after_working_days, working_days_between
from portal.kernel.text import N_
from portal.procurement.process_rules import Condition, Method, Operator, Unit, process_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from portal.classification.rules import Calendar
    from portal.procurement.process_rules import ProcessRule


class Verdict(StrEnum):
    """How a rule stands; a missing day is unknown, never kept."""

    KEPT = "kept"
    MISSED = "missed"
    OPEN = "open"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


VERDICT_NAMES: Mapping[Verdict, str] = {
    Verdict.KEPT: N_("kept"),
    Verdict.MISSED: N_("not kept"),
    Verdict.OPEN: N_("still open"),
    Verdict.NOT_APPLICABLE: N_("does not apply"),
    Verdict.UNKNOWN: N_("unknown: a date is missing"),
}


@dataclass(frozen=True)
class Course:
    """What is known of a purchase.

    Args:
        days: days of events by name; one that is missing has not happened, or nobody told of it.
        methods: the methods that it may have been bought by: one where it is told, several where it is not.
        is_public: whether the service is one for the public; None where nobody knows.
        about: the events whose rules are asked for; None for all.
        name: what it is about where a purchase has several, such as contracts.
    """

    days: Mapping[str, date]
    methods: frozenset[Method] = frozenset(Method)
    is_public: bool | None = None
    about: Collection[str] | None = None
    name: str = ""


@dataclass(frozen=True)
class Finding:
    """One rule beside one purchase.

    `days` lie between the two events, `margin` are those to spare: left before the law's day while it is open,
    below nought by how much it was missed. Both count in the rule's unit. `is_doubtful` says that too little is
    known of the purchase to tell whether the rule applies.
    """

    rule: ProcessRule
    verdict: Verdict
    course: Course
    begins: str
    begun_on: date | None = None
    ended_on: date | None = None
    due_on: date | None = None
    days: int | None = None
    margin: int | None = None
    is_provisional: bool = False
    is_doubtful: bool = False

    @property
    def tells_something(self) -> bool:
        """Tell whether it is worth a reader's time: it applies beyond doubt, and one of its days is known."""
        return self.applies and (self.begun_on is not None or self.ended_on is not None)

    @property
    def applies(self) -> bool:
        """Tell whether it applies beyond doubt."""
        return self.verdict is not Verdict.NOT_APPLICABLE and not self.is_doubtful


def evaluate(
    course: Course, *, calendar: Calendar, today: date, rules: Iterable[ProcessRule] | None = None
) -> list[Finding]:
    """Tell how every rule that is asked for stands, in the order of the table.

    Args:
        course: what is known of it.
        calendar: which days are worked.
        today: the present day in Shanghai.
        rules: the rules to apply; by default all of the table.
    """
    return [
        _finding(rule, course, calendar, today)
        for rule in (process_rules() if rules is None else rules)
        if course.about is None or rule.ends in course.about
    ]


def methods_of(code: object, details: object) -> frozenset[Method]:
    """Tell by which methods something may be bought, from the OCDS code and the words beside it."""
    said = [method for name, method in _METHOD_WORDS.items() if name in str(details or "")]
    return frozenset(said[:1]) or _METHODS_OF_CODE.get(str(code), frozenset(Method))


_METHOD_WORDS: Mapping[str, Method] = {
    "公开招标": Method.OPEN_TENDER, "邀请招标": Method.INVITED_TENDER, "磋商": Method.CONSULTATION,
    "谈判": Method.NEGOTIATION, "询价": Method.INQUIRY, "单一来源": Method.SINGLE_SOURCE, "框架协议": Method.FRAMEWORK,
}  # fmt: skip
_METHODS_OF_CODE: Mapping[str, frozenset[Method]] = {
    "open": frozenset({Method.OPEN_TENDER}),
    "direct": frozenset({Method.SINGLE_SOURCE}),
    "selective": frozenset(Method) - {Method.OPEN_TENDER, Method.SINGLE_SOURCE},
    "limited": frozenset(Method) - {Method.OPEN_TENDER, Method.SINGLE_SOURCE},
}


def _finding(rule: ProcessRule, course: Course, calendar: Calendar, today: date) -> Finding:
    begins = next((name for name in rule.begins if name in course.days), rule.begins[0])
    begun, ended = course.days.get(begins), course.days.get(rule.ends)
    applies = _applies(rule, course, begun or ended or today)
    if not applies:
        verdict = Verdict.UNKNOWN if applies is None else Verdict.NOT_APPLICABLE
        return Finding(rule, verdict, course, begins, begun, ended, is_doubtful=applies is None)
    if rule.operator is Operator.MUST_EXIST:
        verdict = Verdict.KEPT if ended else Verdict.OPEN if begun else Verdict.UNKNOWN
        return Finding(rule, verdict, course, begins, begun, ended)
    if begun is None:
        return Finding(rule, Verdict.UNKNOWN, course, begins, begun, ended)
    return _interval(rule, course, begins, calendar=calendar, today=today)


def _applies(rule: ProcessRule, course: Course, on: date) -> bool | None:
    """Tell whether a rule is about a purchase; None where too little is known of it."""
    if on < rule.valid_from or (rule.valid_to is not None and on > rule.valid_to):
        return False
    if rule.condition is Condition.PUBLIC_SERVICE and not course.is_public:
        return course.is_public
    if not rule.methods or course.methods <= rule.methods:
        return True
    return None if course.methods & rule.methods else False


def _interval(rule: ProcessRule, course: Course, begins: str, *, calendar: Calendar, today: date) -> Finding:
    begun, ended = course.days[begins], course.days.get(rule.ends)
    due, between = _after(begun, rule, calendar), _counter(rule, calendar)
    verdict = _verdict(rule, due, ended, today)
    if ended is not None and rule.operator is Operator.MAX and ended < begun:
        verdict = Verdict.UNKNOWN  # the two days contradict each other
    reached = ended or (None if verdict is Verdict.UNKNOWN else today)
    return Finding(
        rule, verdict, course, begins, begun, ended, due_on=due,
        days=None if ended is None else between(begun, ended),
        margin=None if reached is None else _margin(rule, verdict, reached, due, between),
        is_provisional=rule.unit is Unit.WORKING and calendar.is_provisional(due),
    )  # fmt: skip


def _verdict(rule: ProcessRule, due: date, ended: date | None, today: date) -> Verdict:
    is_late = (ended or today) > due
    if ended is not None:
        is_kept = not is_late if rule.operator is Operator.MAX else ended >= due
        return Verdict.KEPT if is_kept else Verdict.MISSED
    if rule.operator is Operator.MAX and not is_late:
        return Verdict.OPEN
    if not rule.ends_in_public:
        return Verdict.UNKNOWN  # it may have happened, and nobody told
    if rule.operator is Operator.MAX:
        return Verdict.MISSED
    return Verdict.KEPT if today >= due else Verdict.OPEN  # once its day has come, it cannot be too early any more


def _margin(rule: ProcessRule, verdict: Verdict, reached: date, due: date, between: Callable[[date, date], int]) -> int:
    waits = rule.operator is Operator.MAX or verdict is Verdict.OPEN
    return between(reached, due) if waits else between(due, reached)


def _after(on: date, rule: ProcessRule, calendar: Calendar) -> date:
    if rule.unit is Unit.WORKING:
        return after_working_days(on, rule.days, calendar)
    return on + timedelta(rule.days)


def _counter(rule: ProcessRule, calendar: Calendar) -> Callable[[date, date], int]:
    if rule.unit is Unit.WORKING:
        return lambda start, end: working_days_between(start, end, calendar)
    return lambda start, end: (end - start).days
