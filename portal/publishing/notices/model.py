"""Notice types as they are written in `data/`: read and checked whole before any of them is used."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from portal.procurement.process_rules import events
from portal.procurement.rules import Stage, Tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DATA = Path(__file__).parent.parent / "data"
LONGEST_LINE, LONGEST_PARAGRAPH, MOST_ROWS = 300, 10_000, 100
_STEP = r"[A-Za-z][A-Za-z0-9_]*(\[([a-z_]*|\*)\])?"
_PATH = re.compile(rf"/?(@[a-z_]+/)?{_STEP}(/{_STEP})*")
_PLACE = re.compile(r"\[([a-z_]+)\]")
Kind = Literal[
    "line", "paragraph", "rate", "amount", "count", "number", "percent", "day", "month", "year", "moment", "choice",
    "organisation", "region", "category", "part", "table",
]  # fmt: skip


class NoticeTypeError(Exception):
    """Raised when a file of notice types cannot be used; the message says which and why."""


class _Table(BaseModel):
    """A table of a file; a key that nobody reads is a slip of the pen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(_Table):
    """One code of a list: its names, and what a release gets for it."""

    name: str
    name_en: str
    ocds: str = ""


class Rule(_Table):
    """What must be filled together: `needs` all, `one_of` at least one; `when` narrows it to rows."""

    when: dict[str, str] = {}
    needs: list[str] = []
    one_of: list[str] = []


class FieldSpec(_Table):
    """One question of a notice, and where its answer stands in the release."""

    name: str = Field(pattern=r"^[a-z][a-z_]*$")
    label: str
    label_en: str
    hint: str = ""
    hint_en: str = ""
    kind: Kind
    path: list[str]
    name_path: str = ""
    sets: dict[str, str] = {}
    gone: dict[str, str | int] = {}
    required: bool | Literal["public"] = False
    max_length: int = 0
    english: bool = False
    codelist: str = ""
    unit: Literal["yuan", "wan"] = "yuan"
    end: bool = False
    past: bool = False
    after: str = ""
    at_most: str = ""
    needs: list[str] = []
    event: str = ""
    roles: list[str] = []
    of: Literal["", "awards", "contracts"] = ""
    locked: bool = False
    carried: bool = True
    columns: list[FieldSpec] = []
    rules: list[Rule] = []
    row_id: str = "{n}"
    row_sets: dict[str, str] = {}
    row_status: str = ""

    @field_validator("path", mode="before")
    @classmethod
    def _as_list(cls, raw: object) -> object:
        return [raw] if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if self.event and (self.event not in events() or self.kind not in {"day", "moment"}):
            raise ValueError(f"{self.name}: {self.event} is no event of process_events.csv, or the field is no day")
        if (self.kind == "table") != bool(self.columns):
            raise ValueError(f"{self.name}: a table, and nothing else, has columns")
        if (self.kind == "choice") != bool(self.codelist):
            raise ValueError(f"{self.name}: a choice, and nothing else, has a codelist")
        if (self.kind == "organisation") != bool(self.roles) or (self.kind == "part") != bool(self.of):
            raise ValueError(f"{self.name}: an organisation has roles, a part says of what")
        for path in [*self.path, *self.sets, *self.gone, *filter(None, [self.name_path])]:
            if not _PATH.fullmatch(path):
                raise ValueError(f"{self.name}: {path!r} is no path")
        return self

    @property
    def longest(self) -> int:
        """Tell how many characters a text may have."""
        return self.max_length or (LONGEST_PARAGRAPH if self.kind == "paragraph" else LONGEST_LINE)


class StepSpec(_Table):
    """A page of a form: a few questions, or one table."""

    title: str
    title_en: str
    fields: list[FieldSpec] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_a_table_alone(self) -> Self:
        if len(self.fields) > 1 and any(field.kind == "table" for field in self.fields):
            raise ValueError(f"{self.title}: a table has a step of its own")
        return self

    @property
    def table(self) -> FieldSpec | None:
        """Give its table, if it is one."""
        return self.fields[0] if self.fields[0].kind == "table" else None


class Part(_Table):
    """How an object in a list of the release is named: an id, or the value of a field."""

    id: str = ""
    field: str = ""
    default: str = ""

    @property
    def is_new(self) -> bool:
        """Tell whether each notice has one of its own."""
        return "{number}" in self.id


class Tags(_Table):
    """What kind of publication a notice is, when it begins or continues a purchase, and when it corrects one."""

    new: list[Tag] = Field(min_length=1)
    continuing: list[Tag] = []
    correction: list[Tag] = Field(min_length=1)


class NoticeType(_Table):
    """A kind of notice that the law asks for."""

    code: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=30)
    name: str
    name_en: str
    about: str
    about_en: str
    law: str
    law_en: str
    stage: Stage
    begins: bool
    follows: list[str]
    tags: Tags
    amends: str
    documents: str
    document_type: str
    publishes: str = ""
    sets: dict[str, str] = {}
    parts: dict[str, Part] = {}
    steps: list[StepSpec] = Field(min_length=1)
    rules: list[Rule] = []

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        names = [field.name for field in self.fields]
        if self.publishes and self.publishes not in events():
            raise ValueError(f"{self.publishes} is no event of process_events.csv")
        if len(set(names)) != len(names):
            raise ValueError("two fields have one name")
        for path in self.paths():
            if missing := set(_PLACE.findall(path)) - set(self.parts):
                raise ValueError(f"{path}: no part is called {', '.join(missing)}")
        for field in self.fields:
            named = {*field.needs, *filter(None, [field.after, field.at_most])}
            if missing := named - set(names):
                raise ValueError(f"{field.name}: no field is called {', '.join(missing)}")
        return self

    @property
    def fields(self) -> list[FieldSpec]:
        """List its questions in their order."""
        return [field for step in self.steps for field in step.fields]

    def field(self, name: str) -> FieldSpec:
        """Give a question by its name."""
        return next(field for field in self.fields if field.name == name)

    def paths(self) -> Iterator[str]:
        """Go through every place that it writes to."""
        yield from (self.amends, self.documents, *self.sets)
        for field in self.fields:
            for one in (field, *field.columns):
                yield from (*one.path, *one.sets, *one.gone, *filter(None, [one.name_path]))


@cache
def notice_types() -> Mapping[str, NoticeType]:
    """Read every notice type, by code, in the order of a purchase.

    Raises:
        NoticeTypeError: a file is no TOML, or not as the guide says.
    """
    shared = _read(DATA / "steps.toml")
    found = [_notice_type(path, shared) for path in sorted((DATA / "notice_types").glob("*.toml"))]
    types = {one.code: one for one in found}
    for one in found:
        if missing := set(one.follows) - set(types):
            message = f"{one.code}: follows {', '.join(missing)}, which is no notice type"
            raise NoticeTypeError(message)
        for field in one.fields:
            for single in (field, *field.columns):
                if single.codelist and single.codelist not in codelists():
                    message = f"{one.code}: there is no codelist {single.codelist}"
                    raise NoticeTypeError(message)
    return types


@cache
def codelists() -> Mapping[str, Mapping[str, Choice]]:
    """Read the lists to choose from."""
    raw = _read(DATA / "codelists.toml")
    return {name: {code: Choice(**said) for code, said in codes.items()} for name, codes in raw.items()}


def _read(path: Path) -> dict[str, Any]:  # TOML holds anything
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        message = f"{path.name}: {error}"
        raise NoticeTypeError(message) from error


def _notice_type(path: Path, shared: dict[str, Any]) -> NoticeType:
    raw = _read(path)
    try:
        steps = [shared[step["use"]] if "use" in step else step for step in raw["steps"]]
        for step in steps:
            step["fields"] = [twin for field in step["fields"] for twin in _twins(field)]
        return NoticeType.model_validate(raw | {"steps": steps})
    except (ValidationError, KeyError) as error:
        message = f"{path.name}: {error}"
        raise NoticeTypeError(message) from error


def _twins(field: dict[str, Any]) -> list[dict[str, Any]]:
    """Give a text its English twin, which stands under the name of the field with `_en`."""
    if not field.get("english") or field["name"].endswith("_en"):
        return [field]
    paths = [field["path"]] if isinstance(field["path"], str) else field["path"]
    twin = {
        "name": f"{field['name']}_en", "label": f"{field['label']}（英文）",
        "label_en": f"{field['label_en']} (English)",
        "kind": field["kind"], "max_length": field.get("max_length", 0), "path": [f"{path}_en" for path in paths],
        "carried": field.get("carried", True),
    }  # fmt: skip
    return [{**field, "english": False}, twin]
