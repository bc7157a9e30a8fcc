"""What is published is right by the schemas of the standard and its extensions, and compiles as the standard says."""

from __future__ import annotations

import copy
import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from ocdsmerge import Merger

from portal.procurement import queries
from portal.procurement.cli import MAPPINGS
from portal.procurement.extensions import FIELDS, extensions_of
from portal.procurement.mapping import read_mapping
from portal.procurement.values import child, children
from portal.publishing.notices.model import notice_types
from portal.storage.database import db
from tests.factories.procurement import make_release, seal, tender_release
from tests.ocds_schemas import RECORD_PACKAGE, RELEASE, RELEASE_PACKAGE, member_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result
    from flask.testing import FlaskClient

    from portal.procurement.rules import Json
    from portal.publishing.notices.model import NoticeType
    from tests.ocds_schemas import Standard

IMPORTED = (
    "ocds/sample-data", "ocds/portugal", "ocds/paraguay", "ocds/portland", "ocds/messy",
)  # fmt: skip
SHEETS = (
    ("zh/notices_henan_2026_meta.csv", "henan_notices"),
    ("zh/notices_intention_shandong_2026.csv", "shandong_intentions"),
)  # fmt: skip


def _packages(client: FlaskClient) -> Iterator[tuple[Json, str]]:
    """Go through every release package and record package that the portal publishes."""
    address = "/ocds/releases.json"
    while address:
        package = client.get(address).json
        assert package is not None
        if package["releases"]:
            yield package, RELEASE_PACKAGE
        address = package.get("links", {}).get("next", "")
    for ocid in db.session.scalars(queries.visible_processes().with_only_columns(queries.Process.ocid)).all():
        record = client.get(f"/ocds/records/{ocid}.json").json
        assert record is not None
        yield record, RECORD_PACKAGE


def _declared(package: Json) -> tuple[str, ...]:
    found = package["extensions"]
    assert isinstance(found, list)
    return tuple(found)


def _releases_in(package: Json) -> list[Json]:
    """Give every release of a package, and what is compiled."""
    holders = [package, *children(package, "records")]
    compiled = [child(one, "compiledRelease") for one in holders]
    return [*(release for one in holders for release in children(one, "releases")), *filter(None, compiled)]


def _written_by(notice: NoticeType) -> list[str]:
    """List the fields of a release that a notice type writes."""
    paths = [notice.amends, notice.documents, *notice.sets]
    for field in notice.fields:
        paths += [*field.path, *field.sets, *filter(None, [field.name_path])]
        for column in field.columns:
            own = [*column.path, *column.sets, *filter(None, [column.name_path])]
            paths += [path if path[:1] in {"/", "@"} else f"{row}/{path}" for row in field.path for path in own]
    return [re.sub(r"\[[^]]*\]", "", re.sub(r"^@\w+", "parties", path)).removeprefix("/") for path in paths]


def _check(client: FlaskClient, ocds_standard: Standard) -> int:
    merger = Merger(copy.deepcopy(ocds_standard.patched(ocds_standard.all_extensions)[RELEASE]))
    count = 0
    for package, name in _packages(client):
        assert ocds_standard.faults(package, name) == []
        for record in package.get("records", []):  # type: ignore[attr-defined]  # a list by the schema
            assert record["compiledRelease"] == merger.create_compiled_release(copy.deepcopy(record["releases"]))
        count += 1
    return count


@pytest.mark.timeout(300)
def test_all_of_the_demonstration_province_is_right(
    demonstration: None, client: FlaskClient, ocds_standard: Standard
) -> None:
    assert _check(client, ocds_standard) > 100
    published = [(release, _declared(package)) for package, _ in _packages(client) for release in _releases_in(package)]
    assert {
        path
        for release, declared in published
        for path in member_paths(release)
        if not ocds_standard.declares(path, declared)
    } == set()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("folder", IMPORTED)
def test_all_that_is_imported_is_right_when_it_is_published(
    client: FlaskClient, import_ocds: Callable[..., Result], ocds_standard: Standard,
    shared_data: Path, folder: str,
) -> None:  # fmt: skip
    import_ocds(str(shared_data / folder))

    assert _check(client, ocds_standard) > 0 or folder == "ocds/messy"


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("sheet", "mapping"), SHEETS)
def test_all_of_a_sheet_is_right_when_it_is_published(
    client: FlaskClient, import_sheet: Callable[..., Result], ocds_standard: Standard,
    shared_data: Path, sheet: str, mapping: str,
) -> None:  # fmt: skip
    import_sheet(shared_data / sheet, mapping)

    assert _check(client, ocds_standard) > 50


@pytest.mark.parametrize("notice", notice_types().values(), ids=notice_types())
def test_every_field_that_a_notice_writes_is_declared(ocds_standard: Standard, notice: NoticeType) -> None:
    every = ocds_standard.all_extensions

    assert [path for path in _written_by(notice) if not ocds_standard.declares(path, every)] == []


@pytest.mark.parametrize("file", sorted(MAPPINGS.glob("*.toml")), ids=lambda file: file.stem)
def test_every_field_that_a_mapping_writes_is_declared(ocds_standard: Standard, file: Path) -> None:
    mapping = read_mapping(file)
    paths = [*mapping.constants, *(path for rule in mapping.field for path in rule.path)]

    written = {re.sub(r"/\d+", "", path) for path in paths}
    assert [path for path in written if not ocds_standard.declares(path, ocds_standard.all_extensions)] == []


def test_the_portals_own_extension_is_served_where_packages_say(client: FlaskClient) -> None:
    package = client.get("/ocds/releases.json").json
    assert package is not None

    address = urlsplit(package["extensions"][-1]).path
    metadata = client.get(address).json
    assert metadata is not None

    assert address == "/ocds/extensions/sanwen/extension.json"
    assert metadata["schemas"] == ["release-schema.json"]
    schema = client.get(address.replace("extension.json", metadata["schemas"][0])).json
    assert schema is not None
    assert "regionCode" in schema["definitions"]["Address"]["properties"]
    assert client.get("/ocds/extensions/other/extension.json").status_code == HTTPStatus.NOT_FOUND
    assert client.get("/ocds/extensions/sanwen/other.json").status_code == HTTPStatus.NOT_FOUND


def test_the_schemas_do_find_faults(ocds_standard: Standard) -> None:
    wrong = tender_release() | {"date": "soon", "bids": {"details": [{"id": "1", "value": {"amount": "much"}}]}}
    package: Json = {
        "uri": "https://example.org/", "version": "1.1", "publishedDate": "2026-01-01T00:00:00Z",
        "publisher": {"name": "x"}, "releases": [wrong], "extensions": extensions_of([wrong]),
    }  # fmt: skip

    assert {fault.split(":")[0] for fault in ocds_standard.faults(package, RELEASE_PACKAGE)} == {
        "$.releases[0].date", "$.releases[0].bids.details[0].value.amount",
    }  # fmt: skip


def test_packages_declare_the_extensions_whose_fields_they_use_and_no_others(client: FlaskClient) -> None:
    seal(
        make_release(
            tender={"id": "1", "lots": [{"id": "1"}], "items": [{"id": "1", "relatedLot": "1"}]},
            bids={"statistics": [{"id": "1", "measure": "bids", "value": 3}]},
        )
    )

    package = client.get("/ocds/releases.json").json

    assert package is not None
    assert [address.split("/")[-3] for address in package["extensions"]] == [
        "ocds_pagination_extension", "ocds_bid_extension", "ocds_lots_extension", "extensions",
    ]  # fmt: skip


def test_every_field_of_the_table_stands_in_its_extension(ocds_standard: Standard) -> None:
    for name, fields in FIELDS.items():
        schema = (ocds_standard.extension(f"x/{name}/extension.json") / "release-schema.json").read_text()
        assert all(f'"{path.rsplit("/", 1)[-1]}"' in schema for path in fields), name
        repository, version = name.split("/")
        commits = (ocds_standard.folder / "extensions/COMMITS.txt").read_text()
        assert version == "v1.1.5" or f"{repository} {version}" in commits
