"""A document is found by what its purchase says, and follows it when that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portal.disclosure.actions import Received, publish, receive
from portal.disclosure.indexing import DOCUMENTS
from portal.outbox.actions import drain
from portal.procurement import queries
from portal.search import registry
from portal.search.consumer import SearchConsumer
from portal.search.port import SearchQuery
from tests.factories.purchases import OCID, make_contract_release, make_release
from tests.factories.purchases import publish as publish_releases

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def document(app: Flask) -> str:
    """Publish a document of a purchase that is out to tender, and index it."""
    publish_releases(make_release(1))
    number = publish(receive("养老独有词".encode(), Received(OCID, "a.txt")).id, by="tester").id
    drain([SearchConsumer()])
    return str(number)


def found(**filters: str) -> int:
    query = SearchQuery("养老独有词", filters={name: {value} for name, value in filters.items()})
    return registry.backend().search(query).total


def test_a_document_has_what_its_purchase_says(document: str) -> None:
    publish_releases(make_contract_release(3))
    process, parties = queries.process(OCID), queries.parties_of([OCID])[OCID]

    (made,) = DOCUMENTS.documents([document])

    assert made.stage == process.stage
    assert made.region == process.region_code == "410100"
    assert made.category == process.category_code
    assert made.buyer == str(next(iter(parties.buyer)))
    assert list(made.suppliers) == [str(number) for number in parties.suppliers] != []


def test_a_document_follows_its_purchase_when_that_goes_on(document: str) -> None:
    assert found(stage="tender", region="410100") == 1

    publish_releases(make_contract_release(3))
    drain([SearchConsumer()])

    assert found(stage="tender") == 0
    assert found(stage="contract") == 1
