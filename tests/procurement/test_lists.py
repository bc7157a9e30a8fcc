"""The pages of purchases."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portal.classification.actions import load_reference_data
from portal.ledger.queries import entry
from portal.procurement import queries
from portal.procurement.actions import rebuild_processes
from portal.procurement.models import Process
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.purchases import OCID, make_contract_release, make_release, publish

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient


def test_a_purchase_shows_its_timeline_and_contract(app: Flask, client: FlaskClient) -> None:
    publish(make_release(1), make_contract_release(3))

    page = client.get(f"/processes/{OCID}").text

    assert 'id="contract-C"' in page
    assert "1,200.50" in page
    assert page.count("sw-timeline__item ") >= 2


def test_a_notice_leads_to_its_release_for_good(app: Flask, client: FlaskClient) -> None:
    [number] = publish(make_release(1))

    answer = client.get(f"/notices/{number}")

    assert (answer.status_code, answer.headers["Location"]) == (301, f"/processes/{OCID}/releases/{number}")


def test_a_release_shows_its_hash_and_its_ledger_entry(app: Flask, client: FlaskClient) -> None:
    [number] = publish(make_release(1))
    release = queries.release(number)

    page = client.get(f"/processes/{OCID}/releases/{number}").text

    assert release.sha256 in page
    assert entry(release.ledger_position).object_id == f"{OCID} {release.release_id}"


def test_a_release_of_another_process_is_not_found(app: Flask, client: FlaskClient) -> None:
    [number] = publish(make_release(1))

    assert client.get(f"/processes/other/releases/{number}").status_code == HTTPStatus.NOT_FOUND


def test_the_history_tells_what_changed(app: Flask, client: FlaskClient) -> None:
    publish(make_release(1), make_release(2, tender={"id": "T", "status": "complete"}))

    assert "complete" in client.get(f"/en/processes/{OCID}/history").text


@pytest.mark.parametrize(
    "path", ["/processes?stage=x", "/processes?page=-1", "/notices?kind=x", "/notices?year=1", "/processes?from=x"]
)
def test_a_bad_filter_is_refused(app: Flask, client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("path", ["/processes/none", "/processes/none/history", "/notices/99", "/organizations/99"])
def test_what_is_not_there_is_not_found(app: Flask, client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == HTTPStatus.NOT_FOUND


def test_processes_can_be_compiled_anew(app: Flask) -> None:
    publish(make_release(1), make_contract_release(3))
    before = db.session.get_one(Process, OCID).compiled

    assert rebuild_processes() == 1
    assert db.session.get_one(Process, OCID).compiled == before


def test_the_database_refuses_to_change_a_release(app: Flask) -> None:
    publish(make_release(1))

    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text("UPDATE release SET sealed_by = 'x'"))


def test_a_list_of_twenty_takes_at_most_ten_statements(
    app: Flask, client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    load_reference_data()
    publish(*(make_release(1, ocid=f"ocds-test00-{number}") for number in range(60)))
    client.get("/processes")

    for path in ("/processes", "/notices"):
        with count_queries() as statements:
            client.get(path, query_string={"sort": "updated"})
        assert len([one for one in statements if one.startswith("SELECT")]) <= 10
