"""The description of the API is what there is: every route, every answer, every refusal."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.exceptions import HTTPException

from portal.exporting import registry
from portal.opendata.api import listing
from tests.opendata.api.conftest import portal_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.specs.openapi.checks import positive_data_acceptance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from portal.settings import Settings
    from tests.opendata.api.conftest import Reader

ADDRESS = "/api/v1/openapi.json"
CHECKED_TOGETHER = {"from", "to"}
CHECKED_BY_THE_PORTAL = {"after", "updated_since"}  # a place or position that it gave: no schema can say which


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def faults(document: Any, schema: str, answer: Any) -> list[str]:
    """List how an answer departs from a schema of the description."""
    whole = Registry().with_resource("urn:api", Resource.from_contents(document, default_specification=DRAFT202012))
    checker = Draft202012Validator(
        {"$ref": f"urn:api#/components/schemas/{schema}"}, registry=whole, format_checker=FormatChecker()
    )
    return [f"{schema}: {error.json_path} {error.message[:200]}" for error in checker.iter_errors(answer)]


@pytest.mark.usefixtures("app")
def test_the_description_is_sound(api: Reader) -> None:
    document = api.get(ADDRESS)
    operations = [told["get"]["operationId"] for told in document["paths"].values()]

    assert document["openapi"] == "3.1.0"
    assert len(operations) == len(set(operations))
    for reference in set(references(document)):
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_route_is_described_and_nothing_else(app: Flask, api: Reader) -> None:
    paths = set(api.get(ADDRESS)["paths"])
    names = [dataset.name for dataset in listing.datasets()]
    routes = {
        re.sub(r"<[^>]+>", "{id}", rule.rule.replace("<name>", name, 1))
        for rule in app.url_map.iter_rules()
        for name in names
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.nothing"
    }
    served = app.url_map.bind("localhost")

    assert routes - {ADDRESS} == {path for path in paths if path.startswith("/api/")}
    for path in paths:
        try:
            served.match(path.replace("{id}", "1"))
        except HTTPException as error:  # pragma: no cover - only where it fails
            pytest.fail(f"{path}: {error}")


def test_every_public_dataset_is_served_or_said_not_to_be(app: Flask) -> None:
    assert {one.name for one in registry.public_datasets()} - {one.name for one in listing.datasets()} == {"search"}


@pytest.mark.usefixtures("demonstration")
def test_every_answer_agrees_with_its_description(api: Reader) -> None:
    document, found, filled = api.get(ADDRESS), [], []
    for path in [path for path in document["paths"] if path.startswith("/api/v1/") and "{id}" not in path][1:]:
        name = path.rpartition("/")[2]
        page, changed = (
            api.get(f"{path}?limit=200"),
            api.get(f"{path}?limit=2&updated_since=0") if has_since(document, path) else None,
        )
        found += faults(document, f"{name}.page", page)
        found += faults(document, f"{name}.page", changed) if changed else []
        if page["data"]:
            filled.append(name)
            example = document["paths"][f"{path}/{{id}}"]["get"]["parameters"][0]["example"]
            found += faults(document, f"{name}.one", api.get(f"{path}/{str(example).replace('#', '%23')}"))
        found += faults(document, "problem", api.get(f"{path}?limit=x", status=400))

    assert found == []
    assert len(filled) >= 8


def has_since(document: Any, path: str) -> bool:
    return any(one["name"] == "updated_since" for one in document["paths"][path]["get"]["parameters"])


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("demonstration")
def test_nothing_that_is_asked_at_random_finds_a_fault(app: Flask, settings: Settings) -> None:
    with portal_of(replace(settings, api_limit="", public_url="http://localhost")) as asked:
        schema = schemathesis.openapi.from_wsgi(ADDRESS, asked)
        operations = [found.ok() for found in schema.get_all_operations()]
        for operation in operations:
            ask_at_random(operation)

    assert len(operations) > 30


def ask_at_random(operation: Any) -> None:

    @bounds(
        max_examples=6, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        names = set(case.query or {})
        unsayable = names & CHECKED_BY_THE_PORTAL or names >= CHECKED_TOGETHER
        case.call_and_validate(
            headers={"Accept-Encoding": "identity"},  # it cannot read Brotli
            excluded_checks=[positive_data_acceptance] if unsayable else [],
        )

    ask()
