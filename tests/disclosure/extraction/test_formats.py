"""Every format gives its text, told by its content and in the order of reading."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
import typst
import xlsxwriter

from portal.disclosure.extraction.formats import pdf, plain
from portal.disclosure.extraction.reading import read
from portal.disclosure.extraction.results import Limits, Page, Status
from portal.disclosure.extraction.sandbox import extract

if TYPE_CHECKING:
    from pathlib import Path

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
COMPLETE = {"notice.docx": 5028, "notice.doc": 5028, "notice.pdf": 5028, "notice.odt": 5028, "notice.ofd": 3294}


def zipped(members: dict[str, str | bytes], *, encoding: str | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    data = made.getvalue()
    if encoding:  # names as an old Windows writes them: in its own code page, without the mark for UTF-8
        for name in members:
            wrong = name.encode(encoding)
            data = data.replace(name.encode(), wrong.ljust(len(name.encode()), b"_"))
        data = data.replace(struct.pack("<H", 0x0800), struct.pack("<H", 0))
    return data


def docx(body: str) -> bytes:
    return zipped({"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def texts(data: bytes) -> list[str]:
    found = extract(data)
    assert found.status is Status.READ, found
    return [page.text for page in found.pages]


@pytest.mark.parametrize(("name", "characters"), COMPLETE.items())
def test_samples_give_their_full_text(shared_data: Path, name: str, characters: int) -> None:
    data = (shared_data / "zh" / "samples" / name).read_bytes()

    assert len("".join("".join(texts(data)).split())) == characters


@pytest.mark.parametrize("name", ["notice_gbk.txt", "intent_gb18030.csv"])
def test_samples_in_gb18030_are_read(shared_data: Path, name: str) -> None:
    data = (shared_data / "zh" / "samples" / name).read_bytes()

    assert "".join(texts(data)).split() == data.decode("gb18030").split()


def test_a_word_document_keeps_tables_and_its_text_boxes_once() -> None:
    row = "<w:tr>" + "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("包号", "金额")) + "</w:tr>"
    box = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice>{paragraph('印章')}</mc:Choice><mc:Fallback>{paragraph('印章')}</mc:Fallback></mc:AlternateContent>"
    )

    (text,) = texts(docx(f"{paragraph('公告')}<w:tbl>{row}</w:tbl><w:p><w:r>{box}</w:r></w:p>"))

    assert text.split() == ["公告", "包号", "金额", "印章"]


def test_word_headers_and_notes_are_read_and_deleted_words_are_not() -> None:
    data = zipped({
        "word/document.xml": f"<w:document {W}><w:body><w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        "<w:r><w:t>正文</w:t></w:r></w:p></w:body></w:document>",
        "word/header1.xml": f"<w:hdr {W}>{paragraph('页眉')}</w:hdr>",
        "word/footnotes.xml": f"<w:footnotes {W}>{paragraph('脚注')}</w:footnotes>",
    })  # fmt: skip

    assert texts(data)[0].split() == ["正文", "脚注", "页眉"]


def test_an_opendocument_text_is_read() -> None:
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    office, table = (
        "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    )
    body = (
        f'<o:document-content xmlns:o="{office}" xmlns:text="{text}" xmlns:table="{table}"><text:h>标题</text:h>'
        '<text:p>甲<text:s text:c="2"/>乙<text:tab/>丙</text:p><table:table><table:table-row><table:table-cell>'
        "<text:p>一</text:p></table:table-cell><table:table-cell><text:p>二</text:p></table:table-cell></table:table-row>"
        "</table:table></o:document-content>"
    )

    (page,) = texts(zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": body}))

    assert [line.split() for line in page.splitlines()] == [["标题"], ["甲", "乙", "丙"], ["一", "二"]]


def test_an_ofd_is_read_page_by_page_with_its_template() -> None:
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'

    def page(*lines: tuple[float, str], template: str = "") -> str:
        objects = "".join(
            f'<ofd:TextObject Boundary="10 {at} 50 5"><ofd:TextCode X="0" Y="4">{text}</ofd:TextCode></ofd:TextObject>'
            for at, text in lines
        )
        return f"<ofd:Page {space}>{template}<ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content></ofd:Page>"

    data = zipped({
        "OFD.xml": f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
        "</ofd:OFD>",
        "Doc_0/Document.xml": f'<ofd:Document {space}><ofd:CommonData><ofd:TemplatePage ID="9" BaseLoc="Tpls/T.xml"/>'
        '</ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/1.xml"/>'
        '<ofd:Page ID="2" BaseLoc="/Doc_0/Pages/2.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/Tpls/T.xml": page((5, "红头")),
        "Doc_0/Pages/1.xml": page(
            (20, "采购"), (20.1, "公告"), (30, "正文"), template='<ofd:Template TemplateID="9"/>'
        ),
        "Doc_0/Pages/2.xml": page((20, "第二页")),
    })  # fmt: skip

    assert [page.split() for page in texts(data)] == [["红头", "采购", "公告", "正文"], ["第二页"]]


def test_a_spreadsheet_gives_a_page_for_each_sheet() -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("明细")
        sheet.write_row(0, 0, ["供应商", "金额"])
        sheet.write_row(1, 0, ["心连心社工中心", 120000])
        book.add_worksheet("说明").write(0, 0, "单位：元")

    found = extract(made.getvalue())

    assert [page.label for page in found.pages] == ["明细", "说明"]
    assert found.pages[0].text.split() == ["供应商", "金额", "心连心社工中心", "120000"]


def test_a_pdf_is_read_page_by_page() -> None:
    made = typst.compile(
        b"#set page(width: 10cm, height: 5cm)\nnotice of award number one\n#pagebreak()\nsecond page of it all"
    )
    assert isinstance(made, bytes)

    assert [text.split()[0] for text in texts(made)] == ["notice", "second"]


def test_a_web_page_is_read_as_a_reader_sees_it() -> None:
    page = (
        "<!DOCTYPE html><html><head><title>题</title><style>p{}</style></head><body><h1>公告</h1>"
        "<script>alert(1)</script>"
        "<table><tr><td>甲</td><td>乙</td></tr></table><p>一<b>二</b>三</p><!-- 注 --></body></html>"
    )

    for data in (page.encode(), page.encode("gb18030")):
        assert [line.split() for line in texts(data)[0].splitlines()] == [["公告"], ["甲", "乙"], ["一二三"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_plain_text_is_read_in_its_encoding(encoding: str) -> None:
    assert texts("社区居家养老，项目".encode(encoding)) == ["社区居家养老，项目"]


def test_two_characters_are_not_taken_for_another_encoding() -> None:
    assert texts("项目".encode("gb18030")) == ["项目"]


def test_text_that_was_decoded_wrongly_is_mended_only_where_that_is_certain() -> None:
    assert plain.mended("郑州市社区".encode().decode("latin-1")) == "郑州市社区"
    assert plain.mended("café à la carte") == "café à la carte"


def test_an_archive_gives_its_members_under_their_chinese_names() -> None:
    inner = zipped({"c.txt": "最里"})
    data = zipped({"附件/公告.txt": "甲", "b.docx": docx(paragraph("乙")), "in.zip": inner, "x.bin": b"\x00\x01"})

    found = extract(data)

    assert [(page.label, page.text) for page in found.pages] == [
        ("附件/公告.txt", "甲"),
        ("b.docx", "乙"),
        ("in.zip c.txt", "最里"),
    ]


def test_names_in_an_archive_may_be_in_the_old_chinese_code() -> None:
    found = extract(zipped({"公告.txt": "甲"}, encoding="gbk"))

    assert found.pages[0].label.startswith("公告")


def test_the_name_of_a_file_plays_no_part() -> None:
    assert extract(docx(paragraph("甲"))).media_type.endswith("wordprocessingml.document")
    assert extract(b"%PDF-1.7 broken").media_type == "application/pdf"
    assert extract(b"MZ\x90\x00\x03\x00").status is Status.UNKNOWN


def test_a_scan_is_recognised_where_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = typst.compile(b"#set page(width: 10cm, height: 5cm)\n#rect(width: 2cm)")
    assert isinstance(made, bytes)
    assert read(made, Limits()).status is Status.NO_TEXT
    monkeypatch.setattr(pdf.ocr, "is_installed", lambda: True)
    monkeypatch.setattr(pdf.ocr, "recognise", lambda picture: f"{picture.width > 500} 认出的字")

    found = read(made, Limits())

    assert found.pages == (Page("True 认出的字", is_machine_read=True),)
