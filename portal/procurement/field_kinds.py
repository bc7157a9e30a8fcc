"""The kinds of values that fields of OCDS 1.1.5 have: texts, identifiers, numbers, moments, codes, lists.

What does not fit raises a `ValueError` with the `Reason`, which can be told in every language.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StrictStr,
    model_validator,
)

from portal.kernel.errors import Reason
from portal.kernel.text import N_
from portal.procurement import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

ABSENT: Any = None  # a field may be left out but is never null, which a type cannot say
LONGEST_OCID, LONGEST_ID = 100, 99
FIRST_YEAR, LAST_YEAR = 1900, 2200
LONGEST_SHOWN = 40
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_NO_OCID = re.compile(r"#|\\|//|^[\s/.]|[\s/]$|/\.")


class TranslationError(ValueError):
    """Raised when a text in another language is none; it names its field, for pydantic tells of the whole part."""

    def __init__(self, field: str) -> None:
        """Say which field."""
        super().__init__(Reason(N_("is no text")))
        self.field = field


def _moment(text: str) -> str:
    """Refuse what is no RFC 3339 date-time with an offset, or no moment that can be told in UTC."""
    if not _RFC_3339.fullmatch(text):
        raise ValueError(Reason(N_("is no date and time with a time zone (RFC 3339)")))
    try:
        datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(Reason(N_("is no date of the calendar"))) from error
    return text


def _published(text: str) -> str:
    """Refuse a day of publication that no publication has."""
    if not FIRST_YEAR <= int(_moment(text)[:4]) <= LAST_YEAR:
        raise ValueError(Reason(N_("is not between %(first)s and %(last)s"), first=FIRST_YEAR, last=LAST_YEAR))
    return text


def _identifier(value: object) -> object:
    """Refuse an identifier that is neither a whole number nor a text with something in it."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(Reason(N_("is neither a text nor a whole number")))  # noqa: TRY004 - pydantic takes no other
    if value == "":
        raise ValueError(Reason(N_("is empty")))
    return value


def _short_identifier(value: object) -> object:
    """Refuse an identifier that has no room in a column."""
    if len(str(_identifier(value))) > LONGEST_ID:
        raise ValueError(Reason(N_("is longer than %(most)s characters"), most=LONGEST_ID))
    return value


def _ocid(text: str) -> str:
    """Refuse an ocid that could not stand in an address or before the `#` of a contract."""
    if not text:
        raise ValueError(Reason(N_("is empty")))
    if len(text) > LONGEST_OCID:
        raise ValueError(Reason(N_("is longer than %(most)s characters"), most=LONGEST_OCID))
    if _NO_OCID.search(text):
        raise ValueError(Reason(N_("has a sign that an ocid cannot have")))
    return text


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(Reason(N_("is no number")))  # noqa: TRY004 - as above
    return value


def _measure(value: object) -> object:
    """Refuse what is neither a number nor a text with something in it."""
    if value == "":
        raise ValueError(Reason(N_("is empty")))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(Reason(N_("is neither a text nor a number")))  # noqa: TRY004 - as above
    return value


def _former_value(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(Reason(N_("is neither a text nor a number")))  # noqa: TRY004 - as above
    return value


@cache
def _currencies() -> frozenset[str]:
    lines = (Path(__file__).parent / "data" / "currencies.txt").read_text("utf-8").splitlines()
    return frozenset(code for line in lines if not line.startswith("#") for code in line.split())


def _currency(text: str) -> str:
    if text not in _currencies():
        raise ValueError(Reason(N_("is no currency code (ISO 4217)")))
    return text


def _filled(text: str) -> str:
    if not text:
        raise ValueError(Reason(N_("is empty")))
    return text


def one_of(codes: Collection[str]) -> Callable[[str], str]:
    """Make the check of a closed codelist."""

    def check(text: str) -> str:
        if text not in list(codes):
            shown = repr(text[:LONGEST_SHOWN])
            raise ValueError(Reason(N_("%(value)s is none of %(codes)s"), value=shown, codes=", ".join(codes)))
        return text

    return check


def _distinct(items: object) -> object:
    """Refuse a list in which the same thing stands twice."""
    if isinstance(items, list) and stands_twice(items):
        raise ValueError(Reason(N_("has the same entry twice")))
    return items


def stands_twice(items: list[Any]) -> bool:
    """Tell whether something stands twice in a list; things with identifiers of their own do not."""
    if len(items) < 2:  # noqa: PLR2004 - a pair
        return False
    ids = {one["id"] for one in items if isinstance(one, dict) and isinstance(one.get("id"), str | int)}
    return len(ids) < len(items) and len({written(one) for one in items}) < len(items)


def written(value: object) -> str:
    """Write a value in one way, so that equal ones are equal."""
    return json.dumps(value, sort_keys=True, default=str)


Text = StrictStr | None
RequiredText = Annotated[StrictStr, AfterValidator(_filled)]
FilledText = RequiredText | None
Identifier = Annotated[str | int, PlainValidator(_identifier)]
ShortIdentifier = Annotated[str | int, PlainValidator(_short_identifier)]
TextIdentifier = RequiredText
RequiredNumber = Annotated[float, PlainValidator(_number)]
Number = RequiredNumber | None
Measure = Annotated[str | float, PlainValidator(_measure)] | None
FormerValue = Annotated[object, PlainValidator(_former_value)]
Moment = Annotated[StrictStr, AfterValidator(_moment)] | None
Currency = Annotated[StrictStr, AfterValidator(_currency)] | None
Url = Text
Tag = Annotated[StrictStr, AfterValidator(one_of(rules.Tag))]
Published = Annotated[StrictStr, AfterValidator(_published)]
Ocid = Annotated[StrictStr, AfterValidator(_ocid)]
ReleaseIdentifier = Annotated[StrictStr, AfterValidator(_short_identifier)]
Distinct = BeforeValidator(_distinct)
Some = Field(min_length=1)


class Part(BaseModel):
    """Anything in a release; unknown fields are kept. Texts in `translated` may come in more languages (`title_en`)."""

    model_config = ConfigDict(extra="allow", strict=True)
    translated: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _has_texts_for_translations(self) -> Self:
        for name, value in (self.__pydantic_extra__ or {}).items():
            base, _, language = name.partition("_")
            is_translation = base in self.translated and _LANGUAGE.fullmatch(language)
            if is_translation and value is not None and not isinstance(value, str):
                raise TranslationError(name)
        return self


class FilledPart(Part):
    """A part that must have something in it."""

    @model_validator(mode="before")
    @classmethod
    def _has_something(cls, said: object) -> object:
        if said == {}:
            raise ValueError(Reason(N_("is empty")))
        return said
