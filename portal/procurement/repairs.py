"""The listed repairs that imported releases get; each one made is reported.

| name | what is wrong | what is done |
|---|---|---|
| `date-without-time` | a moment is only a day | midnight in the publisher's country is not known: midnight UTC |
| `moment-without-zone` | a moment has no time zone | UTC |
| `number-in-an-object` | `{"$numberLong": "1"}` | the number |
| `empty` | a text of nothing | the field is left out (null stays: it takes a field away in a merge) |
| `no-initiation-type` | `initiationType` is missing | `tender`, the only value there is |
| `no-contract-award` | a contract names no award and the release has exactly one | that award |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.procurement.rules import Json

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ZONELESS = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?")
MOMENTS = frozenset(
    {
        "date",
        "startDate",
        "endDate",
        "maxExtentDate",
        "dateSigned",
        "datePublished",
        "dateModified",
        "dueDate",
        "dateMet",
        "publishedDate",
    }
)
NUMBER_OBJECTS = ("$numberLong", "$numberInt", "$numberDouble", "$numberDecimal")


@dataclass(frozen=True)
class Repair:
    """One repair: its name in the table, the path, what stood there and what stands there now."""

    name: str
    path: str
    before: object
    after: object

    def __str__(self) -> str:
        """Write it for a terminal."""
        return f"{self.path}: {self.name}: {self.before!r} -> {self.after!r}"


def repair(release: Json) -> tuple[Json, list[Repair]]:
    """Repair a release as the table says; the original is left as it is."""
    made: list[Repair] = []
    repaired = _repair_object(release, "", made)
    if "initiationType" not in repaired:
        repaired["initiationType"] = "tender"
        made.append(Repair("no-initiation-type", "/initiationType", None, "tender"))
    _name_awards(repaired, made)
    return repaired, made


def _repair_object(value: Json, path: str, made: list[Repair]) -> Json:
    repaired: Json = {}
    for name, item in value.items():
        here = f"{path}/{name}"
        if item == "":
            made.append(Repair("empty", here, item, None))
            continue
        repaired[name] = _repair_value(item, name, here, made)
    return repaired


def _repair_value(item: object, name: str, path: str, made: list[Repair]) -> object:
    if isinstance(item, dict):
        number = _number_in(item)
        if number is None:
            return _repair_object(item, path, made)
        made.append(Repair("number-in-an-object", path, item, number))
        return number
    if isinstance(item, list):
        return [_repair_value(one, name, f"{path}/{at}", made) for at, one in enumerate(item) if one != ""]
    if name in MOMENTS and isinstance(item, str):
        return _repair_moment(item, path, made)
    return item


def _repair_moment(text: str, path: str, made: list[Repair]) -> str:
    if _DAY.fullmatch(text):
        made.append(Repair("date-without-time", path, text, f"{text}T00:00:00Z"))
        return f"{text}T00:00:00Z"
    if _ZONELESS.fullmatch(text):
        made.append(Repair("moment-without-zone", path, text, f"{text}Z"))
        return f"{text}Z"
    return text


def _number_in(item: Json) -> int | float | None:
    if len(item) != 1:
        return None
    name, raw = next(iter(item.items()))
    if name not in NUMBER_OBJECTS:
        return None
    try:
        number = float(str(raw))
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


def _name_awards(release: Json, made: list[Repair]) -> None:
    awards, contracts = release.get("awards"), release.get("contracts")
    if not isinstance(awards, list) or len(awards) != 1 or not isinstance(contracts, list):
        return
    award_id = awards[0].get("id") if isinstance(awards[0], dict) else None
    for at, contract in enumerate(contracts):
        if isinstance(contract, dict) and "awardID" not in contract and award_id is not None:
            contract["awardID"] = award_id
            made.append(Repair("no-contract-award", f"/contracts/{at}/awardID", None, award_id))
