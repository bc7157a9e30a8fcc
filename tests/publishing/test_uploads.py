"""A template is filled in, brought, looked through, confirmed, approved by another person, and public."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from portal.ledger.models import LedgerEntry
from portal.outbox.actions import drain
from portal.procurement import extents
from portal.procurement import queries as procurement
from portal.procurement.link_consumer import LinkSuggester
from portal.procurement.models import Release
from portal.procurement.standard import faults_of
from portal.publishing import actions, sheet_templates, uploads
from portal.publishing import upload_rules as rules
from portal.publishing.models import Draft
from portal.publishing.notices.model import notice_types
from portal.publishing.rules import DraftStatus
from portal.publishing.sheet_columns import PURCHASE
from portal.publishing.upload_models import Upload
from portal.publishing.upload_rules import RowState
from portal.storage.database import db
from tests.factories.drafts import make_offices, make_published, make_staff
from tests.factories.sheets import fill, first_sheet, old_workbook, saved, typed
from tests.factories.uploads import URL, bring, keep, kept, newest, notices_of
from tests.factories.web import send, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask

BEGINNING = [code for code, notice in notice_types().items() if notice.begins]


def template(code: str) -> bytes:
    return sheet_templates.xlsx_template(notice_types()[code])


def test_a_template_goes_all_the_way_to_a_public_release(app: Flask) -> None:
    government, publisher, approver = make_offices()
    client = signed_in(app, publisher)
    handed_out = client.get("/office/releases/templates/tender.xlsx")

    brought = bring(client, fill(handed_out.data, [typed("tender"), typed("tender", title="第二个项目")]), government)
    page = client.get(brought.headers["Location"])
    taken = send(client, brought.headers["Location"], submit_too="y")
    first, second = db.session.scalars(select(Draft).order_by(Draft.id))
    chief = signed_in(app, approver)
    approved = send(chief, f"/office/releases/{first.id}/approve", revision=str(first.revision))

    assert (brought.status_code, page.status_code, taken.status_code, approved.status_code) == (303, 200, 303, 303)
    assert "2份公告可以成为草稿" in page.text
    assert (first.title, second.title) == ("社区助餐服务", "第二个项目")
    release = procurement.release(db.session.get_one(Draft, first.id).release_id or 0)
    assert (release.source, faults_of(dict(release.body))) == ("表.xlsx", [])
    assert (kept(Release), kept(LedgerEntry)) == (1, 1)


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("code", list(notice_types()))
def test_every_template_is_recognised_and_complete(app: Flask, code: str, language: str) -> None:
    government, publisher, approver = make_offices()
    row: dict[str, object] = dict(typed(code, title="另一个项目", project_number="另-1"))
    if not notice_types()[code].begins:
        ocid = make_published("tender", government, by=publisher, approver=approver).ocid
        make_published("contract", government, by=publisher, approver=approver, ocid=ocid)
        row[PURCHASE] = ocid
    client = signed_in(app, publisher)
    handed_out = client.get(f"{language}/office/releases/templates/{code}.xlsx")
    book = load_workbook(io.BytesIO(handed_out.data))
    headings = [PURCHASE, *(one.heading for one in sheet_templates.columns_of(notice_types()[code]))]
    for number, heading in enumerate(headings, start=1):
        book.worksheets[0].cell(2, number, row.get(heading))

    brought = bring(client, saved(book), government, url=f"{language}{URL}")
    upload = newest()

    assert brought.status_code == 303
    assert upload.notice_type == code
    assert [one.problems for one in notices_of(upload)] == [[]]
    assert client.get(brought.headers["Location"]).status_code == 200


def test_a_draft_from_a_sheet_says_what_the_form_would(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    brought = bring(client, fill(template("contract"), [typed("contract")]), government)

    send(client, brought.headers["Location"])

    draft = db.session.scalars(select(Draft)).one()
    assert draft.status is DraftStatus.DRAFTING
    assert actions.faults_of(draft) == []
    assert draft.values["amount"] == {"fen": 12_050_050, "unit": "yuan"}
    assert draft.values["supplier"] == {"name": "郑州市和乐社会工作服务中心", "code": "52410105MJF8123477"}
    assert draft.values["instalments"]


def test_bad_cells_are_marked_and_the_good_rows_go_through(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    rows = [
        typed("contract"),
        typed(
            "contract", title="坏的", amount="很多", signed_on="2026-02-31", region="月球", buyer_phone="13812345678"
        ),
        typed("contract", title="缺", contract_number=""),
    ]
    brought = bring(client, fill(template("contract"), rows), government)
    where = brought.headers["Location"]

    page = client.get(where).text
    only_bad = client.get(f"{where}?stage=bad").text
    again = first_sheet(client.get(f"{where}/bad.xlsx").data)
    send(client, where)

    assert "1份公告可以成为草稿" in page
    assert "<mark>很多</mark>" in page
    assert "<mark>2026-02-31</mark>" in page
    assert "第2行" in page
    assert "第2行" not in only_bad
    assert [draft.title for draft in db.session.scalars(select(Draft))] == ["社区助餐服务"]
    assert [row[-1].count("\n") + 1 for row in again[1:]] == [5, 1]
    assert again[0][-1] == "需要改正的地方"
    assert "合同编号: 请填写此项" in again[2][-1].replace("：", ": ")


def test_rows_that_were_put_right_are_brought_again(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    rows = [typed("contract"), typed("contract", title="缺", contract_number="")]
    where = bring(client, fill(template("contract"), rows), government).headers["Location"]
    send(client, where)
    returned = client.get(f"{where}/bad.xlsx").data

    mended = fill(returned, [{"合同编号": "HT-2"}])
    again = bring(client, mended, government).headers["Location"]
    send(client, again)

    assert sorted(draft.title for draft in db.session.scalars(select(Draft))) == sorted(["社区助餐服务", "缺"])


def test_the_same_row_makes_no_second_draft(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    data = fill(template("contract"), [typed("contract")])
    first = bring(client, data, government).headers["Location"]
    send(client, first)

    again = uploads.confirm_upload(1, by=publisher, governments={government})
    other = bring(client, data, government, "副本.xlsx").headers["Location"]
    page = client.get(other)

    assert (again, kept(Draft)) == (0, 1)
    assert "已经是草稿" in page.text


def test_a_row_whose_draft_was_thrown_away_may_come_again(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    where = bring(client, fill(template("contract"), [typed("contract")]), government).headers["Location"]
    send(client, where)
    actions.discard_draft(db.session.scalars(select(Draft.id)).one(), by=publisher, governments={government})

    send(client, where)

    assert kept(Draft) == 2


def test_two_equal_rows_are_one_too_many(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)

    where = bring(client, fill(template("contract"), [typed("contract")] * 2), government).headers["Location"]

    assert "与第2行相同" in client.get(where).text


def test_rows_of_a_table_follow_each_other(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    head = typed("tender")
    lots = [
        {heading: value for heading, value in head.items() if heading.startswith("采购包：")} | {"采购包：包号": number}
        for number in ("1", "2", "3")
    ]
    where = bring(
        client, fill(template("tender"), [head | lots[0], *lots[1:], typed("tender", title="别的")]), government
    )

    send(client, where.headers["Location"])

    first, _ = db.session.scalars(select(Draft).order_by(Draft.id))
    assert [row["lot"] for row in first.values["lots"]] == ["1", "2", "3"]  # type: ignore[attr-defined]  # rows


def test_a_row_continues_a_purchase_by_its_project_number(app: Flask) -> None:
    government, publisher, approver = make_offices()
    first = make_published("tender", government, by=publisher, approver=approver)
    client = signed_in(app, publisher)
    row = {PURCHASE: "郑财磋商采购-2026-15"} | {
        heading: text for heading, text in typed("contract").items() if heading not in {"项目名称", "项目编号"}
    }
    where = bring(client, fill(template("contract"), [row]), government).headers["Location"]

    send(client, where)

    draft = db.session.scalars(select(Draft).order_by(Draft.id.desc())).first()
    assert draft is not None
    assert (draft.ocid, draft.values["title"]) == (first.ocid, "社区助餐服务")


def test_a_project_number_is_looked_up_in_an_index(
    app: Flask, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    government, publisher, approver = make_offices()
    make_published("tender", government, by=publisher, approver=approver)
    drain([LinkSuggester()])
    row = {PURCHASE: "郑财磋商采购-2026-15"} | typed("contract")

    with count_queries() as statements:
        keep("合同.xlsx", fill(template("contract"), [row]), government, publisher)

    assert [one.state for one in notices_of(newest())] == [RowState.GOOD]
    assert [one for one in statements if "LIKE" in one and "process_clue" in one] == []


@pytest.mark.parametrize("said", ["", "没有这个项目", "ocds-other-1"])
def test_what_continues_no_purchase_is_refused(app: Flask, said: str) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)

    where = bring(client, fill(template("acceptance"), [{PURCHASE: said} | typed("acceptance")]), government)
    with pytest.raises(rules.NothingGoodError):
        uploads.confirm_upload(1, by=publisher, governments={government})

    assert "0份公告可以成为草稿" in client.get(where.headers["Location"]).text
    assert kept(Draft) == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_files_are_read_in_every_usual_encoding(app: Flask, encoding: str, delimiter: str) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    row = {heading: text.replace("\n", " ") for heading, text in typed("intention").items()}
    written = f"{delimiter.join(row)}\r\n{delimiter.join(row.values())}\r\n"

    where = bring(client, written.encode(encoding), government, "表.csv").headers["Location"]

    assert "1份公告可以成为草稿" in client.get(where).text


def test_a_template_in_csv_has_a_byte_order_mark(app: Flask) -> None:
    _, publisher, _ = make_offices()

    answer = signed_in(app, publisher).get("/en/office/releases/templates/intention.csv")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "Title" in answer.data.decode("utf-8-sig")


def limited(app: Flask, **said: int) -> None:
    """Set limits of files."""
    app.extensions["settings"] = replace(app.extensions["settings"], **said)


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 150_000_000)
    return file.getvalue()


def far_away() -> bytes:
    book = Workbook()
    book.active["A1"] = "项目名称"
    book.active["XFD1048576"] = "x"
    return saved(book)


def headed_twice() -> bytes:
    book = Workbook()
    book.active.append([*typed("intention"), *list(typed("intention"))[:1]])
    book.active.append(["x"])
    return saved(book)


REFUSED = {
    "nothing": (bytes, rules.NoFileError),
    "damaged": (lambda: b"PK\x03\x04 nothing", rules.DamagedFileError),
    "damaged-xls": (lambda: b"\xd0\xcf\x11\xe0 nothing", rules.DamagedFileError),
    "bomb": (bomb, rules.BombError),
    "far-away": (far_away, rules.WideSheetError),
    "far-away-xls": (lambda: old_workbook([["x"], *[[]] * 65_534, ["x"] * 100]), rules.WideSheetError),
    "encoding": (lambda: b"\xff\xff\xfe\x00\x81", rules.WrongEncodingError),
    "no-header": ("随便写的\n没有表格".encode, rules.NoHeaderError),
    "no-rows": (lambda: ",".join(typed("intention")).encode(), rules.NothingInItError),
    "twice": (headed_twice, rules.TwiceError),
    "rows": ((",".join(typed("intention")) + "\n" + "x,y\n" * 101).encode, rules.TooManyRowsError),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_refused_and_not_kept(app: Flask, name: str) -> None:
    government, publisher, _ = make_offices()
    make, error = REFUSED[name]
    data = make()
    limited(app, import_rows=100)

    answer = bring(signed_in(app, publisher), data, government)
    with pytest.raises(error):
        keep("x", data, government, publisher)

    assert answer.status_code == 422
    assert re.search(r"govuk-error-(summary|message)", answer.text)
    assert kept(Upload) == 0


def test_a_file_that_is_too_large_is_refused(app: Flask) -> None:
    government, publisher, _ = make_offices()
    limited(app, import_bytes=1_000)

    with pytest.raises(rules.TooLargeFileError):
        keep("x", b"0" * 1_001, government, publisher)

    assert kept(Upload) == 0


def test_formulas_give_their_value_and_are_refused_without_one(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    data = fill(template("contract"), [typed("contract") | {"合同金额（元）": "=1+1"}])

    page = client.get(bring(client, data, government).headers["Location"]).text

    assert "0份公告可以成为草稿" in page
    assert "公式" in page


def test_dates_and_numbers_of_a_spreadsheet_are_read_as_they_look(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    data = fill(template("contract"), [typed("contract") | {"合同金额（元）": 0.1 + 0.2}])
    book = load_workbook(io.BytesIO(data))
    place = next(cell.column for cell in book.worksheets[0][1] if str(cell.value).startswith("合同签订日期"))
    book.worksheets[0].cell(2, place, 46084).number_format = "yyyy-mm-dd"

    send(client, bring(client, saved(book), government).headers["Location"])

    values = db.session.scalars(select(Draft)).one().values
    assert (values["signed_on"], values["amount"]) == ("2026-03-03", {"fen": 30, "unit": "yuan"})


def test_a_header_over_two_merged_rows_and_many_empty_rows_are_read(app: Flask) -> None:
    row = typed("contract")
    book = Workbook()
    book.active.append(["合同备案表"])
    book.active.append([heading if at % 2 else "" for at, heading in enumerate(row)])
    book.active.append([heading if not at % 2 else "" for at, heading in enumerate(row)])
    book.active.append(list(row.values()))
    for number in range(5, 65_537, 4_000):
        book.active.cell(number, 1).number_format = "0.00"
    book.active.cell(65_536, 1).number_format = "0.00"
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)

    page = client.get(bring(client, saved(book), government).headers["Location"]).text

    assert "1份公告可以成为草稿" in page


def test_garbled_text_is_told(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    garbled = "社区助餐服务".encode().decode("latin-1")

    where = bring(client, fill(template("contract"), [typed("contract", title=garbled)]), government)

    assert "乱码" in client.get(where.headers["Location"]).text


def test_another_government_sees_nothing_of_an_upload(app: Flask) -> None:
    government, publisher, approver = make_offices()
    where = bring(signed_in(app, publisher), fill(template("contract"), [typed("contract")]), government)

    stranger = signed_in(app, make_staff(government + 1))

    assert stranger.get(where.headers["Location"]).status_code in {403, 404}
    assert signed_in(app, approver).get(where.headers["Location"]).status_code in {403, 404}


def test_columns_are_counted_as_spreadsheets_do() -> None:
    assert [extents.column_letters(number) for number in (1, 26, 27, 702, 703, 16_384)] == [
        "A", "Z", "AA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip
    assert all(extents.column_number(extents.column_letters(number)) == number for number in range(1, 2_000))


def test_a_confirmation_that_fails_says_why_and_can_be_sent_again(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    bad = bring(client, fill(template("contract"), [typed("contract", contract_number="")]), government)
    good = bring(client, fill(template("contract"), [typed("contract")]), government)

    stale = client.post(good.headers["Location"])
    token = re.findall(r'name="csrf_token" type="hidden" value="([^"]+)"', stale.text)[0]
    nothing = client.post(bad.headers["Location"], data={"csrf_token": token})
    again = client.post(good.headers["Location"], data={"csrf_token": token})

    assert (stale.status_code, nothing.status_code, again.status_code) == (422, 409, 303)
    assert "没有可以采用的内容" in nothing.text
    assert kept(Draft) == 1


def test_an_old_workbook_is_read(app: Flask) -> None:
    government, publisher, _ = make_offices()
    client = signed_in(app, publisher)
    row = typed("intention")

    data = old_workbook([list(row), list(row.values())])
    where = bring(client, data, government, "表.xls").headers["Location"]

    assert "1份公告可以成为草稿" in client.get(where).text


@pytest.mark.parametrize("submits", [False, True])
def test_many_rows_become_drafts_with_few_statements(
    app: Flask, count_queries: Callable[[], AbstractContextManager[list[str]]], *, submits: bool
) -> None:
    government, publisher, _ = make_offices()
    rows = [list(typed("intention"))]
    title = next(at for at, heading in enumerate(rows[0]) if "项目名称" in heading)
    for number in range(300):
        row = list(typed("intention").values())
        row[title] = f"第{number}个项目"
        rows.append(row)
    data = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode()
    kept = keep("many.csv", data, government, publisher)

    with count_queries() as statements:
        count = uploads.confirm_upload(kept.id, by=publisher, governments={government}, submits=submits)

    found = list(db.session.scalars(select(Draft)))
    assert (count, len(found), len({one.ocid for one in found})) == (300, 300, 300)
    assert {one.status for one in found} == {DraftStatus.SUBMITTED if submits else DraftStatus.DRAFTING}
    assert {one.revision for one in found} == {3 if submits else 2}
    assert {one.title for one in found} == {f"第{number}个项目" for number in range(300)}
    assert len([one for one in statements if not one.startswith("INSERT INTO draft ")]) < 60  # two batches and the end
