"""Mapping files: how the columns of a spreadsheet become the fields of a release.

A mapping is TOML; `docs/howto/add-a-mapping.md` explains it. It is checked whole before any row is read.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from portal.procurement.rules import Json, Tag

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = ("-", "－", "—", "——", "/", "无")
_NAME = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_PATH = re.compile(r"[A-Za-z][A-Za-z0-9_]*(/([A-Za-z][A-Za-z0-9_]*|[0-9]{1,2}))*")


class MappingError(Exception):
    """Raised when a mapping file cannot be used; the message says why."""


class _Table(BaseModel):
    """A table of a mapping file; a key that nobody reads is a slip of the pen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TagRule(_Table):
    """What kind of publication a row is: always the same, or by the words in a column."""

    constant: Tag | None = None
    column: str | None = None
    values: dict[str, Tag] = {}

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.constant is None) == (self.column is None) or (self.column is None) == bool(self.values):
            raise ValueError("needs either constant, or column and values")
        return self


class DateRule(_Table):
    """The column with the moment of publication, and how it may be written (`strptime`)."""

    column: str
    formats: list[str] = Field(min_length=1)


class FieldRule(_Table):
    """One column and the fields of the release that it fills."""

    column: str
    path: list[str] = Field(min_length=1)
    kind: Literal["text", "line", "amount", "moment", "code"] = "text"
    pattern: str | None = None
    unit: Literal["yuan", "wan"] = "yuan"
    currency: str = "CNY"
    formats: list[str] = []
    values: dict[str, str] = {}
    nothing: list[str] = list(NOTHING)

    @field_validator("path", mode="before")
    @classmethod
    def _as_list(cls, raw: object) -> object:
        return [raw] if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if self.kind == "moment" and not self.formats:
            raise ValueError("a moment needs formats")
        if self.kind == "code" and not self.values:
            raise ValueError("a code needs values")
        if self.kind == "amount" and any(not path.endswith("/amount") for path in self.path):
            raise ValueError("the path of an amount ends with /amount; its currency is put beside it")
        if self.pattern is not None and _groups_of(self.pattern) != 1:
            raise ValueError("pattern needs exactly one group in parentheses")
        return self


class SheetMapping(_Table):
    """A mapping file, read and checked."""

    name: str = Field(pattern=_NAME, max_length=30)
    key: list[str] = Field(min_length=1)
    process_key: list[str] = []
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    required: list[str] = []
    tag: TagRule
    date: DateRule
    constants: dict[str, str | int | float | bool | list[str]] = {}
    field: list[FieldRule] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_paths_that_agree(self) -> Self:
        trial: Json = {}
        for path in [*self.constants, *(path for rule in self.field for path in rule.path)]:
            if not _PATH.fullmatch(path):
                raise ValueError(f"{path!r} is no path such as tender/value/amount")
            try:
                put(trial, path, "")
            except (TypeError, AttributeError) as error:
                raise ValueError(f"path {path} does not agree with the others") from error
        return self

    @property
    def columns(self) -> frozenset[str]:
        """Tell every column that the sheet must have."""
        tag = [self.tag.column] if self.tag.column else []
        named = [*self.key, *self.process_key, *self.required, *tag, self.date.column]
        return frozenset([*named, *(rule.column for rule in self.field)])

    def column_of(self, path: str) -> str | None:
        """Tell which column a path of a release comes from, as far as one can be named."""
        if path == "date":
            return self.date.column
        if path.startswith("tag"):
            return self.tag.column
        near = (rule.column for rule in self.field for one in rule.path if path and f"{one}/".startswith(f"{path}/"))
        return next(near, None)


def read_mapping(path: Path) -> SheetMapping:
    """Read a mapping file.

    Raises:
        MappingError: it is no TOML, or not as the guide says.
    """
    try:
        return SheetMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = (
            f"{'/'.join(str(part) for part in fault['loc']) or 'mapping'}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_url=False, include_input=False)
        )
        message = f"{path.name}: {'; '.join(faults)}"
        raise MappingError(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        message = f"{path.name}: {error}"
        raise MappingError(message) from error


def put(release: Json, path: str, value: object) -> None:
    """Put a value at a path like `tender/value/amount` or `parties/0/name`; a number is a place in a list.

    Raises:
        TypeError, AttributeError: something of another kind stands on the way.
    """
    *above, last = path.split("/")
    target: Any = release  # an object or a list, as the path goes
    for part, following in zip(above, [*above[1:], last], strict=True):
        at = _room_for(part, target)
        if target[at] is None or target[at] == {}:
            target[at] = [] if following.isdigit() else {}
        target = target[at]
    target[_room_for(last, target)] = value


def _room_for(part: str, target: Any) -> Any:  # noqa: ANN401 - as in put
    """Give the place that a part of a path names, after making it."""
    if isinstance(target, list):
        if not part.isdigit():
            raise TypeError(part)
        target.extend({} for _ in range(int(part) + 1 - len(target)))
        return int(part)
    target.setdefault(part, None)
    return part


def _groups_of(pattern: str) -> int:
    try:
        return re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"pattern: {error}") from error
