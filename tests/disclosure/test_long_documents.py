"""A long document is shown in portions, and what of it was read is told."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.disclosure import portions
from portal.disclosure.actions import Received, publish, receive
from portal.disclosure.portions import LONGEST, MOST_PIECES
from portal.disclosure.rules import reading_notes
from portal.storage.transactions import transaction
from tests.disclosure.extraction.test_formats import zipped
from tests.factories.purchases import OCID, make_release
from tests.factories.purchases import publish as publish_releases
from tests.factories.web import status_of, text_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from portal.disclosure.models import Document


@pytest.fixture
def document(app: Flask) -> Document:
    """Publish a document that says little."""
    publish_releases(make_release(1))
    return publish(receive("甲".encode(), Received(OCID, "a.txt")).id, by="tester")


def with_pages(document: Document, pages: list[str], **said: object) -> Document:
    with transaction():
        document.pages, document.labels = pages, [""] * len(pages)
        for name, value in said.items():
            setattr(document, name, value)
    return document


@given(st.lists(st.integers(0, 3 * LONGEST).map("字".__mul__), max_size=60))
def test_portions_are_all_of_the_text_and_none_is_long(pages: list[str]) -> None:
    divided = portions.portions(pages)

    pieces = [piece for portion in divided for piece in portion]
    for number, text in enumerate(pages, 1):
        assert "".join(piece.text for piece in pieces if piece.number == number) == text
    assert all(sum(len(piece.text) for piece in portion) <= LONGEST for portion in divided)
    assert all(len(portion) <= MOST_PIECES for portion in divided)


def test_a_document_of_two_thousand_pages_is_shown_twenty_at_a_time(client: FlaskClient, document: Document) -> None:
    with_pages(document, [f"第{number}页。" * 100 for number in range(2_000)])

    first, last = (text_of(client, f"/documents/{document.id}?page={number}") for number in (1, 100))

    assert first.count("sw-chip") <= MOST_PIECES + 1
    assert len(first.encode()) < 200_000
    assert "第0页" in first
    assert "第1999页" in last
    assert f"/documents/{document.id}?page=2" in first


@pytest.mark.parametrize(("number", "status"), [("2", HTTPStatus.NOT_FOUND), ("x", HTTPStatus.BAD_REQUEST)])
def test_a_portion_that_is_not_there_is_told(
    client: FlaskClient, document: Document, number: str, status: HTTPStatus
) -> None:
    assert status_of(client, f"/documents/{document.id}?page={number}") == status


def test_the_page_says_how_many_pages_were_read_and_have_text(client: FlaskClient, document: Document) -> None:
    with_pages(document, ["甲", "", "丙"], page_count=9, status="partial")

    page = text_of(client, f"/documents/{document.id}")

    assert "共 9 页，读取了 3 页" in page
    assert "3 页中有 2 页有文字" in page


def test_the_page_names_what_in_an_archive_was_not_read(client: FlaskClient, document: Document) -> None:
    data = zipped({"说明.txt": "甲", "13812345678.bin": b"\x00\x01"})
    found = publish(receive(data, Received(OCID, "a.zip")).id, by="tester")

    page = text_of(client, f"/documents/{found.id}")

    assert "只读取了文件的一部分" in page
    assert "未读取：138****5678.bin" in page
    assert found.is_withheld


def test_many_parts_that_were_not_read_are_counted() -> None:
    ((_, said),) = reading_notes(["a"], page_count=None, skipped=[str(number) for number in range(23)])

    assert said["n"] == 3
