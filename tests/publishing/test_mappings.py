"""The columns of a sheet of one's own: explained once, and known the next time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text

from portal.accounts.rules import Role
from portal.publishing.sheet_rows import Candidate
from portal.publishing.upload_models import Upload
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.drafts import make_offices, make_staff
from tests.factories.uploads import bring, notices_of
from tests.factories.web import send, signed_in

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


OWN = {"标题": "自己的表头", "合同号": "HT-9", "签约日": "2026年3月3日", "总价": "12.5万元"}


def own_sheet(**more: str) -> bytes:
    """Make a sheet with headings that no template has."""
    row = OWN | more
    return f"{','.join(row)}\r\n{','.join(row.values())}\r\n".encode()


def explain(client: FlaskClient, where: str) -> TestResponse:
    return send(
        client, f"{where}/columns?notice=contract", column_0="项目名称", column_1="合同编号", column_2="合同签订日期",
        column_3="合同金额（元）",
    )  # fmt: skip


def test_columns_are_explained_once_and_known_the_next_time(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    where = bring(client, own_sheet(), government, "台账.csv").headers["Location"]
    asked = client.get(where)
    types, columns = client.get(f"{where}/columns").text, client.get(f"{where}/columns?notice=contract").text

    explained = explain(client, where)
    again = bring(client, own_sheet(标题="下一份"), government, "台账2.csv").headers["Location"]

    assert asked.headers["Location"].endswith("/columns")
    assert "notice=contract" in types
    assert "12.5万元" in columns
    assert explained.status_code == 303
    kept = list(db.session.scalars(select(Upload).order_by(Upload.id)))
    notices = [notices_of(upload)[0] for upload in kept]
    assert [upload.notice_type for upload in kept] == ["contract", "contract"]
    assert [one.title for one in notices] == ["自己的表头", "下一份"]
    assert isinstance(notices[0], Candidate)
    assert notices[0].values["amount"] == {"fen": 12_500_000, "unit": "yuan"}
    assert client.get(again).status_code == 200


def test_one_meaning_is_given_once_and_some_meaning_is_given(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    where = f"{bring(client, own_sheet(), government, '台账.csv').headers['Location']}/columns?notice=contract"

    twice = send(client, where, column_0="项目名称", column_1="项目名称")
    none, unknown = send(client, where), send(client, where, column_0="月亮")

    assert [answer.status_code for answer in (twice, none, unknown)] == [422, 422, 422]
    assert "项目名称" in twice.text


def test_what_one_government_explained_is_not_told_to_another(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    explain(client, bring(client, own_sheet(), government, "台账.csv").headers["Location"])
    with transaction():
        db.session.execute(
            text("INSERT INTO government (id, name, region_code) VALUES (99, '开封市人民政府', '410200')")
        )
    stranger = signed_in(app, make_staff(99, Role.PUBLISHER))

    where = bring(stranger, own_sheet(), 99, "台账.csv").headers["Location"]

    assert stranger.get(where).headers["Location"].endswith("/columns")


def test_a_mapping_is_still_known_when_rows_with_reasons_come_back(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    where = bring(client, own_sheet(), government, "台账.csv").headers["Location"]
    explain(client, where)

    again = bring(client, client.get(f"{where}/bad.xlsx").data, government).headers["Location"]

    assert "按表头识别为“合同公告”" in client.get(again).text
    assert "以下各列不会采用" not in client.get(again).text
