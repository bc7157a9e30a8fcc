"""The catalogue conforms to DCAT-AP 3.0.1, tells of every dataset, and is the same for the same data."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pyshacl import validate
from rdflib import DCAT, DCTERMS, FOAF, RDF, SH, Graph, Namespace, URIRef

from portal.demo import loader
from portal.exporting import registry as datasets
from portal.kernel import clock
from portal.kernel.canonical import sha256_hex
from portal.moderation.actions import hide
from portal.opendata import snapshots
from portal.opendata.catalogue import writing
from portal.storage.database import db
from tests.factories.purchases import make_release, publish
from tests.factories.services import make_bodies, make_listing

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

SPDX = Namespace("http://spdx.org/rdf/terms#")
SITE = "http://127.0.0.1:8000"
SHAPES = (
    "html/shacl/shapes.ttl", "html/shacl/shapes_recommended.ttl", "html/shacl/range.ttl",
    "html/shacl/deprecateduris.ttl", "shacl/dcat-ap-SHACL.ttl",
)  # fmt: skip


@pytest.fixture(scope="module")
def shapes() -> Graph:
    """Give the shapes of DCAT-AP; a test without them is skipped by name."""
    from tests.conftest import SHARED  # noqa: PLC0415 - a fixture of the module cannot ask for one of a test

    folder: Path = SHARED / "dcat-ap" / "releases" / "3.0.1"
    if not folder.exists():
        pytest.skip("needs the shapes of DCAT-AP beside the checkout (../shared/data/dcat-ap)")
    found = Graph()
    for name in SHAPES:
        found.parse(folder / name, format="turtle")
    for shape in list(found.objects(None, SH.property)):
        if found.value(shape, SH.path) is None:  # the published file names two that it does not hold
            found.remove((None, SH.property, shape))
    return found


def read(client: FlaskClient) -> Graph:
    return Graph().parse(data=client.get("/catalog.ttl").data, format="turtle")


def results(graph: Graph, shapes: Graph) -> dict[str, list[str]]:
    """Check a graph: what is said against it, by severity."""
    _, report, _ = validate(graph, shacl_graph=shapes, do_owl_imports=False, advanced=False, allow_warnings=True)
    assert isinstance(report, Graph)
    told: dict[str, list[str]] = {"Violation": [], "Warning": [], "Info": []}
    for result in report.subjects(RDF.type, SH.ValidationResult):
        severity = str(report.value(result, SH.resultSeverity)).rpartition("#")[2]
        about = (
            report.value(result, SH.focusNode),
            report.value(result, SH.resultPath),
            report.value(result, SH.value),
        )
        told[severity].append(" ".join(map(str, about)))
    return told


def test_the_catalogue_conforms(app: Flask, client: FlaskClient, shapes: Graph) -> None:
    """What is only recommended is there too, but for the outline of China on a map, which is not ours to draw."""
    loader.load()
    db.session.remove()

    told = results(read(client), shapes)

    assert told["Violation"] == []
    of_data = [line for line in told["Warning"] if "#dataset-usage" not in line]  # the demonstration has no readers
    assert {line.split()[1] for line in of_data} == {str(DCAT.bbox), str(DCAT.centroid)}


def test_a_catalogue_without_data_conforms(client: FlaskClient, shapes: Graph) -> None:
    told = results(read(client), shapes)

    assert told["Violation"] == []


@pytest.mark.parametrize(
    ("kind", "predicate"), [(DCAT.Catalog, DCTERMS.title), (DCAT.Catalog, DCTERMS.publisher), (FOAF.Agent, FOAF.name)]
)
def test_a_broken_catalogue_does_not_conform(
    client: FlaskClient, shapes: Graph, kind: URIRef, predicate: URIRef
) -> None:
    graph = read(client)
    for node in list(graph.subjects(RDF.type, kind)):
        graph.remove((node, predicate, None))

    assert results(graph, shapes)["Violation"] != []


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own reader
def test_both_formats_tell_the_same(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    make_listing("服务一")
    turtle = read(client)

    linked = Graph().parse(data=client.get("/catalog.jsonld").data, format="json-ld")

    assert set(linked) == set(turtle)
    assert len(turtle) > 100


def test_the_same_data_give_the_same_bytes(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    make_listing("服务一")
    first = [client.get(f"/catalog.{extension}").data for extension in writing.MEDIA_TYPES]
    app.extensions.pop("catalogue")

    assert [client.get(f"/catalog.{extension}").data for extension in writing.MEDIA_TYPES] == first
    make_listing("服务二")
    assert [client.get(f"/catalog.{extension}").data for extension in writing.MEDIA_TYPES] != first


@pytest.mark.usefixtures("app")
def test_every_public_dataset_is_in_the_catalogue_with_files_that_are_served(client: FlaskClient) -> None:
    graph = read(client)
    told = {str(node).rpartition("#dataset-")[2] for node in graph.subjects(RDF.type, DCAT.Dataset)}

    assert told == {one.name for one in datasets.public_datasets()} - {"search"} | {"ocds"}
    for url in graph.objects(None, DCAT.downloadURL):
        assert client.head(str(url).removeprefix(SITE)).status_code == 200, url
    for predicate in (DCAT.endpointURL, DCAT.endpointDescription, DCAT.landingPage, FOAF.homepage):
        assert graph.value(None, predicate, None) or next(graph.objects(None, predicate))
        for url in graph.objects(None, predicate):
            assert client.get(str(url).removeprefix(SITE)).status_code == 200, url


def test_releases_are_told_by_year(app: Flask, client: FlaskClient) -> None:
    publish(make_release(1), make_release(2, date="2024-05-01T09:00:00+08:00"))

    graph = read(client)

    files = {str(url).removeprefix(SITE) for url in graph.objects(None, DCAT.downloadURL)}
    assert {"/ocds/releases/2024.jsonl.gz", "/ocds/records.json"} <= files
    assert client.get("/ocds/releases/2024.jsonl.gz").status_code == 200


def test_a_snapshot_is_told_with_its_bytes_and_hash(app: Flask, client: FlaskClient, shapes: Graph) -> None:
    make_bodies()
    number = make_listing("服务一").id
    client.get("/catalog.ttl")
    snapshots.make()
    graph = read(client)

    files = {
        str(graph.value(file, DCAT.downloadURL)).removeprefix(SITE): file for file in graph.subjects(DCAT.byteSize)
    }
    for path, file in files.items():
        with client.get(path) as answer:
            data = answer.data
        checksum = graph.value(file, SPDX.checksum)
        assert int(str(graph.value(file, DCAT.byteSize))) == len(data)
        assert str(graph.value(checksum, SPDX.checksumValue)).lower() == sha256_hex(data)
    assert f"/data/snapshots/{clock.today()}/services.csv" in files
    assert results(graph, shapes)["Violation"] == []
    hide("service", str(number), reason="误公开", by=None)
    assert not list(read(client).subjects(DCAT.byteSize))


@pytest.mark.usefixtures("app")
def test_titles_are_told_in_both_languages(client: FlaskClient) -> None:
    graph = read(client)

    for kind in (DCAT.Catalog, DCAT.Dataset, DCAT.Distribution, DCAT.DataService):
        for node in graph.subjects(RDF.type, kind):
            assert {title.language for title in graph.objects(node, DCTERMS.title)} == {"zh", "en"}, node  # type: ignore[attr-defined]


def test_what_the_settings_say_of_the_publisher_is_told(app: Flask, client: FlaskClient) -> None:
    app.extensions["settings"] = replace(
        app.extensions["settings"], publisher_name="甲省", publisher_name_en="Jia", contact_email="data@example.org"
    )

    text = client.get("/catalog.ttl").text

    assert '"甲省"@zh' in text
    assert '"Jia"@en' in text
    assert "<mailto:data@example.org>" in text


def test_nothing_hidden_is_told_of(app: Flask, client: FlaskClient) -> None:
    """What a dataset covers ends with what may be seen."""
    make_bodies()
    number = make_listing("服务一").id
    dataset = URIRef(f"{SITE}/catalog#dataset-services")
    before = read(client).value(dataset, DCTERMS.modified)
    hide("service", str(number), reason="误公开", by=None)

    assert before is not None
    assert read(client).value(dataset, DCTERMS.modified) is None


@pytest.mark.parametrize(
    ("accept", "place"),
    [
        ("text/turtle", "/catalog.ttl"),
        ("application/ld+json", "/catalog.jsonld"),
        ("application/json", "/catalog.jsonld"),
        ("text/html,*/*;q=0.1", "/data"),
        ("", "/data"),
    ],
)
def test_the_catalogue_is_given_as_it_is_asked_for(client: FlaskClient, accept: str, place: str) -> None:
    answer = client.get("/catalog", headers={"Accept": accept})

    assert (answer.status_code, answer.headers["Location"]) == (303, place)
    assert "Accept" in answer.headers["Vary"]


def test_an_unknown_form_of_the_catalogue_is_not_there(client: FlaskClient) -> None:
    assert client.get("/catalog.rdf").status_code == 404


def test_an_unchanged_catalogue_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/catalog.jsonld")

    for packed in ({}, {"Accept-Encoding": "br"}):
        tag = client.get("/catalog.jsonld", headers=packed).headers["ETag"]
        assert client.get("/catalog.jsonld", headers={"If-None-Match": tag, **packed}).status_code == 304
    assert json.loads(first.data)["@context"]["dcat"] == str(DCAT)
