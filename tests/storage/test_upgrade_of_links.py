"""Migration 0004 adds what may belong together; what is there stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from portal.outbox.actions import append_event, drain
from portal.procurement import joins
from portal.procurement.link_consumer import LinkSuggester
from portal.procurement.link_models import LinkSuggestion, PurchaseMember
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Callable


def test_processes_from_before_are_suggested_to_each_other(migrated_to: Callable[[str], None]) -> None:
    migrated_to("0003")
    with transaction():
        for number, kind in enumerate(("公开招标公告", "中标公告"), start=1):
            _insert_process(number, f"嵩阳市社区助餐服务站运营管理采购项目-{kind}")
            append_event("process", f"o-{number}")
    migrated_to("head")
    drain([LinkSuggester()])

    assert db.session.scalar(select(func.count()).select_from(PurchaseMember)) == 0
    assert joins.purchase_of("o-1") is None
    assert db.session.scalar(select(func.count()).select_from(LinkSuggestion)) == 1


def _insert_process(number: int, title: str) -> None:
    told = {"ocid": f"o-{number}", "title": title, "number": number}
    db.session.execute(
        text(
            "INSERT INTO release (id, ocid, release_id, date_at, tag, title, sha256, source, sealed_by, sealed_at,"
            " ledger_position) VALUES (:number, :ocid, '1', CURRENT_TIMESTAMP, 'tender', :title, 's', 'f', 'b',"
            " CURRENT_TIMESTAMP, :number)"
        ),
        told,
    )
    db.session.execute(
        text(
            "INSERT INTO process (ocid, title, description, stage, first_release_at, last_release_at, changed_at,"
            " compiled) VALUES (:ocid, :title, '', 'tender', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP,"
            " CURRENT_TIMESTAMP, '{}')"
        ),
        told,
    )
