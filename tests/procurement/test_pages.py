"""What people, feed readers and programs see of purchases."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import feedparser
import pytest

from portal.moderation.actions import hide
from portal.outbox import actions as outbox
from portal.procurement import queries
from portal.procurement.indexing import NOTICES, PROCESSES
from portal.ring.actions import add_link
from portal.ring.rules import Relation
from portal.storage.transactions import transaction
from tests.factories.planning import REGION, make_reference_data
from tests.factories.procurement import (
    BUYER,
    OCID,
    contract_release,
    make_chain,
    make_release,
    seal,
    tender_release,
)
from tests.factories.ratings import make_resident, make_service
from tests.factories.web import status_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask.testing import FlaskClient

    Counting = Callable[[], AbstractContextManager[list[str]]]

OTHER = "ocds-test00-0002"
PAGES = ("/processes", f"/processes/{OCID}", f"/processes/{OCID}/history", "/notices")


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_in_both_languages(client: FlaskClient, prefix: str, path: str) -> None:
    seal(*make_chain())

    answer = client.get(prefix + path)

    assert answer.status_code == 200
    assert "社区助餐服务" in answer.text or path.endswith("history")
    assert "Set-Cookie" not in answer.headers
    assert 'method="post"' not in answer.text


def test_the_page_of_a_process_tells_its_whole_story(client: FlaskClient) -> None:
    report = seal(*make_chain())

    page = text_of(client, f"/processes/{OCID}")

    for number in report.sealed:
        assert f"/processes/{OCID}/releases/{number}" in page
    for position in range(3):
        assert f"/ledger/entries/{position}" in page
    assert 'id="contract-C1"' in page
    assert "110,000" in page
    assert "郑州市民政局" in page
    assert f"/organizations/{queries.process(OCID).buyer_id}" in page


def test_the_ring_goes_on_from_a_contract_to_its_service(client: FlaskClient) -> None:
    seal(*make_chain())
    service = make_service("社区食堂")
    with transaction():
        add_link(Relation.DELIVERS, f"{OCID}#C1", str(service.id))

    page = text_of(client, f"/processes/{OCID}")

    section = page.partition('id="contract-C1"')[2].partition("</section>")[0]
    assert f'href="/services/{service.id}"' in section


def test_a_lone_bidder_is_pointed_out_without_blame(client: FlaskClient) -> None:
    seal(tender_release(procurementMethod="open", numberOfTenderers=1))

    assert "not proof" in text_of(client, f"/en/processes/{OCID}")


def test_the_history_shows_what_a_publication_changed(client: FlaskClient) -> None:
    seal(
        tender_release("旧题目"), make_release("tenderUpdate", day="2026-03-20", tender={"id": "T1", "title": "新题目"})
    )

    page = text_of(client, f"/processes/{OCID}/history")

    assert "招标" in page
    assert page.index("旧题目") < page.rindex("新题目")


def test_a_release_is_shown_as_it_was_published(client: FlaskClient) -> None:
    [number] = seal(tender_release("<b>助餐</b>")).sealed

    page = text_of(client, f"/processes/{OCID}/releases/{number}")

    assert "<b>助餐" not in page
    assert "&lt;b&gt;助餐" in page
    assert queries.release(number).sha256 in page


def test_a_notice_leads_to_its_release_for_good(client: FlaskClient) -> None:
    [number] = seal(tender_release()).sealed

    answer = client.get(f"/notices/{number}")

    assert (answer.status_code, answer.headers["Location"]) == (301, f"/processes/{OCID}/releases/{number}")


@pytest.mark.parametrize(
    "path",
    [
        "/processes/nothing",
        "/processes/nothing/history",
        f"/processes/{OCID}/releases/999",
        f"/processes/{OTHER}/releases/1",
        f"/processes/{OCID}/releases/99999999999999999999",
        "/notices/999",
        "/processes?page=9",
        "/notices?page=9",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    seal(tender_release(), tender_release(ocid=OTHER))

    assert status_of(client, path) == 404


@pytest.mark.parametrize("query", ["page=-1", "stage=x", "sort=x", "year=x", "from=x", "buyer=x", "supplier=-1"])
@pytest.mark.parametrize("path", ["/processes", "/notices"])
def test_a_filter_that_cannot_be_meant_is_refused(client: FlaskClient, path: str, query: str) -> None:
    assert status_of(client, f"{path}?{query}") == 400


@pytest.mark.parametrize("query", ["q=%00", "q=%ED%A0%80", "q=<script>", "q=%25", "unknown=1", "region=nowhere"])
@pytest.mark.parametrize("path", ["/processes", "/notices"])
def test_any_words_get_an_answer(client: FlaskClient, path: str, query: str) -> None:
    assert status_of(client, f"{path}?{query}") == 200


def test_lists_are_narrowed_by_each_filter(client: FlaskClient) -> None:
    make_reference_data()
    party = {**BUYER, "roles": ["buyer"], "address": {"regionCode": REGION}}
    seal(*make_chain(), make_release("planning", ocid=OTHER, day="2025-01-02", planning={"rationale": "另一件"}))
    seal(make_release("tenderUpdate", day="2026-03-20", parties=[party]))
    buyer, supplier = queries.process(OCID).buyer_id, queries.contracts_of(OCID)[0].supplier_id

    for query in (
        "q=助餐", "stage=contract", "year=2026", "from=2026-01-01", f"buyer={buyer}", f"supplier={supplier}",
        f"region={REGION}",
    ):  # fmt: skip
        for path in ("/processes", "/notices"):
            page = text_of(client, f"{path}?{query}")
            assert (OCID in page, OTHER in page) == (True, False), f"{path}?{query}"
    assert OTHER in text_of(client, "/processes?to=2025-12-31")
    assert OCID not in text_of(client, "/notices?kind=planning")


@pytest.mark.parametrize("path", ["/processes", "/notices", "/processes?sort=-amount", "/notices?region=410100"])
def test_a_list_of_twenty_takes_at_most_ten_queries(client: FlaskClient, count_queries: Counting, path: str) -> None:
    make_reference_data()
    seal(*(release for number in range(25) for release in make_chain(f"ocds-test00-{number:04}")))
    party = {**BUYER, "roles": ["buyer"], "address": {"regionCode": REGION}}
    seal(
        *(
            make_release("tenderUpdate", ocid=f"ocds-test00-{n:04}", day="2026-03-20", parties=[party])
            for n in range(25)
        )
    )

    with count_queries() as statements:
        page = text_of(client, path)

    assert page.count('class="sw-item"') == 20
    assert len(statements) <= 9


def test_one_process_with_many_contracts_takes_few_queries(client: FlaskClient, count_queries: Counting) -> None:
    seal(*make_chain(), *(contract_release(f"C{number}", day=f"2026-05-{number:02}") for number in range(2, 20)))

    with count_queries() as statements:
        page = text_of(client, f"/processes/{OCID}")

    assert page.count('id="contract-') == 19
    assert len(statements) <= 15


def test_what_is_hidden_is_gone_from_every_list(client: FlaskClient) -> None:
    seal(*make_chain(), *make_chain(OTHER))
    hide("process", OCID, reason="personal-data", by=make_resident())

    for path in ("/processes", "/notices", "/notices.rss", "/notices.csv", "/processes.csv", "/contracts.csv"):
        page = text_of(client, path)
        assert (OCID in page, OTHER in page) == (False, True), path
    assert status_of(client, f"/processes/{OCID}") in {404, 410}
    assert list(queries.describe_processes([OCID, OTHER])) == [OTHER]
    assert list(queries.describe_contracts([f"{OCID}#C1", f"{OTHER}#C1"])) == [f"{OTHER}#C1"]
    assert [document.object_id for document in PROCESSES.documents(None)] == [OTHER]
    assert len(list(NOTICES.documents(None))) == 3


def test_a_hidden_notice_is_gone_and_its_process_stays(client: FlaskClient) -> None:
    numbers = seal(*make_chain()).sealed
    hide("notice", str(numbers[0]), reason="personal-data", by=make_resident())

    assert status_of(client, f"/processes/{OCID}/releases/{numbers[0]}") in {404, 410}
    assert len(list(NOTICES.documents(None))) == 2
    assert status_of(client, f"/processes/{OCID}") == 200


def test_what_a_hidden_notice_said_is_no_longer_said_by_its_process(client: FlaskClient) -> None:
    leak = make_release("tenderUpdate", day="2026-03-20", tender={"id": "T1", "description": "某人的电话"})
    numbers = seal(tender_release(), leak).sealed
    hide("notice", str(numbers[1]), reason="personal-data", by=make_resident())

    outbox.drain(client.application.extensions["outbox_consumers"])

    for path in (f"/processes/{OCID}", f"/processes/{OCID}/history", f"/ocds/records/{OCID}.json"):
        assert "某人的电话" not in text_of(client, path), path


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_notices_can_be_followed_newest_first(client: FlaskClient, extension: str) -> None:
    seal(*make_chain())

    read = feedparser.parse(client.get(f"/notices.{extension}").data)

    assert not read.bozo
    assert [entry.link.rpartition("/")[2] for entry in read.entries] == ["3", "2", "1"]


def test_processes_and_contracts_can_be_taken_away_as_files(client: FlaskClient) -> None:
    seal(*make_chain())

    [process] = csv.DictReader(io.StringIO(text_of(client, "/processes.csv")))
    [contract] = csv.DictReader(io.StringIO(text_of(client, "/contracts.csv")))

    assert (process["id"], process["stage"], process["amount_fen"]) == (OCID, "contract", "11000000")
    assert (contract["id"], contract["amount_fen"], contract["signed_on"]) == (f"{OCID}#C1", "11000000", "2026-05-01")


def test_search_is_told_of_notices_and_processes(client: FlaskClient) -> None:
    seal(*make_chain())
    outbox.drain(client.application.extensions["outbox_consumers"])

    page = text_of(client, "/search?q=助餐")

    assert "/processes/" in page or "/notices/" in page
    assert [document.object_id for document in NOTICES.documents(["1", "999"])] == ["1"]
    assert [document.object_id for document in PROCESSES.documents(["nothing"])] == []
