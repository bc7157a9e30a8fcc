"""What residents find wrong in listings, and what the office answers: each act is one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.outbox.actions import append_event
from portal.ring.rules import Kind
from portal.services import queries, rules
from portal.services.models import ServiceReport
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection


def report_listing(service_id: int, text: str, *, by: int) -> None:
    """Tell the office of a service what is wrong in its listing.

    No event: nothing public changes before the office answers.

    Raises:
        NotFoundError: there is no such service to be seen.
    """
    with transaction():
        service = queries.service(service_id)
        db.session.add(ServiceReport(service_id=service.id, person_id=by, text=text, sent_at=clock.now()))


def answer_report(report_id: int, answer: str, *, governments: Collection[int]) -> int:
    """Answer a report in public; return the number of its service.

    Raises:
        NotFoundError, AlreadyAnsweredError
    """
    with transaction():
        report = queries.report_in_office(report_id, governments)
        if report.answer is not None:
            raise rules.AlreadyAnsweredError
        report.answer, report.answered_at = answer, clock.now()
        append_event(Kind.SERVICE, report.service_id, "answered")
        return report.service_id
