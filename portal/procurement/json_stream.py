"""Reading JSON text value by value, so that a file of any size needs only the memory of its largest value."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING

from portal.kernel.errors import Reason
from portal.kernel.text import N_
from portal.procurement.unpacking import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.procurement.unpacking import Readable

CHUNK = 1 << 18
LARGEST_VALUE = 64_000_000  # characters
NEAR_END = 64  # where a fault may only mean that more is to come: inside a number, an escape, a word like `false`
NO_JSON = N_("is no JSON: %(reason)s (character %(place)s)")
NO_NAME = N_("a name in quotation marks is missing")
TOO_LARGE = N_("has a single value of more than %(most)s MB")
WRONG_ENCODING = N_("is not encoded in %(encoding)s (byte %(place)s); save it as UTF-8")
_FAULTS = {
    "Expecting value": N_("a value is missing"),
    "Expecting property name enclosed in double quotes": NO_NAME,
    "Expecting ':' delimiter": N_("a colon is missing"),
    "Expecting ',' delimiter": N_("a comma is missing"),
    "Illegal trailing comma before end of object": N_("a comma is too many"),
    "Illegal trailing comma before end of array": N_("a comma is too many"),
    "Unterminated string starting at": N_("a quotation mark is missing at the end of a text"),
    "Invalid control character at": N_("a text has a line break or control character in it"),
    "Invalid \\escape": N_("a backslash is followed by a wrong sign"),
    "Invalid \\uXXXX escape": N_("a backslash is followed by a wrong sign"),
}
_SPACE = re.compile(r"[ \t\n\r]*")


class JsonStream:
    """The values of a JSON text, one after the other."""

    def __init__(self, raw: Readable) -> None:
        """Begin to read; the encoding shows in the first bytes (RFC 8259 and its forerunners)."""
        self._raw, self._fed = raw, 0
        head = self._raw.read(CHUNK)
        self.encoding = json.detect_encoding(head)
        self._decoder = codecs.getincrementaldecoder(self.encoding)()
        self._text, self._at, self._before, self._ended = "", 0, 0, not head
        self._feed(head)
        self._json = json.JSONDecoder(parse_constant=_refuse_constant)

    def peek(self) -> str:
        """Give the next sign that is no space; nothing at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def take(self, sign: str) -> None:
        """Pass over a sign that must come next."""
        if self.peek() != sign:
            raise self._fault(Reason(N_("%(sign)s is missing"), sign=repr(sign)), self._at)
        self._at += 1

    def takes(self, sign: str) -> bool:
        """Pass over a sign if it comes next, and tell whether it did."""
        if self.peek() != sign:
            return False
        self._at += 1
        return True

    def value(self) -> object:
        """Read the next value whole."""
        self.peek()
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                is_cut = error.pos >= len(self._text) - NEAR_END or error.msg.startswith("Unterminated string")
                if not is_cut or not self._more():
                    raise self._fault(_said(error.msg), error.pos) from error
                continue
            except (ValueError, RecursionError) as error:
                raise UnreadableError(Reason(N_("is no JSON"), detail=str(error))) from error
            if end > len(self._text) - NEAR_END and not isinstance(value, dict | list | str) and self._more():
                continue  # a number may go on
            self._at = end
            return value

    def elements(self) -> Iterator[int]:
        """Go through the places of a list; at each one, its value must be read."""
        self.take("[")
        at = 0
        while self.peek() != "]":
            if at:
                self.take(",")
            yield at
            at += 1
        self.take("]")

    def names(self) -> Iterator[str]:
        """Go through the names of an object; at each one, its value must be read."""
        self.take("{")
        is_first = True
        while self.peek() != "}":
            if not is_first:
                self.take(",")
            is_first = False
            name = self.value() if self.peek() == '"' else None
            if not isinstance(name, str):
                raise self._fault(Reason(NO_NAME), self._at)
            self.take(":")
            yield name
        self.take("}")

    def line(self) -> str:
        """Give the rest of the line, for texts with one value a line."""
        while (end := self._text.find("\n", self._at)) < 0 and self._more():
            pass
        end = len(self._text) if end < 0 else end
        line, self._at = self._text[self._at : end], end + 1
        return line

    def is_lines(self) -> bool:
        """Tell whether the text looks like one value a line: a whole object, and another one below it."""
        self.peek()
        line, newline, rest = self._text[self._at :].partition("\n")
        if not newline or not line.startswith("{"):
            return False
        try:
            json.loads(line)
        except (ValueError, RecursionError):
            return False
        return rest.lstrip().startswith("{")

    def _more(self) -> bool:
        """Read on; what was passed over is forgotten. Twice as much as is kept, so that long values cost no square."""
        if self._ended:
            return False
        if len(self._text) - self._at > LARGEST_VALUE:
            raise UnreadableError(Reason(TOO_LARGE, most=LARGEST_VALUE // 1_000_000))
        self._before += self._at
        self._text, self._at = self._text[self._at :], 0
        self._feed(self._raw.read(max(CHUNK, 2 * len(self._text))))
        return True

    def _feed(self, data: bytes) -> None:
        waiting = len(self._decoder.getstate()[0])
        try:
            self._text += self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            place = self._fed - waiting + error.start
            reason = Reason(WRONG_ENCODING, encoding=self.encoding.upper(), place=place)
            raise UnreadableError(reason) from error
        self._fed += len(data)
        self._ended = not data

    def _fault(self, reason: Reason, at: int) -> UnreadableError:
        return UnreadableError(Reason(NO_JSON, reason=reason, place=self._before + at))


def _said(message: str) -> Reason:
    """Give what Python says of a text that is no JSON, in words that can be told."""
    return Reason(_FAULTS[message]) if message in _FAULTS else Reason(N_("a sign is wrong"), detail=message)


def _refuse_constant(name: str) -> object:
    raise UnreadableError(Reason(N_("is no JSON: %(name)s is no number"), name=name))
