"""Whatever a document does to its reader, the answer is clear, in time, and the next document is read."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from typing import TYPE_CHECKING

import pypdfium2
import pytest
import typst

from portal.disclosure.extraction.results import Limits, Status
from portal.disclosure.extraction.sandbox import Sandbox, extract
from tests.disclosure.extraction.test_formats import W, docx, paragraph, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = Limits(seconds=1.0)
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox("tests.disclosure.extraction.bad_readers:misbehaving")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (b"loop", Status.TIMED_OUT),
        (b"sleep", Status.TIMED_OUT),
        (b"eat", Status.TOO_LARGE),
        (b"crash", Status.DAMAGED),
        (b"write", Status.DAMAGED),
        (b"raise", Status.DAMAGED),
        (b"kill the worker", Status.DAMAGED),
    ],
)
def test_a_reader_that_misbehaves_is_ended_and_the_next_document_is_read(
    sandbox: Sandbox, document: bytes, status: Status
) -> None:
    start = time.monotonic()

    assert sandbox.extract(document, QUICK).status is status
    assert time.monotonic() - start < 10
    assert sandbox.extract("之后".encode(), QUICK).pages[0].text == "之后"


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", b"0" * 80_000_000)
    return made.getvalue()


def lying(data: bytes) -> bytes:
    """Make an archive say that its member is small."""
    at = data.index(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", 10) + data[at + 28 :]


def picture(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\x00" * 100)) + chunk(b"IEND", b"")


def many_pages(count: int) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(count):
        document.new_page(100, 100).close()
    made = io.BytesIO()
    document.save(made)
    document.close()
    return made.getvalue()


def encrypted() -> bytes:
    """Write a PDF that asks for a password which is not the empty one."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>",
        b"<< /Filter /Standard /V 1 /R 2 /O <" + b"11" * 32 + b"> /U <" + b"22" * 32 + b"> /P -4 >>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [<" + b"33" * 16 + b"> <" + b"33" * 16 + b">] >>\n"
    return made + table + trailer + b"startxref\n%d\n%%%%EOF" % len(made)


def test_a_bomb_is_not_unpacked() -> None:
    assert extract(bomb()).status is Status.TOO_LARGE


def test_a_bomb_within_an_archive_is_not_unpacked() -> None:
    assert extract(zipped({"a.txt": "甲", "b.zip": bomb()})).status is Status.TOO_LARGE


def test_an_archive_that_lies_about_its_size_is_damaged_or_cut() -> None:
    assert extract(lying(zipped({"a.txt": "甲" * 100_000}))).status in {Status.DAMAGED, Status.NO_TEXT, Status.READ}


def test_too_many_members_are_refused() -> None:
    assert extract(zipped({f"{number}.txt": "x" for number in range(1_001)})).status is Status.TOO_LARGE


def test_entities_are_not_expanded() -> None:
    word = zipped({"word/document.xml": f"{ENTITIES}<w:document {W}><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:document>"})
    open_text = zipped({
        "mimetype": "application/vnd.oasis.opendocument.text", "content.xml": f"{ENTITIES}<a>&b;</a>",
    })  # fmt: skip

    for data in (word, open_text, zipped({"OFD.xml": f"{ENTITIES}<OFD><DocRoot>&b;</DocRoot></OFD>"})):
        assert extract(data).status is Status.DAMAGED


def test_a_file_of_this_machine_is_not_read_through_xml() -> None:
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    found = extract(
        zipped({"word/document.xml": f"{outside}<w:document {W}><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:document>"})
    )

    assert found.status is Status.DAMAGED
    assert "root" not in str(found.pages)


def test_xml_nested_without_end_is_refused() -> None:
    assert extract(docx("<w:p>" * 50_000 + "</w:p>" * 50_000)).status in {Status.TOO_LARGE, Status.DAMAGED}


def test_an_encrypted_pdf_is_told_as_such() -> None:
    assert extract(encrypted()).status is Status.ENCRYPTED


def test_broken_pdfs_are_told_as_damaged_or_give_what_is_left() -> None:
    made = typst.compile(b"#set page(width: 10cm, height: 5cm)\nsome words that should be there")
    assert isinstance(made, bytes)

    assert extract(b"%PDF-1.7\n" + b"\x00" * 1_000).status is Status.DAMAGED
    assert extract(made[: len(made) // 2]).status in {Status.DAMAGED, Status.READ, Status.NO_TEXT}


def test_a_pdf_of_ten_thousand_pages_ends_in_time() -> None:
    start = time.monotonic()

    assert extract(many_pages(10_000)).status in {Status.PARTIAL, Status.NO_TEXT}
    assert time.monotonic() - start < 20


def test_a_picture_of_a_billion_pixels_is_not_decoded() -> None:
    assert extract(picture(30_000, 30_000)).status is Status.TOO_LARGE


def test_an_encrypted_package_of_office_is_told_as_such() -> None:
    assert extract(bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 2_000).status in {Status.UNKNOWN, Status.ENCRYPTED}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"PK\x03\x04",
        b"%PDF-",
        b"\xff\xd8\xff",
        bytes(range(256)) * 40,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ],
)
def test_scraps_get_an_answer(data: bytes) -> None:
    assert extract(data).pages == ()


def test_one_line_of_twenty_megabytes_is_cut() -> None:
    found = extract(b"a" * 20_000_000)

    assert found.status is Status.PARTIAL
    assert len(found.pages[0].text) == Limits().characters


def test_macros_are_left_where_they_are() -> None:
    data = zipped({
        "word/document.xml": f"<w:document {W}><w:body>{paragraph('正文')}</w:body></w:document>",
        "word/vbaProject.bin": b"Sub AutoOpen()",
    })  # fmt: skip

    assert [page.text for page in extract(data).pages] == ["正文"]
