"""The public record of a buyer or supplier."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.kernel import clock
from portal.moderation.actions import hide
from portal.parties.models import Organization
from portal.storage.database import db
from tests.factories.procurement import OCID, SUPPLIER, make_chain, make_release, seal, tender_release
from tests.factories.ratings import make_resident, make_service
from tests.factories.web import text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask.testing import FlaskClient

    Counting = Callable[[], AbstractContextManager[list[str]]]

OTHER = "ocds-test00-0002"
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def buyer_and_supplier() -> tuple[int, int]:
    numbers = {name: number for number, name in db.session.execute(select(Organization.id, Organization.name))}
    return numbers["郑州市民政局"], numbers[str(SUPPLIER["name"])]


def test_a_buyer_shows_what_is_open_for_bids_now(client: FlaskClient) -> None:
    seal(*make_chain(), tender_release("开放的采购", ocid=OTHER, tenderPeriod={"endDate": "2026-06-30T09:00:00+08:00"}))
    buyer, _ = buyer_and_supplier()

    with clock.frozen(JUNE):
        now = text_of(client, f"/organizations/{buyer}")
    with clock.frozen(datetime(2026, 8, 1, tzinfo=UTC)):
        later = text_of(client, f"/organizations/{buyer}")

    assert 'id="opportunities"' in now
    assert 'id="opportunities"' not in later


def test_a_supplier_shows_awards_contracts_services_and_how_they_went(client: FlaskClient) -> None:
    seal(
        *make_chain(),
        make_release(
            "contractTermination", day="2026-07-01", contracts=[{"id": "C1", "awardID": "A1", "status": "terminated"}]
        ),
    )
    _, supplier = buyer_and_supplier()
    service = make_service(provider_id=supplier)

    page = text_of(client, f"/en/organizations/{supplier}")

    assert f"/processes/{OCID}#contract-C1" in page
    assert f"/services/{service.id}" in page
    assert "terminated early" in page.partition("How its contracts went")[2]


def test_concentration_is_told_with_its_number_and_no_blame(client: FlaskClient) -> None:
    seal(*make_chain(), *make_chain(OTHER))
    buyer, supplier = buyer_and_supplier()

    pages = [text_of(client, f"/en/organizations/{number}") for number in (buyer, supplier)]

    for page in pages:
        assert "<strong>100%</strong>" in page
        assert "2 of 2 contracts" in page
        assert "no ranking" in page


def test_a_single_contract_is_no_concentration(client: FlaskClient) -> None:
    seal(*make_chain())
    buyer, _ = buyer_and_supplier()

    assert 'id="concentration"' not in text_of(client, f"/organizations/{buyer}")


def test_what_is_hidden_does_not_count(client: FlaskClient) -> None:
    seal(*make_chain(), *make_chain(OTHER))
    hide("process", OTHER, reason="personal-data", by=make_resident())
    buyer, supplier = buyer_and_supplier()

    for number in (buyer, supplier):
        page = text_of(client, f"/organizations/{number}")
        assert OTHER not in page
        assert 'id="concentration"' not in page


def test_the_record_can_be_followed_and_taken_away(client: FlaskClient) -> None:
    seal(*make_chain())
    buyer, supplier = buyer_and_supplier()

    for number, links in (
        (buyer, (f"/notices.rss?buyer={buyer}", f"/processes.csv?buyer={buyer}")),
        (supplier, (f"/notices.rss?supplier={supplier}", f"/contracts.csv?supplier={supplier}")),
    ):
        page = text_of(client, f"/organizations/{number}")
        for link in links:
            assert link in page
            assert client.get(link).status_code == 200


def test_the_record_takes_few_queries_however_long_it_is(client: FlaskClient, count_queries: Counting) -> None:
    seal(*(release for number in range(30) for release in make_chain(f"ocds-test00-{number:04}")))
    buyer, supplier = buyer_and_supplier()

    for number in (buyer, supplier):
        with count_queries() as statements:
            text_of(client, f"/organizations/{number}")
        assert len(statements) <= 24
