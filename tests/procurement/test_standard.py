"""Our typed models refuse whatever the schemas of the standard and its extensions refuse, at every field."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from portal.kernel.errors import Reason
from portal.procurement.repairs import repair
from portal.procurement.standard import OTHER_FAULT, faults_of
from tests.factories.procurement import make_release
from tests.ocds_schemas import RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.procurement.rules import Json
    from tests.ocds_schemas import Schema, Standard

PROBES: tuple[object, ...] = (
    None, "", "x", "CNY", "2026-01-01T00:00:00Z", "2026-01-01", 0, -1, 1.5, True, [], [1], [None], ["x"], ["x", "x"],
    [{}], [{"id": "1"}, {"id": "1"}], [{"id": 1}], [{"id": None}], {}, {"id": "1"}, {"id": 1}, {"name": "x"}, {"x": 1},
    {"amount": "1"}, {"startDate": "2026"},
)  # fmt: skip
RIGHT = "2026-01-01T00:00:00Z"


def _probed(standard: Standard) -> Iterator[tuple[str, Json, object]]:
    """Go through every field of the patched schema, each once by its definition, with every probe put there."""
    schema = standard.patched(standard.all_extensions)[RELEASE]
    waiting: list[tuple[str, Schema]] = [("", schema)]
    seen: set[str] = set()
    while waiting:
        path, one = waiting.pop()
        for name, field in _fields(one):
            here = f"{path}/{name}" if path else name
            yield from ((here, _with(schema, here, probe), probe) for probe in PROBES)
            for meant, key in _objects(field, schema):
                if key not in seen:
                    seen.add(key)
                    waiting.append((here, meant))


def _fields(schema: Schema) -> Iterator[tuple[str, Schema]]:
    yield from schema.get("properties", {}).items()
    for sign, field in schema.get("patternProperties", {}).items():
        yield f"{sign.lstrip('^(').split('_')[0]}_en", field


def _objects(field: Schema, root: Schema) -> Iterator[tuple[Schema, str]]:
    """Give the objects that a field may hold, alone or in a list, each with what it is known by."""
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[-1]
        yield from ((one, name) for one, _ in _objects(root["definitions"][name], root))
    elif "properties" in field or "patternProperties" in field:
        yield field, str(sorted([*field.get("properties", {}), field.get("title", "")]))
    elif isinstance(field.get("items"), dict):
        yield from _objects(field["items"], root)


def _with(schema: Schema, path: str, probe: object) -> Json:
    """Make a release that is right but for the probe at a path."""
    release = copy.deepcopy(make_release())
    target: Any = release
    at = schema
    *above, last = path.split("/")
    for name in above:
        field = dict(_fields(at))[name]
        at = next(one for one, _ in _objects(field, schema))
        known = target.get(name)
        found = known[0] if isinstance(known, list) and known else known
        found = found if isinstance(found, dict) else _minimal(at, schema)
        target[name] = [found] if _is_list(field, schema) else found
        target = found
    target[last] = copy.deepcopy(probe)
    return release


def _is_list(field: Schema, root: Schema) -> bool:
    found = root["definitions"][field["$ref"].rsplit("/", 1)[-1]] if "$ref" in field else field
    return "items" in found


def _minimal(schema: Schema, root: Schema) -> Json:
    made: Json = {}
    for name in schema.get("required", ()):
        field = schema["properties"][name]
        kinds = field.get("type", [])
        made[name] = 1 if "number" in kinds else RIGHT if field.get("format") else "1"
    return made


def test_what_the_schemas_refuse_is_refused(ocds_standard: Standard) -> None:
    passed = [
        (path, probe, wrong[0])
        for path, release, probe in _probed(ocds_standard)
        if not faults_of(release) and (wrong := ocds_standard.faults_of_release(release))
    ]

    assert passed == []


def test_what_is_repaired_agrees_with_the_schemas_or_is_refused(ocds_standard: Standard) -> None:
    passed = [
        (path, probe, wrong[0])
        for path, release, probe in _probed(ocds_standard)
        if not faults_of(repaired := repair(release)[0]) and (wrong := ocds_standard.faults_of_release(repaired))
    ]

    assert passed == []


def test_every_refusal_has_a_reason_that_can_be_told_in_chinese(ocds_standard: Standard) -> None:
    reasons = {
        (path, reason) for _, release, _ in _probed(ocds_standard) for path, reason in faults_of(release)
    }  # fmt: skip

    assert {(path, str(reason)) for path, reason in reasons if not isinstance(reason, Reason)} == set()
    assert {(path, str(reason)) for path, reason in reasons if reason.message == OTHER_FAULT} == set()


def test_a_release_that_uses_every_field_of_the_extensions_rightly_is_right(ocds_standard: Standard) -> None:
    full = whole_release()

    assert ocds_standard.faults_of_release(full) == []
    assert faults_of(full) == []


def whole_release() -> Json:
    """Make a release with something of every extension."""
    value, period = {"amount": 1.5, "currency": "CNY"}, {"startDate": RIGHT, "endDate": RIGHT}
    metric = {
        "id": "m", "title": "满意度", "title_en": "Satisfaction",
        "observations": [{
            "id": "o", "measure": 92.5, "unit": {"name": "分"}, "dimensions": {"区": "中原区"}, "period": period,
            "notes": "抽样", "relatedImplementationMilestone": {"id": "1", "title": "验收"},
        }],
    }  # fmt: skip
    criteria = {"criteria": [{"type": "price", "numbers": [{"number": 0.3, "weight": "decimalExact"}]}]}
    return make_release(
        title="一", description="二", statistics=[{"id": "1", "scope": "complaints", "value": 3}],
        bids={
            "statistics": [{"id": "1", "measure": "bids", "value": 3, "relatedLot": "1", "currency": None}],
            "details": [{"id": "1", "date": RIGHT, "status": "valid", "value": value, "relatedLots": ["1"]}],
        },
        planning={
            "budget": {"budgetBreakdown": [{"id": 1, "amount": value, "period": period, "sourceParty": {"id": "b"}}]},
            "forecasts": [metric],
        },
        tender={
            "id": "1", "targets": [metric], "lotDetails": {"maximumLotsBidPerSupplier": 2},
            "lots": [{"id": "1", "status": "active", "value": value, "awardCriteria": criteria}],
            "lotGroups": [{"id": "g", "relatedLots": ["1"], "optionToCombine": True, "maximumValue": value}],
            "enquiries": [{"id": "1", "author": {"id": "b"}, "answer": "是", "dateAnswered": RIGHT, "threadID": "1"}],
            "participationFees": [{"id": "1", "type": ["document"], "value": value, "methodOfPayment": ["card"]}],
            "hasSustainability": True, "sustainability": [{"goal": "social", "strategies": ["awardCriteria"]}],
            "items": [{"id": "1", "relatedLot": "1"}], "documents": [{"id": "1", "relatedLots": ["1"]}],
        },
        awards=[{"id": "1", "relatedBid": "1", "relatedLots": ["1"], "agreedMetrics": [metric]}],
        contracts=[{
            "id": "1", "awardID": "1", "agreedMetrics": [metric],
            "implementation": {
                "endDate": RIGHT, "endDateDetails": "按期", "finalValue": value, "metrics": [metric],
                "performanceFailures": [{"id": "1", "events": 2, "penaltyPaid": False, "period": period}],
            },
        }],
        parties=[{
            "id": "b", "name": "局", "name_en": "Bureau", "address": {"regionCode": "410100"},
            "details": {"scale": "small", "classifications": [{"scheme": "x", "id": "1"}]},
        }],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("bids/details/0/value/amount", "much", "is no number"),
        ("tender/lots/0/title", 5, "is no text"),
        ("contracts/0/implementation/metrics/0/observations/0/dimensions/区", 7, "is no text"),
        ("parties/0/address/regionCode", 410100, "is no text"),
        ("tender/title_en", 5, "is no text"),
        ("parties/0/details/scale", "huge", "'huge' is none of micro, sme, small, medium, large, selfEmployed"),
    ],
)
def test_a_wrong_field_of_an_extension_is_refused_with_its_path(path: str, value: object, reason: str) -> None:
    release: Any = json.loads(json.dumps(whole_release()))
    *above, last = path.split("/")
    target = release
    for name in above:
        target = target[int(name)] if name.isdigit() else target[name]
    target[last] = value

    assert [(where, str(why)) for where, why in faults_of(release)] == [(path, reason)]


def test_wrong_fields_of_extensions_are_repaired_where_nothing_is_lost() -> None:
    release = make_release(
        bids={"details": [{"id": 7}], "statistics": [{"id": 1, "measure": "bids", "value": 3}]},
        tender={"id": "1", "lots": [{"id": 1}], "items": [{"id": 1, "relatedLot": 1}], "lotGroups": None},
        parties=[{"id": "b", "name": "局"}, {"id": "b", "name": "局"}],
    )

    repaired, made = repair(release, "/releases/0")

    assert faults_of(repaired) == []
    assert repaired["parties"] == [{"id": "b", "name": "局"}]
    assert [(one.name, one.path) for one in made if not one.name.startswith("no-")] == [
        ("number-as-identifier", "/releases/0/bids/details/0/id"),
        ("number-as-identifier", "/releases/0/bids/statistics/0/id"),
        ("number-as-identifier", "/releases/0/tender/lots/0/id"),
        ("number-as-identifier", "/releases/0/tender/items/0/relatedLot"),
        ("null-object", "/releases/0/tender/lotGroups"),
        ("same-twice", "/releases/0/parties/1"),
    ]
