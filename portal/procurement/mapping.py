"""Mapping files: how the columns of a spreadsheet become the fields of a release.

A mapping is TOML; `docs/howto/add-a-mapping.md` explains it. It is checked whole before any row is read.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from portal.procurement.rules import Json, Tag

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = ("-", "－", "—", "/", "无")
_PATH = r"^[A-Za-z][A-Za-z0-9_]*(/[A-Za-z0-9_]+)*$"
_LARGEST_PLACE = 50


class MappingError(Exception):
    """Raised when a mapping file cannot be used; the message says why."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DateRule(_Strict):
    """The column of a moment and the forms it may have (`strptime`), in the time of Shanghai."""

    column: str
    formats: Annotated[list[str], Field(min_length=1)]


class TagRule(_Strict):
    """The tag of each release: always the same, or told by the values of a column."""

    constant: Tag | None = None
    column: str | None = None
    values: dict[str, Tag] = {}

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.constant is None) == (self.column is None) or (self.column is None) == bool(self.values):
            raise ValueError("needs either constant, or column and values")
        return self


class FieldRule(_Strict):
    """How one column is put at one path of the release."""

    column: str
    path: Annotated[str, Field(pattern=_PATH)]
    kind: Literal["text", "line", "amount", "moment", "code"] = "text"
    unit: Literal["yuan", "wan"] = "yuan"
    formats: list[str] = []
    values: dict[str, str] = {}
    pattern: str | None = None
    nothing: list[str] = list(NOTHING)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind == "moment" and not self.formats:
            raise ValueError("a moment needs formats")
        if self.kind == "code" and not self.values:
            raise ValueError("a code needs values")
        if self.kind == "amount" and not self.path.endswith("/amount"):
            raise ValueError("the path of an amount ends with /amount, its currency is put beside it")
        if self.pattern is not None:
            try:
                groups = re.compile(self.pattern).groups
            except re.error as error:
                raise ValueError(f"pattern: {error}") from error
            if groups != 1:
                raise ValueError("pattern marks exactly one group")
        return self


class SheetMapping(_Strict):
    """A mapping file, read and checked."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=30)]
    key: Annotated[list[str], Field(min_length=1)]
    tag: TagRule
    date: DateRule
    constants: dict[Annotated[str, Field(pattern=_PATH)], Any] = {}  # Any: whatever TOML can say
    field: Annotated[list[FieldRule], Field(min_length=1)]
    required: list[str] = []

    @property
    def columns(self) -> frozenset[str]:
        """Tell every column that a sheet must have."""
        tag = [self.tag.column] if self.tag.column else []
        return frozenset([*self.key, *self.required, *tag, self.date.column, *(rule.column for rule in self.field)])

    def column_of(self, path: str) -> str | None:
        """Tell which column a path of the release comes from, as far as one can be named."""
        path = path.strip("/")
        if path == "date":
            return self.date.column
        if path == "tag" or path.startswith("tag/"):
            return self.tag.column
        near = [rule.column for rule in self.field if (rule.path + "/").startswith(path + "/")]
        return near[0] if near and path else None

    @model_validator(mode="after")
    def _paths_agree(self) -> Self:
        trial: Json = {}
        for path in [*self.constants, *(rule.path for rule in self.field)]:
            try:
                put(trial, path, "")
            except (TypeError, ValueError, KeyError) as error:
                raise ValueError(f"path {path} does not agree with the others") from error
        return self


def read_mapping(path: Path) -> SheetMapping:
    """Read a mapping file.

    Raises:
        MappingError: it is no TOML, or a part is missing or wrong.
    """
    try:
        return SheetMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = (
            f"{'/'.join(map(str, fault['loc'])) or 'mapping'}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise MappingError(f"{path.name}: {'; '.join(faults)}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise MappingError(f"{path.name}: {error}") from error


def put(release: Json, path: str, value: object) -> None:
    """Put a value at a path like `tender/value/amount` or `parties/0/name`.

    Raises:
        TypeError, ValueError: something of another kind stands on the way.
    """
    *way, last = path.split("/")
    target: object = release
    for part, following in zip(way, [*way[1:], last], strict=True):
        target = _step(target, part, list if following.isdigit() else dict)
    if isinstance(target, list):
        _lengthen(target, last)
        target[int(last)] = value
    elif isinstance(target, dict):
        target[last] = value
    else:
        raise TypeError(path)


def _step(target: object, part: str, kind: type[list[object] | Json]) -> object:
    if isinstance(target, list):
        _lengthen(target, part)
        found = target[int(part)]
    elif isinstance(target, dict):
        found = target.setdefault(part, kind())
    else:
        raise TypeError(part)
    if not isinstance(found, kind):
        raise TypeError(part)
    return found


def _lengthen(target: list[object], part: str) -> None:
    if int(part) > _LARGEST_PLACE:
        raise ValueError(part)
    target.extend({} for _ in range(int(part) + 1 - len(target)))
