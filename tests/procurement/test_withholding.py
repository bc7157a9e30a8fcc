"""What a release says can be destroyed as the law asks; the rest goes on, and nothing speaks of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DatabaseError

from portal.kernel.canonical import canonical_json, sha256_hex
from portal.procurement import queries
from portal.procurement.actions import rebuild_processes
from portal.procurement.compiling import compile_processes
from portal.procurement.indexing import NOTICES
from portal.procurement.models import Release, ReleasePayload
from portal.procurement.rules import PayloadWithheldError
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.procurement import OCID, award_release, make_chain, seal, tender_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask.testing import FlaskClient

pytestmark = pytest.mark.usefixtures("app")


def withhold(number: int) -> None:
    with transaction():
        db.session.execute(delete(ReleasePayload).where(ReleasePayload.release_id == number))
        compile_processes([OCID])


def test_the_stored_bytes_are_the_ones_that_are_served(client: FlaskClient) -> None:
    release = tender_release(value={"amount": 120_000.0, "currency": "CNY"})
    [number] = seal(release).sealed

    served = client.get(f"/processes/{OCID}/releases/{number}.json").data

    assert served == canonical_json(release) == queries.release(number).public_bytes
    assert sha256_hex(served) == queries.release(number).sha256


def test_what_a_release_says_can_be_erased_but_not_changed() -> None:
    [number] = seal(tender_release()).sealed

    with pytest.raises(DatabaseError, match="append-only"), transaction():
        db.session.execute(text("UPDATE release_payload SET body = body"))
    withhold(number)

    assert queries.release(number).is_withheld


def test_asking_for_what_was_destroyed_is_an_error_of_its_own() -> None:
    [number] = seal(tender_release()).sealed
    withhold(number)

    for name in ("body", "public_bytes"):
        with pytest.raises(PayloadWithheldError):
            getattr(queries.release(number), name)


def test_a_withheld_release_is_left_out_of_what_is_compiled() -> None:
    tender, _ = seal(tender_release("含有个人信息"), award_release()).sealed

    withhold(tender)

    assert "tender" not in queries.process(OCID).compiled
    assert rebuild_processes() == 1
    assert "awards" in queries.process(OCID).compiled


def test_a_process_without_any_content_shows_none() -> None:
    [number] = seal(tender_release("含有个人信息")).sealed

    withhold(number)

    assert queries.process(OCID).compiled == {"ocid": OCID, "tag": ["compiled"]}
    assert queries.process(OCID).title == OCID


def test_pages_say_that_content_was_withheld_and_data_leave_it_out(client: FlaskClient) -> None:
    tender, award, _ = seal(*make_chain()).sealed
    withhold(tender)

    pages = [f"/en/processes/{OCID}/releases/{tender}", f"/en/processes/{OCID}/history"]
    package = json.loads(client.get("/ocds/releases.json").data)
    record = json.loads(client.get(f"/ocds/records/{OCID}.json").data)["records"][0]

    assert all("has been withheld" in client.get(page).text for page in pages)
    assert client.get(f"/processes/{OCID}").status_code == 200
    assert client.get(f"/processes/{OCID}/releases/{tender}.json").status_code == 410
    assert [one["tag"] for one in package["releases"]] == [one["tag"] for one in record["releases"]]
    assert [one["tag"] for one in package["releases"]] == [["award"], ["contract"]]
    assert client.get(f"/processes/{OCID}/releases/{award}.json").status_code == 200


def test_feeds_exports_and_search_speak_of_a_withheld_release_without_its_content(client: FlaskClient) -> None:
    [number] = seal(tender_release(description="独一无二的描述")).sealed
    withhold(number)

    answers = [client.get(f"/notices{form}") for form in (".csv", ".jsonl", ".atom")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "独一无二的描述" not in " ".join(answer.text for answer in answers)
    assert ["独一无二" in document.body for document in NOTICES.documents([str(number)])] == [False]


def test_lists_do_not_read_what_releases_say(
    client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    seal(*make_chain(), *make_chain("ocds-test00-0002"))

    with count_queries() as statements:
        client.get("/notices")
        client.get("/")

    assert not [one for one in statements if "release_payload" in one]


def test_many_bodies_are_read_by_one_query(count_queries: Callable[[], AbstractContextManager[list[str]]]) -> None:
    seal(*make_chain())
    db.session.expunge_all()

    with count_queries() as statements:
        tags = [one.body["tag"] for one in db.session.scalars(queries.with_bodies(select(Release)))]

    assert len(tags) == 3
    assert len([one for one in statements if one.startswith("SELECT")]) == 1
