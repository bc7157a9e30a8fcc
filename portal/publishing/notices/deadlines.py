"""How the rules of the law stand for a notice before it is published: what its answers or its release tell of days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from portal.procurement.history import states_after
from portal.procurement.merging import in_order
from portal.procurement.process_events import PUBLICATIONS, History, courses, is_public_service
from portal.procurement.process_rules import CURRENCY, Method, Operator
from portal.procurement.rules import Tag
from portal.procurement.summaries import summarise
from portal.procurement.values import children, day, tags
from portal.procurement.verdicts import Course, evaluate, methods_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from portal.classification.rules import Calendar
    from portal.procurement.rules import Json
    from portal.procurement.verdicts import Finding
    from portal.publishing.notices.model import NoticeType


def deadlines_of(
    notice: NoticeType, values: Mapping[str, object], earlier: Mapping[str, date], *, calendar: Calendar, today: date,
    published_on: date | None = None,
) -> list[Finding]:  # fmt: skip
    """Tell how every rule about a notice stands; one whose method is not chosen yet is left out.

    Args:
        notice: its type.
        values: its answers.
        earlier: days of events that the purchase has told of before.
        calendar: which days are worked.
        today: the present day in Shanghai.
        published_on: the day on which it was published, if it was.
    """
    days = dict(earlier)
    for field in notice.fields:
        value = values.get(field.name)
        if field.event and isinstance(value, str):
            days[field.event] = date.fromisoformat(value[:10])
    if notice.publishes and published_on is not None:
        days[notice.publishes] = published_on
    elif notice.publishes:
        days.pop(notice.publishes, None)
    is_public = is_public_service(values.get("category")) is not False
    course = Course(days, _methods(notice, values), is_public, _events_of(notice))
    found = evaluate(course, calendar=calendar, today=today)
    return [one for one in found if one.applies]


def deadlines_of_release(
    notice: NoticeType, release: Json, others: Sequence[Json], *, calendar: Calendar, today: date, is_published: bool
) -> list[Finding]:
    """Tell how every rule about a whole release stands, as the page of its purchase will: for each of its contracts.

    Args:
        notice: the type that it was taken for.
        release: the release, with its date.
        others: what else is published of its purchase.
        calendar: which days are worked.
        today: the present day in Shanghai.
        is_published: whether it is public since its date; else it waits, and no event is published by it yet.
    """
    steps = in_order([*others, release])
    states = states_after(steps)
    said = tags(release)
    summary = summarise(states[-1], said)
    if summary.amount is not None and summary.amount.currency != CURRENCY:
        return []
    concerned = {str(one.get("id")) for one in children(release, "contracts")}
    states[-1] = states[-1] | {
        "contracts": [one for one in children(states[-1], "contracts") if str(one.get("id")) in concerned]
    }
    published = [
        (tags(one) if is_published or one is not release else (), day(one.get("date")) or today) for one in steps
    ]
    about = _events_of(notice) | {PUBLICATIONS[Tag(tag)] for tag in said if tag in PUBLICATIONS}
    return [
        finding
        for course in courses([History(states, published)])
        for finding in evaluate(_about(course, about), calendar=calendar, today=today)
        if finding.applies
    ]


def _about(course: Course, events: Collection[str]) -> Course:
    """Ask of a course for some events only, and take it for a public service where nothing says otherwise."""
    about = frozenset(events) if course.about is None else frozenset(events) & set(course.about)
    return replace(course, about=about, is_public=course.is_public is not False)


def _events_of(notice: NoticeType) -> frozenset[str]:
    return frozenset({notice.publishes, *(field.event for field in notice.fields)})


def due_on(notice: NoticeType, deadlines: Sequence[Finding]) -> date | None:
    """Tell the first day by which a notice must still be published."""
    limits = [one for one in deadlines if one.rule.operator is Operator.MAX and one.rule.ends == notice.publishes]
    return min((one.due_on for one in limits if one.due_on and one.ended_on is None), default=None)


def _methods(notice: NoticeType, values: Mapping[str, object]) -> frozenset[Method]:
    fixed, said = notice.sets.get("tender/procurementMethod"), values.get("method")
    if fixed is None and said in list(Method):
        return frozenset({Method(str(said))})
    return methods_of(fixed, notice.sets.get("tender/procurementMethodDetails"))
