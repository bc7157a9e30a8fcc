"""Publishing what is stated of services, and answering what residents found wrong: each act is one transaction.

A publication is a version, a ledger entry and an event.
Officials come here through a draft that another one approved (`drafts`); whoever runs the portal comes directly.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.ledger.actions import append_entry
from portal.outbox.actions import append_event
from portal.ring.rules import Kind
from portal.services import queries, rules
from portal.services.listing.statements import Statement, act_of
from portal.services.models import Service, ServiceReport, ServiceVersion
from portal.services.publication.public_form import public_form
from portal.services.publication.rows import statement_of, write_statement
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Collection

HSDS_NAMESPACE = uuid.UUID("5d0ab6a7-5f0e-4d0e-9a39-4cf0a4d4b1c1")


def list_service(said: Statement) -> Service:
    """List a new service.

    Raises:
        WrongAgesError, WrongCapacityError, UnknownContractError: naming the field.
    """
    with transaction():
        now, listing = clock.now(), said.listing
        service = Service(
            hsds_id=_hsds_id(said), name=listing.name, description=listing.description, created_at=now, changed_at=now,
            documents=[], languages=[],
        )  # fmt: skip
        db.session.add(service)
        db.session.flush()
        write_statement(service, said)
        _publish(service, "publish")
        return service


def change_service(service_id: int, said: Statement) -> Service:
    """State everything about a service anew; what is equal stays, and who provides it follows from its contracts.

    Raises:
        WrongAgesError, WrongCapacityError, UnknownContractError: naming the field.
    """
    with transaction():
        service = db.session.get_one(Service, service_id)
        act = act_of(statement_of(service), said)
        write_statement(service, said)
        _publish(service, act)
        return service


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


def _hsds_id(said: Statement) -> str:
    """Name a new service for good, so that two of one name and moment differ."""
    following = (db.session.scalar(select(func.max(Service.id))) or 0) + 1
    ocid, contract_id = said.contracts[0] if said.contracts else (None, None)
    return str(uuid.uuid5(HSDS_NAMESPACE, f"{ocid}#{contract_id}#{said.listing.name}#{clock.now()}#{following}"))


def _publish(service: Service, act: str) -> None:
    """Keep what is public now as a version, enter it in the ledger, and tell whoever follows."""
    now = clock.now()
    service.changed_at = now
    db.session.flush()
    public = canonical_json(public_form(service))
    position = append_entry("service", service.id, action=act, public=public, at=now)
    number = queries.newest_version(service.id) + 1
    db.session.add(
        ServiceVersion(
            service_id=service.id, number=number, act=act, said=public.decode(), at=now, ledger_position=position
        )
    )
    append_event(Kind.SERVICE, service.id, "published" if act == "publish" else "changed")
    db.session.flush()
    db.session.expire(service)
