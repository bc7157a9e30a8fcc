"""Every column of every dataset says what it means, in which unit, by which codes and where it comes from."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from frictionless import Package

from portal.capabilities import CAPABILITIES
from portal.classification.actions import load_reference_data
from portal.demo.loader import load
from portal.exporting import packages
from portal.exporting.dataset import ColumnType
from portal.exporting.formats.table import FORMATS
from portal.exporting.writing import write
from portal.web.filters import Filters
from tests.factories.procurement import make_chain, seal

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from portal.exporting.dataset import Column, Dataset

DATASETS = [dataset for capability in CAPABILITIES for dataset in capability.datasets]
PUBLIC = [dataset for dataset in DATASETS if dataset.permission is None]
CHECKED = ("csv", "jsonl", "xlsx")
NUMBERS_OF_THINGS = {
    "id", "buyer", "supplier", "provider", "service", "plan", "number", "year", "expected_month", "ledger_position",
    "quantity", "notice",
}  # fmt: skip


def names(dataset: Dataset) -> str:
    return dataset.name


@pytest.mark.parametrize("dataset", DATASETS, ids=names)
def test_no_column_lacks_meaning_or_source(dataset: Dataset) -> None:
    lacking = [one.name for one in dataset.columns if not (one.title and one.description and one.source)]

    assert lacking == []


@pytest.mark.parametrize("dataset", DATASETS, ids=names)
def test_every_measure_has_a_unit(dataset: Dataset) -> None:
    measures = [one for one in dataset.columns if one.type in {ColumnType.INTEGER, ColumnType.NUMBER}]

    assert [one.name for one in measures if not one.unit and one.name not in NUMBERS_OF_THINGS] == []


@pytest.mark.parametrize("dataset", DATASETS, ids=names)
def test_every_column_of_codes_names_its_list(dataset: Dataset) -> None:
    assert [one.name for one in dataset.columns if is_coded(one) and one.codelist is None] == []


def is_coded(column: Column) -> bool:
    return column.name in {"region", "category", "tag", "stage", "method", "status", "currency", "verdict", "channel"}


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("dataset", PUBLIC, ids=names)
def test_the_page_of_a_dataset_tells_all_of_it(client: FlaskClient, dataset: Dataset, prefix: str) -> None:
    page = client.get(f"{prefix}/data/{dataset.name}")

    assert page.status_code == 200
    assert all(f">{column.name}</code>" in page.text for column in dataset.columns)
    assert f"/data/{dataset.name}.csv?bom=1" in page.text


@pytest.mark.parametrize("name", ["none", "demand-summary", "notices.doc"])
def test_what_is_no_public_dataset_has_no_page(client: FlaskClient, name: str) -> None:
    assert client.get(f"/data/{name}").status_code == 404


def test_every_codelist_of_ours_is_a_file_with_both_languages(app: Flask, client: FlaskClient) -> None:
    load_reference_data()
    ours = [one for one in packages.codelists(PUBLIC).values() if one.codes is not None]

    for codelist in ours:
        answer = client.get(f"/data/codelists/{codelist.name}.csv")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(rows) > 1, codelist.name
        assert all(row["code"] and row["title"] and row["title_en"] for row in rows), codelist.name
        assert any(row["title"] != row["title_en"] for row in rows), codelist.name
    assert len(ours) > 10


@pytest.mark.parametrize("name", ["none", "currencies"])
def test_a_list_that_is_not_ours_is_no_file(client: FlaskClient, name: str) -> None:
    assert client.get(f"/data/codelists/{name}.csv").status_code == 404


def test_values_of_coded_columns_are_in_their_lists(app: Flask) -> None:
    load_reference_data()
    seal(*make_chain())

    for dataset in PUBLIC:
        for column in dataset.columns:
            if column.codelist is not None and column.codelist.codes is not None:
                codes = {code for code, _, _ in column.codelist.codes()}
                found = {str(row[column.name]) for row in dataset.rows(Filters()) if row[column.name]}
                assert {one for text in found for one in text.split()} <= codes, column.name


def test_the_live_package_is_a_right_data_package(client: FlaskClient) -> None:
    told = json.loads(client.get("/data/datapackage.json").data)

    assert Package.from_descriptor(told).to_descriptor()
    assert Package.validate_descriptor(told).valid
    assert [one["path"] for one in told["resources"]] == [f"{one.name}.csv" for one in PUBLIC]
    fen = next(one for one in told["resources"][2]["schema"]["fields"] if one["name"] == "amount_fen")
    assert (fen["unit"], fen["title"], fen["title_en"]) == ("fen", "金额", "Amount")
    assert fen["source"].startswith("OCDS")


@pytest.mark.timeout(300)
def test_every_export_of_the_demonstration_is_right_by_its_schema(app: Flask, tmp_path: Path) -> None:
    load()
    filled = [dataset for dataset in PUBLIC if list(dataset.rows(Filters()))]
    terms = packages.Terms("x", "https://portal.test", "CC-BY-4.0", "https://portal.test/licence")
    files = [
        packages.File(f"{dataset.name}.{extension}", FORMATS[extension].media_type, dataset)
        for dataset in filled
        for extension in CHECKED
    ]
    for file in files:
        name, _, extension = file.path.partition(".")
        with (tmp_path / file.path).open("wb") as out:
            write(next(one for one in PUBLIC if one.name == name), Filters(), extension=extension, out=out)
    told = packages.package(files, terms, name="x", created=None, codelist_url=lambda name: f"https://x.test/{name}")

    report = Package.from_descriptor(told, basepath=str(tmp_path)).validate()

    assert report.flatten(["name", "rowNumber", "fieldName", "message"])[:5] == []
    assert [task.name for task in report.tasks if not task.stats["rows"]] == []
    assert len(report.tasks) == len(filled) * len(CHECKED)
    assert len(filled) >= 10  # nothing is joined, used or found by search there
