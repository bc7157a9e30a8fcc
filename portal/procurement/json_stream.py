"""Reading JSON text value by value, so that a file of any size needs only the memory of its largest value."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING

from portal.procurement.unpacking import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.procurement.unpacking import Readable

CHUNK = 1 << 18
LARGEST_VALUE = 64_000_000  # characters
NEAR_END = 64  # where a fault may only mean that more is to come: inside a number, an escape, a word like `false`
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
            raise self._fault(f"{sign!r} is missing", self._at)
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
                    raise self._fault(error.msg, error.pos) from error
                continue
            except (ValueError, RecursionError) as error:
                message = f"is no JSON: {error}"
                raise UnreadableError(message) from error
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
                raise self._fault("a name in quotation marks is missing", self._at)
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
            message = f"has a single value of more than {LARGEST_VALUE // 1_000_000} MB"
            raise UnreadableError(message)
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
            message = f"is not encoded in {self.encoding.upper()} (byte {place}); save it as UTF-8"
            raise UnreadableError(message) from error
        self._fed += len(data)
        self._ended = not data

    def _fault(self, reason: str, at: int) -> UnreadableError:
        return UnreadableError(f"is no JSON: {reason} (character {self._before + at})")


def _refuse_constant(name: str) -> object:
    message = f"is no JSON: {name} is no number"
    raise UnreadableError(message)
