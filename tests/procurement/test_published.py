"""What is published is right by the schemas of the standard and its extensions, and compiles as the standard says."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from ocdsmerge import Merger
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from portal.demo.loader import load
from portal.procurement import queries
from portal.procurement.extensions import FIELDS, extensions_of
from portal.storage.database import db
from tests.factories.procurement import make_release, seal, tender_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result
    from flask import Flask
    from flask.testing import FlaskClient

    from portal.procurement.rules import Json

    Schema = dict[str, Any]  # JSON Schema, as parsed

ROOT = "https://standard.open-contracting.org/schema/1__1__5/"
NAMES = ("release-schema", "release-package-schema", "record-package-schema", "versioned-release-validation-schema")
IMPORTED = (
    "ocds/sample-data", "ocds/portugal", "ocds/paraguay", "ocds/portland", "ocds/messy",
)  # fmt: skip
SHEETS = (
    ("zh/notices_henan_2026_meta.csv", "henan_notices"),
    ("zh/notices_intention_shandong_2026.csv", "shandong_intentions"),
)  # fmt: skip
CHECKED_BY = jsonschema.Draft4Validator.FORMAT_CHECKER


@pytest.fixture(scope="module")
def standard(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.config.rootpath.parent / "shared/data/ocds"
    if not folder.exists():
        pytest.skip("needs the test data beside the checkout (../shared/data)")
    return folder


@pytest.fixture(scope="module")
def faults(standard: Path) -> Callable[[Json, str], list[str]]:
    """Give a way to list what is wrong with a package by the schemas, patched with the extensions that it declares."""
    schemas = {name: json.loads((standard / f"schema/1__1__5/{name}.json").read_text()) for name in NAMES}
    made: dict[tuple[str, ...], dict[str, jsonschema.Draft4Validator]] = {}

    def list_faults(package: Json, name: str) -> list[str]:
        declared = package.get("extensions", [])
        key = tuple(map(str, declared)) if isinstance(declared, list) else ()
        if key not in made:
            made[key] = _validators(schemas, standard, key)
        return [f"{error.json_path}: {error.message[:200]}" for error in made[key][name].iter_errors(package)]

    return list_faults


def _validators(
    schemas: dict[str, Schema], standard: Path, declared: tuple[str, ...]
) -> dict[str, jsonschema.Draft4Validator]:
    patched = copy.deepcopy(schemas)
    for address in declared:
        for name in NAMES:
            patch = _extension(standard, address) / f"{name}.json"
            if patch.exists():
                _merge(patched[name], json.loads(patch.read_text()))
    resources = [
        (f"{ROOT}{name}.json", Resource.from_contents(schema, default_specification=DRAFT4))
        for name, schema in patched.items()
    ]
    registry: Registry[Schema] = Registry().with_resources(resources)
    return {
        name: jsonschema.Draft4Validator(schema, registry=registry, format_checker=CHECKED_BY)
        for name, schema in patched.items()
    }


def _extension(standard: Path, address: str) -> Path:
    """Find the copy of a declared extension."""
    name, version = address.split("/")[-3:-1]
    return standard / "extensions" / ("v1.1.5" if version == "v1.1.5" else "") / name


def _merge(target: Schema, patch: Schema) -> None:
    """Apply a JSON merge patch (RFC 7396), but keep the members of lists such as `required`."""
    for name, value in patch.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            _merge(target[name], value)
        elif value is None:
            target.pop(name, None)
        elif not (value == [] and name == "required"):
            target[name] = value


def _packages(client: FlaskClient) -> Iterator[tuple[Json, str]]:
    """Go through every release package and record package that the portal publishes."""
    address = "/ocds/releases.json"
    while address:
        package = client.get(address).json
        assert package is not None
        if package["releases"]:
            yield package, "release-package-schema"
        address = package.get("links", {}).get("next", "")
    for ocid in db.session.scalars(queries.visible_processes().with_only_columns(queries.Process.ocid)).all():
        record = client.get(f"/ocds/records/{ocid}.json").json
        assert record is not None
        yield record, "record-package-schema"


def _check(client: FlaskClient, faults: Callable[[Json, str], list[str]], standard: Path) -> int:
    merger = Merger(json.loads((standard / "schema/1__1__5/release-schema.json").read_text()))
    count = 0
    for package, name in _packages(client):
        assert faults(package, name) == []
        for record in package.get("records", []):  # type: ignore[attr-defined]  # a list by the schema
            assert record["compiledRelease"] == merger.create_compiled_release(copy.deepcopy(record["releases"]))
        count += 1
    return count


@pytest.mark.timeout(300)
def test_all_of_the_demonstration_province_is_right(
    app: Flask, client: FlaskClient, faults: Callable[[Json, str], list[str]], standard: Path
) -> None:
    load()

    assert _check(client, faults, standard) > 100


@pytest.mark.timeout(300)
@pytest.mark.parametrize("folder", IMPORTED)
def test_all_that_is_imported_is_right_when_it_is_published(
    client: FlaskClient, import_ocds: Callable[..., Result], faults: Callable[[Json, str], list[str]],
    standard: Path, shared_data: Path, folder: str,
) -> None:  # fmt: skip
    import_ocds(str(shared_data / folder))

    assert _check(client, faults, standard) > 0 or folder == "ocds/messy"


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("sheet", "mapping"), SHEETS)
def test_all_of_a_sheet_is_right_when_it_is_published(
    client: FlaskClient, import_sheet: Callable[..., Result], faults: Callable[[Json, str], list[str]],
    standard: Path, shared_data: Path, sheet: str, mapping: str,
) -> None:  # fmt: skip
    import_sheet(shared_data / sheet, mapping)

    assert _check(client, faults, standard) > 50


def test_the_schemas_do_find_faults(faults: Callable[[Json, str], list[str]]) -> None:
    wrong = tender_release() | {"date": "soon", "bids": {"details": [{"id": "1", "value": {"amount": "much"}}]}}
    package: Json = {
        "uri": "https://example.org/", "version": "1.1", "publishedDate": "2026-01-01T00:00:00Z",
        "publisher": {"name": "x"}, "releases": [wrong], "extensions": extensions_of([wrong]),
    }  # fmt: skip

    assert {fault.split(":")[0] for fault in faults(package, "release-package-schema")} == {
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
        "ocds_pagination_extension", "ocds_bid_extension", "ocds_lots_extension",
    ]  # fmt: skip


def test_every_field_of_the_table_stands_in_its_extension(standard: Path) -> None:
    for name, fields in FIELDS.items():
        schema = (_extension(standard, f"x/{name}/extension.json") / "release-schema.json").read_text()
        assert all(f'"{path.rsplit("/", 1)[-1]}"' in schema for path in fields), name
        repository, version = name.split("/")
        commits = (standard / "extensions/COMMITS.txt").read_text()
        assert version == "v1.1.5" or f"{repository} {version}" in commits
