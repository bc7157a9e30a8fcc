"""The type of a document, told by its content and never by its name."""

from __future__ import annotations

import io
import re
import zipfile

import olefile

from portal.disclosure.extraction import results as types
from portal.disclosure.extraction.formats.plain import decoded

_HEAD = 4_096
_PDF_WITHIN = 1_024
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", types.PNG),
    (b"\xff\xd8\xff", types.JPEG),
    (b"II*\x00", types.TIFF),
    (b"MM\x00*", types.TIFF),
    (b"GIF8", types.GIF),
    (b"BM", types.BMP),
)
_MARKUP = re.compile(r"<(?:!doctype\s+html|html|head|body|table|div|p|meta|span)[\s>/]", re.IGNORECASE)
_PARTS = (
    ("word/document.xml", types.DOCX),
    ("xl/workbook.xml", types.XLSX),
    ("xl/workbook.bin", types.XLSX),
    ("OFD.xml", types.OFD),
)
_STREAMS = (("WordDocument", types.DOC), ("Workbook", types.XLS), ("Book", types.XLS))
MOST_CONTROLS = 0.01


def media_type(data: bytes) -> str:
    """Tell the type of a document; what is none of ours is `application/octet-stream`."""
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return types.PDF
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(data)
    if data.startswith(olefile.MAGIC):
        return _kind_of_ole(data)
    if data.startswith(b"{\\rtf"):
        return types.RTF
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return types.WEBP
    for signature, found in _SIGNATURES:
        if data.startswith(signature):
            return found
    return _kind_of_text(data)


def _kind_of_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = set(archive.namelist())
            for part, found in _PARTS:
                if part in members:
                    return found
            if "mimetype" in members and "content.xml" in members:
                with archive.open("mimetype") as handle:
                    told = handle.read(100).decode("ascii", "replace").strip()
                return told if told in {types.ODT, types.ODS} else types.ZIP
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return types.ZIP
    return types.ZIP


def _kind_of_ole(data: bytes) -> str:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            for stream, found in _STREAMS:
                if container.exists(stream):
                    return found
            if container.exists("EncryptedPackage"):
                return types.DOCX
    except (OSError, ValueError, IndexError, TypeError):
        return types.UNKNOWN
    return types.UNKNOWN


def _kind_of_text(data: bytes) -> str:
    text = decoded(data[:_HEAD], is_cut=len(data) > _HEAD)
    if text is None:
        return types.UNKNOWN
    if _MARKUP.search(text):
        return types.HTML
    controls = sum(1 for character in text if character < " " and character not in "\t\r\n\f")
    if controls > MOST_CONTROLS * len(text):
        return types.UNKNOWN
    lines = [line for line in text.splitlines()[:-1] if line.strip()][:20]
    commas = {line.count(",") for line in lines}
    return types.CSV if len(lines) > 1 and len(commas) == 1 and commas != {0} else types.TEXT
