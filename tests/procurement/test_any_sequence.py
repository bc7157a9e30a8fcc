"""Whatever right releases come, and however they come, a process is compiled to the same thing."""

from __future__ import annotations

import copy
import json
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ocdsmerge import Merger
from ocdsmerge.exceptions import OCDSMergeError
from sqlalchemy import select

from portal.kernel.canonical import canonical_json
from portal.procurement import merging
from portal.procurement.actions import rebuild_processes
from portal.procurement.models import Contract, Process
from portal.procurement.rules import AwardStatus, ContractStatus, Tag, TenderStatus
from portal.procurement.standard import faults_of
from portal.storage.database import db
from tests.factories.procurement import seal

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from portal.procurement.rules import Json

NUMBERS = count()
PLACEHOLDER = "ocds-test00-any"
TEXTS = st.sampled_from(["社区助餐", "名称", "x", "  两边  ", "e\u0301", "😀"]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8
)
IDENTIFIERS = st.sampled_from(["1", "2", "C 3", 1, 2])
MOMENTS = st.sampled_from(
    ["2026-03-01T09:00:00+08:00", "2026-03-01T01:00:00Z", "2026-03-02T09:00:00+08:00", "2026-03-01T12:00:00.5-03:00"]
)
AMOUNTS = st.none() | st.integers(-10, 10**9) | st.floats(0, 1e9, width=32)
MONEY = st.fixed_dictionaries({}, optional={"amount": AMOUNTS, "currency": st.just("CNY")})
PARTIES = st.fixed_dictionaries(
    {"id": st.sampled_from(["B", "S", "甲"])},
    optional={
        "name": TEXTS,
        "roles": st.lists(st.sampled_from(["buyer", "supplier"]), max_size=2),
        "identifier": st.fixed_dictionaries({"id": st.sampled_from(["51410000DEM02510XC", "7"])}),
    },
)
OPTIONAL_TEXT = st.none() | TEXTS
ITEMS = st.lists(
    st.fixed_dictionaries({"id": IDENTIFIERS}, optional={"description": OPTIONAL_TEXT}),
    min_size=1, max_size=3, unique_by=lambda item: str(item["id"]),
)  # fmt: skip
TENDERS = st.fixed_dictionaries(
    {"id": st.just("T")},
    optional={
        "title": OPTIONAL_TEXT, "status": st.sampled_from(list(map(str, TenderStatus))), "value": MONEY, "items": ITEMS,
        "submissionMethod": st.none() | st.lists(TEXTS, max_size=2), "numberOfTenderers": st.none() | st.integers(0, 9),
    },
)  # fmt: skip
SUPPLIERS = st.fixed_dictionaries({"id": st.sampled_from(["S", "甲"]), "name": TEXTS})
AWARDS = st.fixed_dictionaries(
    {"id": IDENTIFIERS},
    optional={
        "status": st.sampled_from(list(map(str, AwardStatus))), "value": MONEY, "items": ITEMS, "title": OPTIONAL_TEXT,
        "suppliers": st.lists(SUPPLIERS, max_size=2, unique_by=lambda party: party["id"]),
    },
)  # fmt: skip
CONTRACTS = st.fixed_dictionaries(
    {"id": IDENTIFIERS, "awardID": IDENTIFIERS},
    optional={
        "status": st.sampled_from(list(map(str, ContractStatus))), "value": MONEY, "title": OPTIONAL_TEXT,
        "dateSigned": MOMENTS,
    },
)  # fmt: skip
TAGS = st.lists(st.sampled_from([tag.value for tag in Tag if tag != Tag.COMPILED]), min_size=1, max_size=2)
RELEASES = st.fixed_dictionaries(
    {"date": MOMENTS, "tag": TAGS},
    optional={
        "parties": st.lists(PARTIES, max_size=3, unique_by=lambda party: party["id"]),
        "buyer": PARTIES.map(lambda party: {name: party[name] for name in ("id", "name") if name in party}),
        "tender": TENDERS,
        "awards": st.lists(AWARDS, max_size=3, unique_by=lambda award: str(award["id"])),
        "contracts": st.lists(CONTRACTS, max_size=3, unique_by=lambda contract: str(contract["id"])),
        "language": st.none() | st.just("zh"),
    },
)
SEQUENCES = st.lists(RELEASES, min_size=1, max_size=5)


def as_usual(release: Json) -> Json:
    """Write dates and identifiers as most publishers do.

    `ocdsmerge` sorts the texts of dates where we sort moments, and tells 1 from "1" where we do not.
    """
    date = str(release["date"])
    usual = json.loads(json.dumps(release), object_hook=_with_text_identifiers)
    return usual | {"date": date if date.endswith("+08:00") else "2026-03-01T12:00:00+08:00"}


def _with_text_identifiers(value: Json) -> Json:
    return {name: str(item) if name in {"id", "awardID"} else item for name, item in value.items()}


def named(sequence: list[Json], ocid: str) -> list[Json]:
    """Give the releases their process and identifiers."""
    same = {"ocid": ocid, "initiationType": "tender"}
    releases = [{**same, "id": f"r{number}", **release} for number, release in enumerate(sequence)]
    assume(not any(faults_of(release) for release in releases))
    return releases


def kept(ocid: str) -> str:
    """Read everything that is compiled of a process, its ocid made comparable."""
    process = db.session.get_one(Process, ocid, populate_existing=True)
    contracts = db.session.scalars(select(Contract).where(Contract.ocid == ocid).order_by(Contract.contract_id))
    columns = [column.key for column in Process.__table__.columns if column.key not in {"ocid", "changed_at"}]
    of_contract = [column.key for column in Contract.__table__.columns if column.key not in {"ocid", "id"}]
    told = [{name: getattr(process, name) for name in columns}]
    told += [{name: getattr(contract, name) for name in of_contract} for contract in contracts]
    return json.dumps(told, default=str, sort_keys=True).replace(ocid, PLACEHOLDER)


@pytest.mark.timeout(300)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(SEQUENCES)
def test_at_once_one_by_one_and_rebuilt_are_the_same(app: Flask, sequence: list[Json]) -> None:
    at_once, one_by_one = (f"ocds-test00-{next(NUMBERS)}-" for _ in range(2))
    whole = seal(*named(sequence, at_once))
    for release in named(sequence, one_by_one):
        seal(release)
    before = kept(at_once)

    assert len(whole.sealed) == len(sequence)
    assert kept(one_by_one) == before
    rebuild_processes()
    assert (kept(at_once), kept(one_by_one)) == (before, before)


@given(st.lists(RELEASES.map(as_usual), min_size=1, max_size=5))
def test_any_sequence_compiles_as_the_oracle_says(standard_merger: Merger, sequence: list[Json]) -> None:
    releases: list[Json] = [json.loads(canonical_json(release)) for release in named(sequence, PLACEHOLDER)]
    try:
        expected = standard_merger.create_compiled_release(copy.deepcopy(releases))
    except OCDSMergeError:
        assume(False)  # noqa: FBT003 - hypothesis' own way to pass over an example

    assert merging.compile_releases(releases) == expected


@pytest.fixture(scope="module")
def standard_merger(request: pytest.FixtureRequest) -> Merger:
    schema: Path = request.config.rootpath.parent / "shared/data/ocds/schema/1__1__5/release-schema.json"
    if not schema.exists():
        pytest.skip("needs the test data beside the checkout (../shared/data)")
    return Merger(json.loads(schema.read_text()))
