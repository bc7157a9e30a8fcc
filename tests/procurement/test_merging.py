"""Compiling agrees with the reference implementation `ocdsmerge` (an oracle for tests only)."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ocdsmerge import Merger
from sqlalchemy import select

from portal.procurement.merging import compile_releases, compiled_states, differences
from portal.procurement.models import Process
from portal.procurement.queries import releases_of
from portal.storage.database import db
from tests.factories.procurement import OCID, make_chain, make_release

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from portal.procurement.rules import Json

TEXT = {"type": ["string", "null"]}
ITEM: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "string"}, "description": TEXT}}
TEXTS = {"type": "array", "items": {"type": "string"}}
WHOLE = {"type": "array", "items": ITEM, "wholeListMerge": True}
SCHEMA = {
    "properties": {
        "ocid": {"type": "string"},
        "id": {"type": "string", "omitWhenMerged": True},
        "date": {"type": "string", "omitWhenMerged": True},
        "tag": {"type": "array", "items": {"type": "string"}, "omitWhenMerged": True},
        "parties": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "roles": TEXTS, "additionalIdentifiers": WHOLE},
            },
        },
        "tender": {
            "type": "object",
            "properties": {
                "title": TEXT,
                "submissionMethod": TEXTS,
                "items": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {**ITEM["properties"], "additionalClassifications": WHOLE},
                    },
                },
            },
        },
    }
}  # fmt: skip

words = st.sampled_from(["甲", "乙", "丙"])
parts = st.fixed_dictionaries({"id": st.sampled_from(["1", "2"])}, optional={"description": words | st.none()})
classes = st.lists(parts, max_size=2, unique_by=lambda part: part["id"])
items = st.fixed_dictionaries(
    {"id": st.sampled_from(["1", "2"])},
    optional={"description": words | st.none(), "additionalClassifications": classes},
)
tenders = st.fixed_dictionaries(
    {},
    optional={
        "title": words | st.none(),
        "value": st.fixed_dictionaries({}, optional={"amount": st.integers(0, 9), "currency": words}),
        "submissionMethod": st.lists(words, max_size=2),
        "items": st.lists(items, min_size=1, max_size=2, unique_by=lambda item: item["id"]),
    },
)  # fmt: skip
parties = st.fixed_dictionaries(
    {"id": st.sampled_from(["P1", "P2"])}, optional={"name": words, "roles": st.lists(words, min_size=1, max_size=2)}
)
some_parties = st.lists(parties, min_size=1, max_size=2, unique_by=lambda party: party["id"])
chains = st.lists(
    st.fixed_dictionaries(
        {"tender": tenders},
        optional={"parties": some_parties},
    ),
    min_size=1,
    max_size=4,
)


def oracle(releases: list[Json], schema: Json) -> Json:
    compiled: Json = Merger(schema).create_compiled_release(deepcopy(releases))
    return compiled


def without_empty(value: object) -> object:
    """Leave out objects with nothing in them, which flattening in the oracle cannot tell from none."""
    if isinstance(value, dict):
        made = {name: without_empty(item) for name, item in value.items()}
        return {name: item for name, item in made.items() if item not in ({}, None)}
    return [without_empty(item) for item in value] if isinstance(value, list) else value


@settings(deadline=None)
@given(chains)
def test_any_chain_is_compiled_as_the_oracle_does(said: list[Json]) -> None:
    releases = [make_release(day=f"2026-03-{day:02}", **one) for day, one in enumerate(said, start=1)]

    assert without_empty(compile_releases(releases)) == without_empty(oracle(releases, SCHEMA))


@pytest.mark.timeout(300)
def test_real_releases_are_compiled_as_the_oracle_does(app: Flask, shared_data: Path) -> None:
    schema = json.loads((shared_data / "ocds/schema/1__1__5/release-schema.json").read_text())
    folders = [str(shared_data / "ocds" / name) for name in ("portugal", "paraguay", "portland", "sample-data")]
    app.test_cli_runner().invoke(args=["portal", "import", "ocds", *folders, "--by", "张三"])

    processes = db.session.scalars(select(Process)).all()

    assert len(processes) > 10
    for process in processes:
        releases = [release.body for release in releases_of(process.ocid)]
        assert without_empty(process.compiled) == without_empty(oracle(releases, schema)), process.ocid


def test_objects_merge_by_their_fields_and_lists_by_id() -> None:
    first = make_release(tender={"id": "1", "title": "旧", "items": [{"id": "1", "description": "饭"}]})
    second = make_release(
        day="2026-03-02",
        tender={"title": "新", "items": [{"id": "1", "quantity": 2}, {"id": "2", "description": "茶"}]},
    )

    assert compile_releases([second, first])["tender"] == {
        "id": "1",
        "title": "新",
        "items": [{"id": "1", "description": "饭", "quantity": 2}, {"id": "2", "description": "茶"}],
    }


def test_null_takes_a_field_away_and_lists_of_texts_are_replaced() -> None:
    first = make_release(tender={"id": "1", "title": "旧", "submissionMethod": ["written", "inPerson"]})
    second = make_release(day="2026-03-02", tender={"title": None, "submissionMethod": ["electronicSubmission"]})

    assert compile_releases([first, second])["tender"] == {"id": "1", "submissionMethod": ["electronicSubmission"]}


def test_the_compiled_release_has_its_own_id_date_and_tag() -> None:
    compiled = compile_releases(make_chain())

    assert compiled["tag"] == ["compiled"]
    assert compiled["date"] == "2026-05-01T09:00:00+08:00"
    assert compiled["id"] == f"{OCID}-2026-05-01T09:00:00+08:00"


def test_releases_are_ordered_by_moment_not_by_spelling() -> None:
    morning_in_shanghai = make_release(tender={"id": "1", "title": "先"}) | {"date": "2026-03-02T07:00:00+08:00"}
    later_in_london = make_release(tender={"id": "1", "title": "后"}) | {"date": "2026-03-01T23:30:00+00:00"}

    assert compile_releases([later_in_london, morning_in_shanghai])["tender"] == {"id": "1", "title": "后"}


def test_compiling_leaves_the_releases_as_they_are() -> None:
    releases = make_chain()
    before = deepcopy(releases)

    compiled_states(releases)

    assert releases == before


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("/a", 1, 2)]),
        ({}, {"a": 1}, [("/a", None, 1)]),
        ({"a": [{"id": "x", "b": 1}]}, {"a": [{"id": "x", "b": 2}]}, [("/a/x/b", 1, 2)]),
        ({"a": [{"id": "x"}]}, {"a": [{"id": "x"}, {"id": "y"}]}, [("/a/y", None, {"id": "y"})]),
        ({"a": ["x"]}, {"a": ["y"]}, [("/a", ["x"], ["y"])]),
        ({"id": 1, "date": 1, "tag": 1}, {"id": 2, "date": 2, "tag": 2}, []),
    ],
)
def test_differences_are_told_by_path(old: Json, new: Json, changes: list[tuple[str, object, object]]) -> None:
    assert differences(old, new) == changes
