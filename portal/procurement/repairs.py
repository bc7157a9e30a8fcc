"""The listed repairs that imported releases get; each one made is reported.

What stands in no row of `REPAIRS` is not repaired but refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.kernel.text import N_
from portal.procurement.field_kinds import stands_twice, written
from portal.procurement.merging import WHOLE_LISTS
from portal.procurement.rules import InitiationType
from portal.procurement.values import children

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.procurement.rules import Json

# Name of a repair: what is wrong, and what is done about it.
REPAIRS: Mapping[str, str] = {
    "date-without-time": N_("a moment is only a day; it becomes midnight UTC, for the publisher's clock is not known"),
    "moment-without-zone": N_("a moment has no time zone; it is taken as UTC"),
    "moment-with-a-space": N_("a moment has a space for its T"),
    "number-in-an-object": N_('a number is written as an object such as {"$numberLong": "1"}'),
    "number-as-identifier": N_("an identifier that has to be a text is a number; it becomes a text"),
    "text-for-a-list": N_("the tag is a text; it becomes a list of one"),
    "empty": N_("a text, list or object has nothing in it; the field is left out"),
    "null-object": N_("an object or list is null, which only plain values can be; the field is left out"),
    "same-twice": N_("the same entry stands twice in a list; it is left once"),
    "no-initiation-type": N_("`initiationType` is missing; it becomes tender, the only value there is"),
    "no-contract-award": N_("a contract names no award and the release has exactly one; it is that one"),
}
MOMENTS = frozenset({
    "date", "startDate", "endDate", "maxExtentDate", "dateSigned", "datePublished", "dateModified", "dueDate",
    "dateMet", "dateAnswered",
})  # fmt: skip
# Fields that hold an object or a list wherever OCDS has them, so that null is no value of theirs.
OBJECTS = frozenset({
    "parties", "buyer", "planning", "tender", "awards", "contracts", "relatedProcesses", "budget", "documents",
    "milestones", "procuringEntity", "items", "value", "minValue", "tenderPeriod", "enquiryPeriod", "awardPeriod",
    "contractPeriod", "period", "tenderers", "amendments", "amendment", "suppliers", "implementation", "transactions",
    "payer", "payee", "address", "contactPoint", "additionalIdentifiers", "classification", "unit",
    "additionalClassifications", "bids", "lots", "lotDetails", "lotGroups", "participationFees", "sustainability",
    "budgetBreakdown", "forecasts", "targets", "agreedMetrics", "metrics", "performanceFailures", "finalValue",
    "statistics", "observations", "classifications", "sourceParty", "author", "maximumValue",
})  # fmt: skip
# Lists in which nothing may stand twice, and those of things whose identifier has to be a text.
DISTINCT = frozenset({
    "parties", "awards", "contracts", "relatedProcesses", "items", "tenderers", "suppliers", "documents",
    "transactions", "milestones", "additionalIdentifiers", "additionalClassifications", "enquiries",
    "participationFees", "sustainability", "budgetBreakdown", "forecasts", "targets", "agreedMetrics", "metrics",
    "observations", "performanceFailures", "classifications", "statistics", "methodOfPayment", "strategies",
    "criteria", "numbers",
})  # fmt: skip
NAMED_BY_TEXT = frozenset({
    "parties", "lots", "lotGroups", "statistics", "enquiries", "participationFees", "forecasts", "targets",
    "agreedMetrics", "metrics", "observations", "performanceFailures", "amendments",
})  # fmt: skip
REFERENCES = frozenset({"relatedLot", "relatedLots", "relatedBid", "relatedItem", "threadID"})
NEVER_EMPTY = frozenset({"classifications", "sustainability", "criteria"})
NUMBER_OBJECTS = frozenset({"$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"})
_KEPT_EMPTY = (
    frozenset(path.rsplit("/", 1)[-1] for path in WHOLE_LISTS) - NEVER_EMPTY
)  # an empty one takes the list away
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})([T ])(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)([Zz]|[+-]\d{2}:\d{2})?")
_NOTHING: tuple[object, ...] = ("", [], {})


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


def repair(release: Json, place: str = "") -> tuple[Json, list[Repair]]:
    """Repair a release as the table says; the original is left as it is.

    Args:
        release: as parsed from JSON, of a bounded depth.
        place: path of the release in its file, for the report.
    """
    made: list[Repair] = []
    repaired = _repair_object(release, place, made)
    if repaired.get("initiationType") is None:
        made.append(Repair("no-initiation-type", f"{place}/initiationType", None, "tender"))
        repaired["initiationType"] = InitiationType.TENDER.value
    if isinstance(repaired.get("tag"), str):
        made.append(Repair("text-for-a-list", f"{place}/tag", repaired["tag"], [repaired["tag"]]))
        repaired["tag"] = [repaired["tag"]]
    if "id" in repaired:
        repaired["id"] = _as_text(repaired["id"], f"{place}/id", made)
    _name_awards(repaired, place, made)
    return repaired, made


def _repair_object(value: Json, path: str, made: list[Repair]) -> Json:
    repaired: Json = {}
    for name, item in value.items():
        here = f"{path}/{name}"
        if item in _NOTHING and not (item == [] and name in _KEPT_EMPTY):
            made.append(Repair("empty", here, item, None))
        elif item is None and name in OBJECTS:
            made.append(Repair("null-object", here, None, None))
        else:
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
        return _repair_list(item, name, path, made)
    if name in MOMENTS and isinstance(item, str):
        return _repair_moment(item, path, made)
    return _as_text(item, path, made) if name in REFERENCES else item


def _repair_list(items: list[object], name: str, path: str, made: list[Repair]) -> list[object]:
    kept: list[object] = []
    for at, one in enumerate(items):
        if one in _NOTHING:
            made.append(Repair("empty", f"{path}/{at}", one, None))
        else:
            kept.append(_repair_value(one, name, f"{path}/{at}", made))
    if name in NAMED_BY_TEXT or path.endswith("bids/details"):
        for at, one in enumerate(kept):
            if isinstance(one, dict) and "id" in one:
                one["id"] = _as_text(one["id"], f"{path}/{at}/id", made)
    return _without_twins(kept, path, made) if name in DISTINCT and stands_twice(kept) else kept


def _without_twins(items: list[object], path: str, made: list[Repair]) -> list[object]:
    kept: dict[str, object] = {}
    for at, one in enumerate(items):
        if kept.setdefault(written(one), one) is not one:
            made.append(Repair("same-twice", f"{path}/{at}", one, None))
    return list(kept.values())


def _as_text(item: object, path: str, made: list[Repair]) -> object:
    """Write a number as the text that an identifier has to be."""
    if not isinstance(item, int) or isinstance(item, bool):
        return item
    made.append(Repair("number-as-identifier", path, item, str(item)))
    return str(item)


def _repair_moment(text: str, path: str, made: list[Repair]) -> str:
    if _DAY.fullmatch(text):
        made.append(Repair("date-without-time", path, text, f"{text}T00:00:00Z"))
        return f"{text}T00:00:00Z"
    found = _MOMENT.fullmatch(text)
    if found is None:
        return text
    day, between, time, zone = found.groups()
    written = f"{day}T{time if time.count(':') == 2 else f'{time}:00'}{zone or 'Z'}"  # noqa: PLR2004 - h:m:s
    if zone is None:
        made.append(Repair("moment-without-zone", path, text, written))
    elif between == " ":
        made.append(Repair("moment-with-a-space", path, text, written))
    return written if zone is None or between == " " else text


def _number_in(item: Json) -> int | float | None:
    if len(item) != 1:
        return None
    name, raw = next(iter(item.items()))
    if name not in NUMBER_OBJECTS:
        return None
    try:
        return int(str(raw))
    except ValueError:
        pass
    try:
        return float(str(raw))
    except ValueError:
        return None


def _name_awards(release: Json, place: str, made: list[Repair]) -> None:
    awards = children(release, "awards")
    if len(awards) != 1 or awards[0].get("id") is None:
        return
    for at, contract in enumerate(children(release, "contracts")):
        if contract.get("awardID") is None:
            contract["awardID"] = awards[0]["id"]
            made.append(Repair("no-contract-award", f"{place}/contracts/{at}/awardID", None, awards[0]["id"]))
