"""How much of a file was read is told as it is."""

from __future__ import annotations

import pytest

from portal.disclosure.extraction.formats.unpacking import Unpacked
from portal.disclosure.extraction.reading import read
from portal.disclosure.extraction.results import RTF, Limits, Status
from portal.disclosure.extraction.sandbox import extract
from tests.disclosure.extraction.test_formats import docx, paragraph, zipped
from tests.disclosure.extraction.test_hostile import encrypted, many_pages


def test_a_pdf_longer_than_the_limit_tells_how_many_pages_it_has() -> None:
    found = extract(many_pages(12), Limits(pages=5))

    assert len(found.pages) == 5
    assert found.page_count == 12


def test_a_pdf_within_the_limit_tells_no_other_number() -> None:
    found = extract(many_pages(5), Limits(pages=5))

    assert len(found.pages) == 5
    assert found.page_count is None


def test_what_in_an_archive_was_not_read_is_named_and_the_rest_is_read() -> None:
    inner = zipped({"锁.pdf": encrypted(), "乙.txt": "乙"})
    found = extract(zipped({"甲.txt": "甲", "x.bin": b"\x00\x01", "锁.pdf": encrypted(), "in.zip": inner}))

    assert found.status is Status.PARTIAL
    assert [page.text for page in found.pages] == ["甲", "乙"]
    assert found.skipped == ("x.bin", "锁.pdf", "in.zip/锁.pdf")


def test_an_archive_of_which_all_was_read_names_nothing() -> None:
    found = extract(
        zipped({"甲.docx": docx(paragraph("甲")), "__MACOSX/._甲.docx": b"\x00\x01", "a/.DS_Store": b"\x00"})
    )

    assert (found.status, found.skipped) == (Status.READ, ())


def test_an_archive_of_locked_files_is_locked() -> None:
    assert extract(zipped({"a.pdf": encrypted(), "b.pdf": encrypted()})).status is Status.ENCRYPTED


def test_a_part_of_an_archive_that_was_cut_makes_the_whole_partial() -> None:
    found = read(zipped({"a.txt": "甲" * 10, "b.txt": "乙"}), Limits(characters=10))

    assert found.status is Status.PARTIAL


def test_rich_text_is_not_taken_for_plain_text() -> None:
    found = extract(rb"{\rtf1\ansi\deff0 {\fonttbl {\f0 Times;}}\f0 hello}")

    assert (found.media_type, found.status, found.pages) == (RTF, Status.UNKNOWN, ())


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_names_without_a_mark_are_read_in_the_encoding_that_they_are_in(encoding: str) -> None:
    data = zipped({"招标文件说明.txt": "甲"}, encoding=encoding)

    assert next(iter(Unpacked(data, Limits()).names)).startswith("招标文件说明")
