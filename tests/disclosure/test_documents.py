"""Documents are kept by their content, with the text that is in them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.demo import documents
from portal.disclosure import files
from portal.disclosure.actions import add_document
from portal.disclosure.extraction import extract_text
from portal.disclosure.files import FolderStore
from portal.disclosure.models import Document
from portal.disclosure.rules import DOCX, PDF, PLAIN, UNKNOWN, TooLargeError, UnreadableDocumentError
from portal.kernel.errors import NotFoundError
from portal.moderation.actions import hide
from portal.storage.database import db
from tests.factories.purchases import OCID, make_release, publish

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient


def test_the_text_of_a_docx_is_read() -> None:
    found = extract_text(documents.docx("采购文件", ["服务对象：老人 & 儿童"]))

    assert (found.media_type, found.pages) == (DOCX, ["采购文件\n服务对象：老人 & 儿童"])


def test_the_text_of_a_pdf_is_read() -> None:
    font = documents.chinese_font()
    if font is None:
        pytest.skip("needs a Chinese font")

    found = extract_text(documents.pdf("采购文件", ["服务对象：六十岁以上老人。"], font))

    assert found.media_type == PDF
    assert "服务对象：六十岁以上老人。" in found.pages[0].replace("\n", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_plain_text_is_read_in_the_encodings_of_chinese_offices(encoding: str) -> None:
    assert extract_text("居家养老服务".encode(encoding)).pages == ["居家养老服务"]


@pytest.mark.parametrize("data", [b"%PDF-1.7 broken", b"PK\x03\x04 broken"])
def test_what_only_looks_like_a_document_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocumentError):
        extract_text(data)


def test_the_name_of_a_file_says_nothing() -> None:
    assert extract_text(b"\x00\x01\x02").media_type == UNKNOWN
    assert extract_text(b"plain").media_type == PLAIN


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(TooLargeError):
        extract_text(b"x" * 20_000_001)


def test_the_real_samples_are_read_whole(shared_data: Path) -> None:
    for name in ("notice.docx", "notice.pdf"):
        pages = extract_text((shared_data / "zh/samples" / name).read_bytes()).pages
        assert len("".join("".join(pages).split())) >= 5000, name


def test_a_folder_gives_back_what_it_was_given(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)

    digests = {store.put(b"content") for _ in range(2)}

    assert [store.get(digest) for digest in digests] == [b"content"]
    with pytest.raises(FileNotFoundError):
        store.get("0" * 64)


def test_a_document_is_shown_and_its_original_is_saved_not_run(app: Flask, client: FlaskClient) -> None:
    publish(make_release(1))
    found = add_document(b"<script>alert(1)</script>", ocid=OCID, title="附件", filename="附件.html")

    page, original = client.get(f"/documents/{found.id}").text, client.get(f"/documents/{found.id}/original")

    assert "<script>alert" not in page
    assert found.sha256 in page
    assert original.data == files.store().get(found.sha256)
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert original.headers["Content-Security-Policy"] == "sandbox"


def test_the_same_document_twice_is_kept_once(app: Flask) -> None:
    publish(make_release(1))

    ids = {add_document(b"text", ocid=OCID, title="附件", filename="a.txt").id for _ in range(2)}

    assert len(ids) == 1
    assert db.session.scalar(select(func.count()).select_from(Document)) == 1


def test_a_document_of_nothing_or_of_something_hidden_is_not_found(app: Flask, client: FlaskClient) -> None:
    with pytest.raises(NotFoundError):
        add_document(b"text", ocid="none", title="附件", filename="a.txt")
    publish(make_release(1))
    found = add_document(b"text", ocid=OCID, title="附件", filename="a.txt").id
    hide("process", OCID, reason="有误", by=None)

    assert client.get(f"/documents/{found}").status_code == HTTPStatus.NOT_FOUND
    assert client.get(f"/processes/{OCID}").status_code == HTTPStatus.NOT_FOUND
    assert OCID not in client.get("/notices.csv").text
