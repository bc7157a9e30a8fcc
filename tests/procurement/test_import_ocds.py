"""`portal import ocds` takes what publishers really publish, and lets nothing bad in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.outbox.models import OutboxEvent
from portal.procurement.models import Release
from portal.procurement.standard import faults_of
from portal.storage.database import db
from tests.factories.procurement import (
    OCID,
    award_release,
    contract_release,
    make_chain,
    make_release,
    tender_release,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from portal.procurement.rules import Json

    Import = Callable[..., Result]


def sealed() -> list[Release]:
    return list(db.session.scalars(select(Release).order_by(Release.date_at, Release.id)))


def bodies() -> list[Json]:
    return [release.body for release in sealed()]


CHAIN = make_chain()
COMPILED = make_release("compiled", buyer={"id": "B1"}, tender={"id": "T1", "title": "旧档"})


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ({"uri": "https://example.org/1", "releases": CHAIN}, 3),
        ([{"releases": CHAIN[:1]}, {"releases": CHAIN[1:]}], 3),
        ({"records": [{"ocid": OCID, "releases": CHAIN, "compiledRelease": COMPILED}]}, 3),
        ({"ocid": OCID, "releases": CHAIN, "compiledRelease": COMPILED}, 3),
        (CHAIN, 3),
        (CHAIN[0], 1),
        ({"records": [{"ocid": OCID, "compiledRelease": COMPILED}]}, 1),
        ({"records": [{"ocid": OCID, "releases": [{"url": "https://example.org"}], "compiledRelease": COMPILED}]}, 1),
    ],
)
def test_every_way_of_packing_releases_is_unpacked(import_ocds: Import, content: object, count: int) -> None:
    result = import_ocds(content)

    assert (result.exit_code, len(sealed())) == (0, count), result.output


def test_a_record_without_releases_becomes_one_release_with_a_tag_of_its_own(import_ocds: Import) -> None:
    import_ocds({"records": [{"ocid": OCID, "compiledRelease": COMPILED}]})

    [release] = bodies()
    assert release["tag"] == ["tender"]
    assert release["date"] == COMPILED["date"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_text_is_read_in_the_encodings_that_json_is_sent_in(import_ocds: Import, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""

    result = import_ocds((mark + json.dumps({"releases": CHAIN}, ensure_ascii=False)).encode(encoding))

    assert (result.exit_code, len(sealed())) == (0, 3), result.output


def test_dates_stay_those_of_the_source_and_the_operator_answers(import_ocds: Import) -> None:
    import_ocds(tender_release(), by="李四")

    [release] = sealed()
    assert release.date_at == datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert release.sealed_by == "李四"
    assert release.sealed_at > release.date_at
    assert release.source == "file-0.json"


@pytest.mark.parametrize(
    ("wrong", "path", "right"),
    [
        ({"date": "2026-03-01"}, "date", "2026-03-01T00:00:00Z"),
        ({"date": "2026-03-01T09:00:00"}, "date", "2026-03-01T09:00:00Z"),
        ({"tender": {"id": "1", "value": {"amount": {"$numberLong": "15890000000"}}}}, "amount", 15_890_000_000),
        ({"tender": {"id": "1", "title": ""}}, "title", None),
        ({"initiationType": None}, "initiationType", "tender"),
    ],
)
def test_a_listed_fault_is_repaired_and_reported(import_ocds: Import, wrong: Json, path: str, right: object) -> None:
    release = {name: value for name, value in (make_release() | wrong).items() if value is not None}

    result = import_ocds({"releases": [release]})

    [body] = bodies()
    assert result.exit_code == 0, result.output
    assert faults_of(body) == []
    assert "file-0.json" in result.output
    assert "repaired" in result.output
    assert path in result.output
    assert right in (body.get(path), _inside(body, path))


def test_a_contract_without_award_gets_the_only_one_there_is(import_ocds: Import) -> None:
    release = award_release() | {"contracts": [{"id": "C1"}]}

    result = import_ocds(release)

    assert result.exit_code == 0, result.output
    assert bodies()[0]["contracts"] == [{"id": "C1", "awardID": "A1"}]


@pytest.mark.parametrize(
    ("release", "said"),
    [
        (make_release("gossip"), "tag"),
        ({name: value for name, value in tender_release().items() if name != "ocid"}, ""),
        (make_release(contracts=[{"id": "C1"}]), "contracts/0/awardID"),
        (make_release(tender={"id": "1", "items": [{"description": "x"}]}), "tender/items/0/id"),
        (make_release() | {"date": "soon"}, "date"),
        (make_release(own="half \ud800"), "own"),
        (make_release(own="nul \x00"), "own"),
    ],
)
def test_what_cannot_be_repaired_is_refused_by_its_place_and_the_good_ones_are_kept(
    import_ocds: Import, release: Json, said: str
) -> None:
    data = json.dumps({"releases": [release, contract_release()]}).encode()

    result = import_ocds(data)

    assert result.exit_code == 1
    assert [kept.tag for kept in sealed()] == ["contract"]
    assert "file-0.json: refused" in result.output
    assert said in result.output


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"7",
        b'"text"',
        b"[]",
        b"{}",
        b'{"results": {"releases": []}}',
        b'{"releases": []}',
        b'{"releases": "none"}',
        b'{"records": [7, null, {}]}',
        b'{"ocid": "x"}',
        b"[[[[]]]]",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"releases": [{"ocid": "a", "x": NaN}]}',
        b'{"releases": [{"ocid": "a", "x": 1e999}]}',
        b'{"releases": [{"ocid": "a", "x": ' + b"9" * 5_000 + b"}]}",
        '{"releases": [{"ocid": "ação"}]}'.encode("latin-1"),
        "кириллица".encode("cp1251"),
        b"\xff\xfe\x00",
        b"\x00" * 100,
    ],
)
def test_what_holds_nothing_good_is_refused_and_changes_nothing(import_ocds: Import, data: bytes) -> None:
    result = import_ocds(data)

    assert result.exit_code in {1, 2}
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "file-0.json" in result.output
    assert sealed() == []


def test_deep_nesting_inside_a_release_breaks_nothing(import_ocds: Import) -> None:
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    head = json.dumps(tender_release()).encode()[:-1]

    result = import_ocds(head + b', "own": ' + deep + b"}")

    assert result.exit_code in {0, 1, 2}
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_good_file_beside_an_unreadable_one_is_kept(import_ocds: Import) -> None:
    result = import_ocds(b"{", tender_release())

    assert (result.exit_code, len(sealed())) == (1, 1)


def test_a_file_that_is_not_there_is_a_wrong_use(import_ocds: Import) -> None:
    assert import_ocds("/nowhere/at/all.json").exit_code == 2


def test_importing_twice_changes_nothing(import_ocds: Import) -> None:
    import_ocds({"releases": CHAIN})
    before = marks()

    again = import_ocds({"releases": CHAIN}, by="李四")

    assert again.exit_code == 0
    assert "3 unchanged" in again.output
    assert marks() == before


@pytest.mark.timeout(300)
@pytest.mark.parametrize("folder", ["portugal", "paraguay", "portland", "sample-data"])
def test_real_packages_are_imported_and_imported_again(import_ocds: Import, shared_data: Path, folder: str) -> None:
    first = import_ocds(str(shared_data / "ocds" / folder))
    before = marks()
    second = import_ocds(str(shared_data / "ocds" / folder))

    assert first.exit_code == 0, first.output[-2000:]
    assert second.exit_code == 0
    assert before[0]
    assert marks() == before
    assert [fault for body in bodies() for fault in faults_of(body)] == []


def test_messy_files_neither_crash_nor_slip_in(import_ocds: Import, shared_data: Path) -> None:
    for path in sorted((shared_data / "ocds/messy").iterdir()):
        result = import_ocds(str(path))

        assert result.exception is None or isinstance(result.exception, SystemExit), path.name
        assert [fault for body in bodies() for fault in faults_of(body)] == [], path.name


def marks() -> list[int | None]:
    return [db.session.scalar(select(func.count()).select_from(table)) for table in (Release, OutboxEvent)]


def _inside(value: object, name: str) -> object:
    if not isinstance(value, dict):
        return None
    found = [_inside(item, name) for item in value.values()]
    return value.get(name) or next((one for one in found if one is not None), None)
