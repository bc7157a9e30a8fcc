"""Opening archives within limits, and parsing XML that cannot blow up."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError

import olefile
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from portal.disclosure.extraction.results import Status, UnreadableError

if TYPE_CHECKING:
    from portal.disclosure.extraction.results import Limits

SMALL = 1_000_000
NAMED_IN_UTF8 = 0x800


class Unpacked:
    """An archive whose members are read within limits."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Open it.

        Raises:
            UnreadableError: damaged, encrypted, or more than may be unpacked.
        """
        if data.startswith(olefile.MAGIC):
            raise UnreadableError(Status.ENCRYPTED, "an encrypted package")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise UnreadableError(Status.DAMAGED, str(error)) from error
        members = self._archive.infolist()
        size = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members) or 1
        if len(members) > limits.members:
            raise UnreadableError(Status.TOO_LARGE, f"{len(members)} members")
        if size > limits.unpacked or (size > SMALL and size > limits.ratio * packed):
            raise UnreadableError(Status.TOO_LARGE, f"{size} bytes unpacked from {packed}")
        self._left = limits.unpacked
        self._members = {_name(member): member for member in members if not member.is_dir()}
        self.names = list(self._members)

    def read(self, name: str) -> bytes:
        """Read a member, however large it says it is.

        Raises:
            UnreadableError: it is not there, encrypted, damaged or too large.
        """
        try:
            with self._archive.open(self._members[name]) as handle:
                data = handle.read(self._left + 1)
        except KeyError as error:
            raise UnreadableError(Status.DAMAGED, f"{name} is missing") from error
        except RuntimeError as error:
            raise UnreadableError(Status.ENCRYPTED, str(error)) from error
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, zlib.error) as error:
            raise UnreadableError(Status.DAMAGED, str(error)) from error
        if len(data) > self._left:
            raise UnreadableError(Status.TOO_LARGE, f"{name} does not end")
        self._left -= len(data)
        return data

    def xml(self, name: str) -> Element:
        """Parse a member.

        Raises:
            UnreadableError: it cannot be read, or is no XML that may be parsed.
        """
        return parse_xml(self.read(name), name)


def _name(member: zipfile.ZipInfo) -> str:
    """Tell the name of a member: in UTF-8 where it is that, else in the encoding of Chinese Windows."""
    if member.flag_bits & NAMED_IN_UTF8:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def parse_xml(data: bytes, name: str) -> Element:
    """Parse XML without entities, in any encoding that it may declare."""
    try:
        root: Element = fromstring(data)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableError(Status.DAMAGED, f"{name}: {error!r}") from error
    return root


def local(element: Element) -> str:
    """Tell the name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
