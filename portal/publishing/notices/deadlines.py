"""How the rules of the law stand for a notice that is being written: what its answers tell of the days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from portal.procurement.process_events import is_public_service
from portal.procurement.process_rules import Method, Operator
from portal.procurement.verdicts import Course, evaluate, methods_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.classification.rules import Calendar
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
    about = {notice.publishes, *(field.event for field in notice.fields)}
    is_public = is_public_service(values.get("category")) is not False
    found = evaluate(Course(days, _methods(notice, values), is_public, about), calendar=calendar, today=today)
    return [one for one in found if one.applies]


def due_on(notice: NoticeType, deadlines: Sequence[Finding]) -> date | None:
    """Tell the first day by which a notice must be published."""
    limits = [one for one in deadlines if one.rule.operator is Operator.MAX and one.rule.ends == notice.publishes]
    return min((one.due_on for one in limits if one.due_on), default=None)


def _methods(notice: NoticeType, values: Mapping[str, object]) -> frozenset[Method]:
    fixed, said = notice.sets.get("tender/procurementMethod"), values.get("method")
    if fixed is None and said in list(Method):
        return frozenset({Method(str(said))})
    return methods_of(fixed, notice.sets.get("tender/procurementMethodDetails"))
