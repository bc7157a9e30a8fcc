"""Migration 0006 gives listings their tables and organisations an identifier; what is there stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text

from portal.parties.models import Organization
from portal.services.models import Service, ServiceContract
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_listing_from_before_keeps_its_contract_and_organisations_get_identifiers(
    migrated_to: Callable[[str], None],
) -> None:
    migrated_to("0005")
    with transaction():
        for number in (1, 2):
            db.session.execute(
                text(
                    "INSERT INTO organization (id, name, name_key, is_buyer, is_supplier, changed_at)"
                    " VALUES (:number, :name, :name, :no, :no, CURRENT_TIMESTAMP)"
                ),
                {"number": number, "name": f"机构{number}", "no": False},
            )
        db.session.execute(
            text(
                "INSERT INTO service (id, hsds_id, name, description, eligibility, application_process, fees, schedule,"
                " provider_id, ocid, contract_id, status, created_at, changed_at) VALUES (1,"
                " '5d0ab6a7-5f0e-4d0e-9a39-4cf0a4d4b1c1', '助餐', '午餐', '', '', '免费', '', 1, 'o-1', 'C', 'active',"
                " CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"
            )
        )

        db.session.execute(
            text(
                "INSERT INTO rating_summary (id, service_id, channel, period, as_of, n, new_answers, exact_counts,"
                " prior, satisfied_share, not_dissatisfied_share, low, high, mean, score, closed_at, ledger_position)"
                " VALUES (1, 1, 'open', '2026', '2026-11-16', 5, 5, '[]', '[]', 1, 1, 1, 1, 5, 5, CURRENT_TIMESTAMP, 0)"
            )
        )

    migrated_to("head")

    (service,) = db.session.scalars(select(Service))
    assert (service.name, service.fees, service.documents, service.alert) == ("助餐", "免费", [], "")
    assert [(link.ocid, link.contract_id) for link in db.session.scalars(select(ServiceContract))] == [("o-1", "C")]
    assert db.session.scalars(text("SELECT service_id FROM rating_summary")).all() == [1]
    assert len({one.hsds_id for one in db.session.scalars(select(Organization))}) == 2
