"""A document is received, looked through, published or withheld, and remembered."""

from __future__ import annotations

import csv
import io
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.accounts.actions import grant_role
from portal.accounts.rules import Role
from portal.demo import documents
from portal.disclosure import files, queries, rules
from portal.disclosure.actions import Received, add_document, discard, publish, receive
from portal.disclosure.cli import import_documents
from portal.disclosure.models import Document
from portal.kernel.canonical import sha256_hex
from portal.ledger.models import LedgerEntry
from portal.moderation.actions import hide
from portal.search import registry
from portal.search.consumer import SearchConsumer
from portal.search.port import SearchQuery
from portal.storage.database import db
from tests.factories.demand import make_person, make_place
from tests.factories.purchases import OCID, make_release
from tests.factories.purchases import publish as publish_releases
from tests.factories.web import send, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

PERSONAL = "联系人：张三丰，手机13812345678。居家养老服务。"


@pytest.fixture
def release(app: Flask) -> int:
    """Publish a purchase."""
    return publish_releases(make_release(1))[0]


@pytest.fixture
def official(app: Flask, release: int) -> FlaskClient:
    person = make_person("official")
    grant_role(person, Role.PUBLISHER, government_id=make_place())
    return signed_in(app, person)


def received(text: str, **said: object) -> Document:
    return receive(text.encode(), Received(OCID, "附件.txt", **said))  # type: ignore[arg-type]  # fields of Received


def ledger_entries() -> list[LedgerEntry]:
    return list(db.session.scalars(select(LedgerEntry).where(LedgerEntry.type == "document")))


def test_a_draft_is_not_public(client: FlaskClient, release: int) -> None:
    draft = received("说明")

    assert client.get(f"/documents/{draft.id}").status_code == HTTPStatus.NOT_FOUND
    assert queries.documents_of(OCID) == []
    assert ledger_entries() == []


def test_publishing_shows_the_text_the_original_and_its_proof(client: FlaskClient, release: int) -> None:
    found = add_document("<script>alert(1)</script>说明".encode(), ocid=OCID, title="附件", filename="附件.html")

    page, original = client.get(f"/documents/{found.id}").text, client.get(f"/documents/{found.id}/original")

    assert "<script>alert" not in page
    assert found.sha256 in page
    assert f"/ledger/entries/{found.ledger_position}" in page
    assert original.data == files.store().get(found.sha256)
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert original.headers["Content-Security-Policy"] == "sandbox"
    assert [entry.position for entry in ledger_entries()] == [found.ledger_position]


def test_an_original_with_personal_data_is_withheld_and_its_masked_text_served(
    client: FlaskClient, release: int
) -> None:
    found = publish(received(PERSONAL, title="合同").id, by="tester")

    page, original, rendition = (client.get(f"/documents/{found.id}{part}") for part in ("", "/original", "/rendition"))

    assert original.status_code == HTTPStatus.FORBIDDEN
    for answer in (page, rendition):
        assert "张三丰" not in answer.text
        assert "13812345678" not in answer.text
        assert "138****5678" in answer.text
    assert sha256_hex(rendition.data) == found.rendition_sha256
    assert found.rendition_sha256 in page.text
    assert "张三丰" not in str([entry.body for entry in ledger_entries()])


def test_an_official_may_say_why_personal_data_are_public(client: FlaskClient, release: int) -> None:
    draft = received(PERSONAL)
    with pytest.raises(rules.NoReasonError):
        publish(draft.id, by="tester", original=True)

    publish(draft.id, by="tester", original=True, reason="法律规定公开")

    assert client.get(f"/documents/{draft.id}/original").data == PERSONAL.encode()
    assert "13812345678" in client.get(f"/documents/{draft.id}").text


def test_titles_and_names_of_files_are_masked_too(release: int) -> None:
    draft = receive(b"x", Received(OCID, "13812345678.txt"))

    assert (draft.title, draft.filename) == ("138****5678", "138****5678.txt")


def test_the_same_document_twice_is_kept_once(release: int) -> None:
    ids = {add_document(b"text", ocid=OCID, title="附件", filename="a.txt").id for _ in range(2)}

    assert len(ids) == 1
    assert db.session.scalar(select(func.count()).select_from(Document)) == 1
    assert len(ledger_entries()) == 1


def test_a_draft_may_be_thrown_away_and_a_published_document_not(release: int) -> None:
    draft, public = received("一"), add_document(b"text", ocid=OCID, title="附件", filename="a.txt")

    discard(draft.id)

    assert db.session.get(Document, draft.id) is None
    with pytest.raises(rules.AlreadyPublishedError):
        discard(public.id)


def test_what_cannot_be_kept_is_refused(release: int) -> None:
    with pytest.raises(rules.TooLargeError):
        receive(b"x" * 20_000_001, Received(OCID, "a.txt"))
    with pytest.raises(rules.EmptyDocumentError):
        receive(b"", Received(OCID, "a.txt"))
    with pytest.raises(rules.NoSuchPurchaseError):
        receive(b"x", Received("none", "a.txt"))
    with pytest.raises(rules.NoSuchReleaseError):
        receive(b"x", Received(OCID, "a.txt", release_id=999))


@pytest.mark.parametrize(("data", "said"), [(b"%PDF-1.7 broken", "损坏"), (b"\x00\x01\x02", "不读取")])
def test_how_a_document_was_read_is_told(client: FlaskClient, release: int, data: bytes, said: str) -> None:
    found = add_document(data, ocid=OCID, title="附件", filename="a.pdf")

    assert found.pages == []
    assert client.get(f"/documents/{found.id}").status_code == HTTPStatus.OK
    assert client.get(f"/en/documents/{found.id}").status_code == HTTPStatus.OK


def test_a_document_of_something_hidden_is_neither_shown_nor_found(client: FlaskClient, release: int) -> None:
    found = receive("养老独有词".encode(), Received(OCID, "a.txt", release_id=release))
    publish(found.id, by="tester")
    registry.backend().rebuild(registry.all_documents())
    assert "/documents/" in client.get("/search?q=养老独有词").text

    hide("notice", str(release), reason="有误", by=None)

    assert client.get(f"/documents/{found.id}").status_code == HTTPStatus.NOT_FOUND
    assert "/documents/" not in client.get("/search?q=养老独有词").text
    SearchConsumer().handle([Hidden()])
    assert registry.backend().search(SearchQuery("养老独有词")).total == 0


class Hidden:
    """The event of hiding the first notice."""

    kind, object_id = "notice", "1"


def test_search_sees_the_public_text_only(release: int) -> None:
    publish(received(PERSONAL).id, by="tester")
    registry.backend().rebuild(registry.all_documents())

    assert registry.backend().search(SearchQuery("居家养老", filters={"format": {"text"}})).total == 1
    assert registry.backend().search(SearchQuery("13812345678")).total == 0
    assert registry.backend().search(SearchQuery("张三丰")).total == 0


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"ocid": OCID}, 422),
        ({"ocid": "", "files": (io.BytesIO(b"x"), "a.txt")}, 422),
        ({"ocid": "none", "files": (io.BytesIO(b"x"), "a.txt")}, 422),
        ({"ocid": OCID, "files": (io.BytesIO(b""), "a.txt")}, 422),
    ],
)
def test_bad_uploads_are_refused_and_leave_nothing(
    official: FlaskClient, fields: dict[str, object], status: int
) -> None:
    answer = send(official, "/en/office/documents/new", **fields)

    assert answer.status_code == status
    assert db.session.scalar(select(func.count()).select_from(Document)) == 0


def test_an_upload_that_says_it_is_too_large_is_not_read(official: FlaskClient) -> None:
    said = {"CONTENT_LENGTH": "21000000", "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = official.post("/office/documents/new", data=b"--x", environ_overrides=said)

    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "太大" in answer.text


def test_only_officials_enter(client: FlaskClient, app: Flask) -> None:
    resident = signed_in(app, make_person())

    for path in ("/office/documents", "/office/documents/new"):
        assert resident.get(path).status_code == HTTPStatus.FORBIDDEN


def test_pages_ask_the_database_little(
    official: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    ids = [add_document(f"{number}".encode(), ocid=OCID, title="附件", filename="a.txt").id for number in range(12)]
    for path in ("/office/documents", f"/documents/{ids[0]}"):
        with count_queries() as statements:
            assert official.get(path).status_code == HTTPStatus.OK
        assert len(statements) <= 7, statements


def run(app: Flask, *arguments: object) -> tuple[int, str]:
    app.cli.add_command(import_documents, "take")
    result = app.test_cli_runner().invoke(args=["take", *map(str, arguments)])
    return result.exit_code, result.output


def test_a_folder_by_purchase_is_taken_in_once(app: Flask, release: int, tmp_path: Path) -> None:
    folder = tmp_path / "in" / OCID
    folder.mkdir(parents=True)
    (folder / "采购文件.docx").write_bytes(documents.docx("采购文件", ["服务对象：老人"]))
    (folder / "合同.txt").write_text(PERSONAL, "utf-8")

    first, second = (run(app, tmp_path / "in", "--by", "王科长") for _ in range(2))

    assert first[0] == second[0] == 0
    assert "2 documents taken in, 1 of them with their original withheld" in first[1]
    assert "张三丰" not in first[1]
    assert "0 documents taken in" in second[1]
    assert {one.title for one in queries.documents_of(OCID)} == {"采购文件", "合同"}


def test_a_list_names_titles_and_what_is_refused(app: Flask, release: int, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲", "utf-8")
    with (tmp_path / "documents.csv").open("w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["ocid", "file", "title", "title_en", "release"])
        rows.writerow([OCID, "a.txt", "甲文件", "File A", ""])
        rows.writerow(["none", "a.txt", "", "", ""])
        rows.writerow([OCID, "missing.txt", "", "", ""])
        rows.writerow([OCID, "a.txt", "", "", "no-such-release"])

    code, said = run(app, tmp_path, "--by", "x")

    assert code == 1
    assert [one.title_en for one in queries.documents_of(OCID)] == ["File A"]
    for number in (3, 4, 5):
        assert f"documents.csv row {number}" in said


@pytest.mark.parametrize("content", ["ocid\nx\n", "ocid,file\nx,../../etc/passwd\n", None])
def test_a_folder_that_cannot_be_used_is_refused_whole(app: Flask, tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    if content is not None:
        (folder / "documents.csv").write_text(content, "utf-8")

    assert run(app, folder, "--by", "x")[0] == 2


def test_drafts_may_be_left_to_an_official(app: Flask, release: int, tmp_path: Path) -> None:
    folder = tmp_path / "in" / OCID
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("甲", "utf-8")

    assert run(app, folder.parent, "--by", "x", "--draft")[0] == 0
    assert queries.documents_of(OCID) == []
