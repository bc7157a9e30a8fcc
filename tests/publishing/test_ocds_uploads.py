"""Releases of OCDS files become drafts, are approved by another person, and are published unchanged."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from portal.accounts.rules import Role
from portal.classification.queries import calendar
from portal.classification.rules import after_working_days
from portal.kernel import clock
from portal.procurement import queries as procurement
from portal.procurement.actions import seal_releases
from portal.publishing import upload_rules as rules
from portal.publishing import uploads
from portal.publishing.models import Draft
from portal.publishing.upload_models import Upload
from portal.publishing.upload_rules import RowState
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.drafts import make_offices, make_published, make_staff
from tests.factories.uploads import keep, newest, notices_of
from tests.factories.web import send, signed_in

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

OFFICE = "/office/releases"
URL = f"{OFFICE}/upload"


def make_release(number: int = 1, **said: object) -> dict[str, object]:
    return {
        "ocid": f"ocds-x-{number}", "id": f"r{number}", "date": "2026-03-01T09:00:00+08:00", "tag": ["tender"],
        "initiationType": "tender", "tender": {"id": "T", "title": f"来自文件{number}"},
    } | said  # fmt: skip


def written(*releases: dict[str, object]) -> bytes:
    return json.dumps({"releases": releases}, ensure_ascii=False).encode()


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("package.json", data)
    return file.getvalue()


def bring(client: FlaskClient, data: bytes, government: int) -> str:
    return send(client, URL, government=str(government), file=(io.BytesIO(data), "package.json")).headers["Location"]


def states() -> list[RowState]:
    return [one.state for one in notices_of(newest())]


def drafts() -> list[Draft]:
    return list(db.session.scalars(select(Draft).order_by(Draft.id)))


def test_a_release_is_brought_approved_and_published_unchanged(app: Flask) -> None:
    government, publisher, approver = make_offices()
    client = signed_in(app, publisher)
    where = bring(client, written(make_release(), make_release(2)), government)

    page, taken = client.get(where).text, send(client, where, submit_too="y")
    told = client.get(taken.headers["Location"]).text
    draft = drafts()[0]
    shown = client.get(f"/office/releases/{draft.id}").text
    chief = signed_in(app, approver)
    read = chief.get(f"/office/releases/{draft.id}/approve").text
    approved = send(chief, f"/office/releases/{draft.id}/approve", revision=str(draft.revision))

    assert "2条发布内容可以成为草稿" in page
    assert "已生成草稿" in told
    assert (taken.status_code, approved.status_code, len(drafts())) == (303, 303, 2)
    assert all("来自文件1" in text and "package.json" in text for text in (shown, read))
    release = procurement.release(db.session.get_one(Draft, draft.id).release_id or 0)
    assert (release.body, release.source) == (make_release(), "package.json")


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(written(make_release())), zipped(written(make_release())), json.dumps(make_release()).encode(),
        json.dumps({"records": [{"ocid": "ocds-x-1", "releases": [make_release()]}]}).encode(),
        b"\xef\xbb\xbf" + written(make_release()), written(make_release()).decode().encode("utf-16"),
        b"\n".join(json.dumps(make_release(number)).encode() for number in (1, 2)),
    ],
    ids=["gzip", "zip", "bare", "record", "marked", "utf-16", "lines"],
)  # fmt: skip
def test_every_form_of_ocds_is_read(app: Flask, data: bytes) -> None:
    government, publisher, _ = make_offices()

    bring(signed_in(app, publisher), data, government)

    assert set(states()) == {RowState.GOOD}


def test_repairs_are_listed(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)

    page = client.get(bring(client, written(make_release(date="2026-03-01")), government)).text

    assert "2026-03-01T00:00:00Z" in page
    assert "/releases/0/date" in page


def test_what_is_wrong_is_told_and_the_rest_goes_through(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    bad = make_release(2, tender={"id": "T", "value": {"amount": "viel", "currency": "CNY"}})
    private = make_release(3, tender={"id": "T", "title": "请联系张三13812345678"})
    where = bring(client, written(make_release(), bad, private, make_release()), government)

    page = client.get(where).text
    send(client, where)

    assert states() == [RowState.KNOWN, RowState.BAD, RowState.BAD, RowState.BAD]
    assert "/tender/value/amount: 不是数字" in page
    assert len(drafts()) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"title": "社区助餐服务".encode().decode("latin-1")}, "/tender/title: 是乱码"),
        ({"title": "社区助餐采购".encode("gb18030").decode("latin-1")}, "/tender/title: 是乱码"),
        ({"value": {"amount": -5, "currency": "CNY"}}, "/tender/value/amount: 金额不能小于零"),
        ({"value": {"amount": 1e13, "currency": "CNY"}}, "/tender/value/amount: 金额超过一万亿元"),
        ({"value": {"amount": 1e300, "currency": "USD"}}, "/tender/value/amount: 比任何金额都大"),
    ],
)
def test_what_can_hardly_be_meant_is_put_right_first(app: Flask, change: dict[str, object], told: str) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    doubtful = make_release(2, tender={"id": "T", "title": "社区助餐", **change})

    page = client.get(bring(client, written(make_release(), doubtful), government)).text

    assert states() == [RowState.GOOD, RowState.BAD]
    assert told in page


def test_what_is_published_is_known_and_changed_is_refused_with_the_difference(app: Flask) -> None:
    government, publisher, approver = make_offices()
    draft = make_published("tender", government, by=publisher, approver=approver)
    body = dict(procurement.release(draft.release_id or 0).body)
    tender = body["tender"]
    assert isinstance(tender, dict)
    changed = body | {"tender": tender | {"title": "偷偷改了"}}
    client = signed_in(app, publisher)

    bring(client, written(body), government)
    known = states()
    page = client.get(bring(client, written(changed), government)).text

    assert (known, states()) == ([RowState.KNOWN], [RowState.BAD])
    assert '<del class="sw-text">社区助餐服务</del>' in page
    assert '<ins class="sw-text">偷偷改了</ins>' in page
    with pytest.raises(rules.NothingGoodError):
        uploads.confirm_upload(2, by=publisher, governments={government})


def test_what_a_government_published_is_its_own_though_its_buyer_is_of_no_government(app: Flask) -> None:
    government, publisher, approver = make_offices()
    client = signed_in(app, publisher)
    award = {"tag": ["award"], "tender": None, "awards": [{"id": "A", "title": "助餐成交", "status": "active"}]}
    said = {name: value for name, value in make_release(**award).items() if value is not None}
    send(client, bring(client, written(said), government), submit_too="y")
    (draft,) = drafts()
    send(signed_in(app, approver), f"/office/releases/{draft.id}/approve", revision=str(draft.revision))

    bring(signed_in(app, publisher), written(said), government)

    assert draft.title == "助餐成交"
    assert states() == [RowState.KNOWN]
    found = signed_in(app, publisher).get("/office/releases/published?q=ocds-x-1").text
    assert f"/office/releases/published/{draft.release_id}/correct" in found


def test_the_same_file_makes_no_second_draft(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    send(client, bring(client, written(make_release()), government))

    bring(client, gzip.compress(written(make_release())), government)

    assert states() == [RowState.KNOWN]
    assert uploads.confirm_upload(2, by=publisher, governments={government}) == 0
    assert len(drafts()) == 1


def test_nobody_publishes_about_the_purchase_of_another_government(app: Flask) -> None:
    government, publisher, approver = make_offices()
    ocid = make_published("tender", government, by=publisher, approver=approver).ocid
    with transaction():
        db.session.execute(
            text("INSERT INTO government (id, name, region_code) VALUES (99, '开封市人民政府', '410200')")
        )
    stranger = signed_in(app, make_staff(99, Role.PUBLISHER))

    bring(stranger, written(make_release(ocid=ocid)), 99)

    assert states() == [RowState.BAD]


def deep_bomb() -> bytes:
    return gzip.compress(b"[" + b" " * 150_000_000 + b"]")


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: b"{", rules.NoOcdsError), (lambda: b'{"releases": [}', rules.NoOcdsError),
        (deep_bomb, rules.BombError), (lambda: b"\x1f\x8b nothing", rules.DamagedFileError),
        (lambda: written(*[make_release(number) for number in range(101)]), rules.TooManyRowsError),
        (lambda: b'{"releases": []}', rules.NothingInItError),
    ],
    ids=["cut", "no-json", "bomb", "no-gzip", "many", "empty"],
)  # fmt: skip
def test_what_is_no_ocds_is_refused_and_not_kept(app: Flask, make: object, error: type[rules.UploadError]) -> None:
    government, publisher, _ = make_offices()
    assert callable(make)
    app.extensions["settings"] = replace(app.extensions["settings"], import_rows=100)

    with pytest.raises(error):
        keep("x.json", make(), government, publisher)

    assert db.session.scalar(select(func.count()).select_from(Upload)) == 0


def test_a_release_that_the_operator_sealed_meanwhile_is_known(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first = make_published("tender", government, by=publisher, approver=approver)
    release = make_release(ocid=first.ocid)
    bring(signed_in(app, publisher), written(release), government)

    seal_releases([release], by="运维", source="cli")

    assert states() == [RowState.KNOWN]
    assert uploads.confirm_upload(1, by=publisher, governments={government}) == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (written(make_release(bids={"details": [{"id": "1", "value": {"amount": "much"}}]})), "不是数字"),
        (written(make_release(tag=["soon"])), "不在可用的代码之列"),
        (written(make_release(ocid="o" * 101)), "超过 100 个字符"),
        (written(make_release(date="0001-01-01T00:00:00Z")), "不在 1900 年至 2200 年之间"),
        (written(make_release(parties=[{"id": "b", "address": {"regionCode": 410100}}])), "不是文字"),
        (b'{"releases": [{"ocid" "x"}]}', "缺少冒号"),
        (b'{"releases": [{"ocid": "x" "id": 1}]}', "缺少逗号"),
    ],
)
def test_the_chinese_page_tells_in_chinese_what_is_wrong(app: Flask, content: bytes, told: str) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)

    answer = send(client, URL, government=str(government), file=(io.BytesIO(content), "package.json"))
    page = client.get(answer.headers["Location"]) if "Location" in answer.headers else answer

    assert told in page.text


def test_messy_files_are_refused_or_shown_and_never_break_the_page(app: Flask, shared_data: Path) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)

    for file in sorted((shared_data / "ocds/messy").iterdir()):
        answer = send(client, URL, government=str(government), file=(io.BytesIO(file.read_bytes()), file.name))
        shown = client.get(answer.headers["Location"]) if "Location" in answer.headers else answer
        seen = (answer.status_code, shown.status_code)
        assert seen in {(422, 422), (303, 200), (303, 303)}, file.name

    assert drafts() == []


def brought_contract(app: Flask, *, signed: date, dated: date) -> tuple[Draft, FlaskClient]:
    """Bring a release of a contract, and give its draft."""
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    contract = {
        "id": "C", "awardID": "A", "title": "助餐合同", "dateSigned": f"{signed}T00:00:00+08:00",
        "value": {"amount": 10, "currency": "CNY"},
    }  # fmt: skip
    release = make_release(tag=["contract"], date=f"{dated}T09:00:00+08:00", contracts=[contract])
    send(client, bring(client, written(release), government))
    return drafts()[0], client


def test_the_legal_day_of_a_release_from_a_file_is_told_while_there_is_time(app: Flask) -> None:
    today = clock.today()
    draft, client = brought_contract(app, signed=today, dated=today)
    due = after_working_days(today, 2, calendar())

    page, listed = (client.get(f"{OFFICE}{where}").text for where in (f"/{draft.id}", ""))

    assert draft.due_on == due
    assert all("还剩2个工作日" in text for text in (page, listed))
    assert "日期尚未填写" not in page


def test_a_release_that_the_file_says_was_published_long_ago_is_not_due_but_told_as_late(app: Flask) -> None:
    draft, client = brought_contract(app, signed=date(2025, 3, 3), dated=date(2025, 3, 12))

    page = " ".join(client.get(f"{OFFICE}/{draft.id}").text.split())

    assert draft.due_on is None
    assert "已超期5个工作日" in page
    assert "按文件所写，已于2025年3月12日公布。" in page
    assert "已超过法定期限的公告" not in client.get("/office").text


def test_a_draft_of_an_award_that_its_file_calls_only_award_bears_the_name_of_its_purchase(app: Flask) -> None:
    government, publisher, approver = make_offices()
    published = make_published("tender", government, by=publisher, approver=approver)
    client = signed_in(app, publisher)
    award = make_release(
        ocid=published.ocid,
        tag=["award"],
        tender={"id": "T"},
        awards=[{"id": "A", "title": "中标", "status": "active"}],
    )

    send(client, bring(client, written(award), government))
    listed = client.get(OFFICE).text

    assert drafts()[-1].title == published.title
    assert f"{published.title}</a>" in listed
    assert "中标</a>" not in listed
