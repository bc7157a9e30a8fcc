"""Invented documents: PDF by Typst, DOCX by a small writer of our own; equal input gives equal bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from portal.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

FONT_FOLDERS = (
    Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), ROOT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc",
)  # fmt: skip
FONT_MARKS = ("NotoSansCJK", "NotoSansSC", "NotoSerifCJK", "SourceHan", "wqy")
FAMILIES = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei")
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml'
    '.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="word/document.xml"/></Relationships>'
)
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def chinese_font() -> Path | None:
    """Find a folder with a Chinese font; None when this machine has none."""
    for folder in FONT_FOLDERS:
        for path in sorted(folder.rglob("*")) if folder.exists() else ():
            if path.suffix.lower() in {".ttf", ".otf", ".ttc"} and path.name.startswith(FONT_MARKS):
                return path.parent
    return None


def pdf(title: str, paragraphs: Sequence[str], font_folder: Path) -> bytes:
    """Write a tagged PDF with a title and paragraphs."""
    families = ", ".join(f'"{name}"' for name in FAMILIES)
    body = "\n\n".join(_typst_text(text) for text in paragraphs)
    source = (
        f'#set document(title: "{_typst_string(title)}", date: none)\n#set text(font: ({families},), size: 11pt, lang: "zh")\n'
        f'#set page(numbering: "1")\n= {_typst_text(title)}\n\n{body}\n'
    )
    import typst  # noqa: PLC0415 - 2 MB that the web process need not take

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(font_folder)])
    return bytes(typst.compile(source.encode(), font_paths=fonts, format="pdf", timestamp=0))


def docx(title: str, paragraphs: Sequence[str]) -> bytes:
    """Write a DOCX with a title and paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in (title, *paragraphs))
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", document),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def _typst_text(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\#$*_`<>@[]~/=-+\"'" else letter for letter in text)


def _typst_string(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
