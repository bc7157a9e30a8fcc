"""Releases compile as the standard says; `ocdsmerge` is the oracle."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING

import pytest
from ocdsmerge import Merger

from portal.procurement import merging
from tests.factories.purchases import make_contract_release, make_release

if TYPE_CHECKING:
    from pathlib import Path

    from portal.procurement.rules import Json


def test_a_later_release_changes_and_adds() -> None:
    later = make_release(2, tender={"id": "T", "status": "complete", "items": [{"id": "1", "quantity": 2}]})

    compiled = merging.compile_releases([later, make_release(1)])

    assert compiled["tender"] == {
        "id": "T", "title": "社区老年助餐服务项目", "title_en": "Community meals", "status": "complete",
        "items": [{"id": "1", "quantity": 2}],
    }  # fmt: skip
    assert (compiled["tag"], compiled["date"]) == (["compiled"], later["date"])


def test_null_takes_a_field_away() -> None:
    compiled = merging.compile_releases([make_release(1), make_release(2, tender={"id": "T", "title": None})])

    assert "title" not in compiled["tender"]  # type: ignore[operator]


def test_objects_in_lists_are_merged_by_their_identifier() -> None:
    first = make_release(1, awards=[{"id": "A", "status": "pending"}, {"id": "B", "status": "active"}])
    second = make_release(2, awards=[{"id": "A", "status": "active"}])

    compiled = merging.compile_releases([first, second])

    assert compiled["awards"] == [{"id": "A", "status": "active"}, {"id": "B", "status": "active"}]


def test_the_difference_between_two_states_is_told_by_path() -> None:
    states = merging.compiled_states([make_release(1), make_release(2, tender={"id": "T", "status": "complete"})])

    assert merging.differences(*states) == [("/tender/status", "active", "complete")]


@pytest.mark.parametrize("source", ["own", "sample-data", "portugal"])
def test_compiling_agrees_with_the_oracle(shared_data: Path, source: str) -> None:
    schema = json.loads((shared_data / "ocds/schema/1__1__5/release-schema.json").read_text())
    merger, chains = Merger(schema), _chains(shared_data, source)

    wrong = [
        ocid
        for ocid, releases in chains.items()
        if merger.create_compiled_release(copy.deepcopy(releases)) != merging.compile_releases(releases)
    ]

    assert wrong == []


def _chains(folder: Path, source: str) -> dict[str, list[Json]]:
    if source == "own":
        releases = [make_release(1), make_release(2, tender={"id": "T", "title": None}), make_contract_release(3)]
    elif source == "portugal":
        releases = json.loads((folder / "ocds/portugal/base_gov_pt_release_packages.json").read_text())[0]["releases"]
    else:
        releases = json.loads((folder / "ocds/sample-data/ocds-213czf-000-00001.json").read_text())["releases"]
    chains: dict[str, list[Json]] = {}
    for release in releases:
        chains.setdefault(str(release["ocid"]), []).append(release)
    return chains
