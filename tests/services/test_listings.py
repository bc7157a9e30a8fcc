"""A service keeps its place, hours, price and contracts, and outlives each contract."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from portal.kernel import clock
from portal.ledger import checking
from portal.ledger.models import LedgerEntry
from portal.moderation.actions import hide
from portal.outbox.models import OutboxEvent
from portal.ratings.actions import close_week
from portal.ratings.queries import latest_summaries
from portal.ring.queries import neighbours
from portal.ring.rules import Kind
from portal.services import queries, rules
from portal.services.listing import hours
from portal.services.listing.hours import Span
from portal.services.listing.statements import Place, Price
from portal.services.rules import ContractTime, Delivery, Mode, ServiceStatus
from portal.storage.database import db
from tests.factories.ratings import MONDAY, rate
from tests.factories.services import (
    WEEKDAYS,
    close,
    deliver_under,
    make_bodies,
    make_checked,
    make_contract,
    make_listing,
    make_publisher,
    say_anew,
)
from tests.factories.web import send, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient

OTHER = {"id": "S2", "name": "郑州市春雨社会工作服务中心", "roles": ["supplier"]}


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("", []),
        ("9:00-12:00", [("09:00", "12:00")]),
        ("１４：００—１８：００、8:30至12:00", [("08:30", "12:00"), ("14:00", "18:00")]),
        ("全天", [("00:00", "23:59")]),
        ("18:00-24:00", [("18:00", "23:59")]),
    ],
)
def test_hours_are_read_as_people_type_them(raw: str, read: list[tuple[str, str]]) -> None:
    assert hours.read_hours(raw) == read


@pytest.mark.parametrize("raw", ["9点到12点", "12:00-9:00", "25:00-26:00", "9:00-12:00,11:00-13:00", "9:00"])
def test_hours_that_cannot_be_meant_are_refused(raw: str) -> None:
    with pytest.raises(hours.WrongHoursError):
        hours.read_hours(raw, field="day_1")


def test_hours_that_were_written_read_the_same_again() -> None:
    spans = [("08:30", "12:00"), ("14:00", "18:00")]

    assert hours.read_hours(hours.written_hours(spans)) == spans


def test_a_week_begins_with_today() -> None:
    days = hours.week([Span(1, "09:00", "12:00")], today=6)

    assert [day for day, _ in days] == [6, 7, 1, 2, 3, 4, 5]
    assert days[2] == (1, "09:00-12:00")


@pytest.mark.parametrize("text", ["1. 打电话；2. 带身份证", "打电话\n带身份证", "1、打电话\n2、带身份证"])
def test_steps_are_read_from_lines_or_numbers(text: str) -> None:
    assert rules.steps(text) == ["打电话", "带身份证"]


SPANS = {
    "none": ([], Delivery.UNKNOWN),
    "running": ([(-10, 10, "active")], Delivery.CURRENT),
    "last day": ([(-10, 0, "active")], Delivery.CURRENT),
    "without end": ([(-10, None, "active")], Delivery.CURRENT),
    "later": ([(5, 10, "active")], Delivery.AHEAD),
    "over": ([(-10, -1, "active")], Delivery.OVER),
    "terminated": ([(-10, 10, "terminated")], Delivery.OVER),
    "between two": ([(-10, -1, "active"), (5, 10, "active")], Delivery.AHEAD),
    "succeeded": ([(-10, -1, "active"), (0, 10, "active")], Delivery.CURRENT),
}


@pytest.mark.parametrize("said", list(ServiceStatus))
def test_the_database_derives_the_state_as_the_rule_does(app: Flask, said: ServiceStatus) -> None:
    _, buyer, _ = make_bodies()
    made = {}
    for number, (name, (spans, _)) in enumerate(SPANS.items()):
        made[name] = make_listing(name, buyer_id=buyer, status=said).id
        for place, (starts, ends, status) in enumerate(spans):
            ocid = f"ocds-test00-{number}-{place}"
            contract = make_contract(ocid, starts=starts, ends=ends, status=status)
            deliver_under(made[name], ocid, contract)

    today = clock.today()
    for name, (_, expected) in SPANS.items():
        service = queries.service(made[name])
        times: list[ContractTime] = [
            rules.contract_time(one.status, one.starts_on or one.signed_on, one.ends_on, today)
            for one in queries.contracts_of(service.id)
        ]
        assert rules.delivery_of(times) == service.delivery == expected, name
        assert service.status is rules.status_of(said, expected)
        for status in ServiceStatus:
            found = db.session.scalars(queries.visible_services().where(queries.has_status(status))).all()
            assert (service in found) == (service.status is status), (name, status)


def test_a_service_keeps_its_number_and_ratings_when_a_contract_succeeds_another(
    app: Flask, client: FlaskClient
) -> None:
    _, buyer, supplier = make_bodies()
    first = make_contract("ocds-test00-1", starts=-400, ends=-1)
    service = make_listing(buyer_id=buyer, provider_id=supplier, contracts=(("ocds-test00-1", first),), assured_on=None)
    before = (service.id, service.hsds_id)
    rate(service.id, [4] * 6)
    with clock.frozen(MONDAY + timedelta(days=7)):
        close_week(clock.today())
    assert queries.service(before[0]).status is ServiceStatus.INACTIVE
    assert "最后一份合同已到期" in client.get(f"/services/{before[0]}").text

    second = make_contract("ocds-test00-2", starts=0, ends=365, supplier=OTHER)
    deliver_under(before[0], "ocds-test00-2", second)

    service = queries.service(before[0])
    assert (service.id, service.hsds_id, service.status) == (*before, ServiceStatus.ACTIVE)
    assert latest_summaries([service.id])[service.id].n == 6
    assert service.provider_id != supplier
    assert service.ocid == "ocds-test00-2"
    assert len([one for one in neighbours(Kind.SERVICE, str(service.id)) if one.kind is Kind.CONTRACT]) == 2
    page = client.get(f"/services/{service.id}").text
    assert page.index("当前合同") < page.index("助餐合同2") < page.index("以往合同")
    assert page.index("以往合同") < page.index("助餐合同1")


def test_a_foreign_or_unknown_contract_is_refused_and_leaves_no_trace(app: Flask) -> None:
    _, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer).id

    with pytest.raises(rules.UnknownContractError):
        deliver_under(service, "ocds-test00-9", "C")

    assert queries.contracts_of(service) == []
    assert len(queries.versions_of(service)) == 1


def test_each_publication_is_in_the_ledger_with_its_bytes(app: Flask) -> None:
    _, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer).id

    say_anew(service, name="改名的助餐")
    say_anew(service, assured_on=clock.today() - timedelta(days=1))
    close(service, "装修")
    say_anew(service, status=ServiceStatus.ACTIVE)

    versions = queries.versions_of(service)
    assert [one.act for one in versions] == ["reopen", "close", "check", "amend", "publish"]
    assert json.loads(versions[3].said)["name"] == "改名的助餐"
    entries = db.session.query(LedgerEntry).filter_by(type="service", object_id=str(service)).count()
    assert entries == 5
    assert checking.check().faults == []
    assert db.session.query(OutboxEvent).filter_by(kind="service", object_id=str(service)).count() >= 5


def test_the_freshest_usable_services_come_first_and_closed_ones_are_found_by_name(
    app: Flask, client: FlaskClient
) -> None:
    _, buyer, _ = make_bodies()
    make_checked("新近核实", 3)
    make_checked("很久没核实", 200)
    closed = make_checked("已停办的", 3, buyer_id=buyer)
    close(closed.id, "停办", for_good=True)

    listed, found = client.get("/services").text, client.get("/services?q=已停办").text

    assert listed.index("新近核实") < listed.index("很久没核实")
    assert "已停办的" not in listed
    assert "已停办的" in found


def test_a_service_for_two_districts_is_found_from_both(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    make_listing("两区服务", areas=("410105", "410102"))

    assert [
        region
        for region in ("410105", "410102", "410103")
        if "两区服务" in client.get(f"/services?region={region}").text
    ] == [
        "410105",
        "410102",
    ]


def test_the_page_answers_who_how_price_phone_and_check_in_one_request(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    service = make_listing(ineligibility="已入住养老院的老人")

    page = client.get(f"/services/{service.id}").text

    wanted = [
        "六十岁以上老人",
        "已入住养老院的老人",
        "带身份证",
        "10元",
        "示例路1号",
        "09:00-12:00",
        "门口有坡道",
        "已核实",
    ]
    assert [text for text in wanted if text not in page] == []
    assert 'href="tel:0371-0000-1000"' in page
    assert page.index("tel:") < page.index("六十岁以上老人") < page.index("带身份证") < page.index("10元")


def test_free_is_told_and_a_home_visit_has_no_address(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    service = make_listing(prices=(Price(0),), fees="", places=[Place(Mode.HOME, hours=WEEKDAYS)])

    page = client.get(f"/services/{service.id}").text

    assert "免费" in page
    assert "上门服务" in page
    assert "示例路" not in page


def test_the_list_tells_the_way_the_hours_and_the_price_of_each(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    everyday = tuple(Span(day, "09:00", "21:00") for day in hours.WEEKDAYS)
    make_listing("热线一", prices=(Price(0),), places=[Place(Mode.PHONE, hours=everyday)])
    make_listing("热线二", prices=(Price(0),), places=[Place(Mode.PHONE, hours=everyday)])

    page = client.get("/services").text

    assert [page.count(text) for text in ("电话服务", "今天：09:00-21:00", "免费")] == [2, 2, 2]


def test_an_old_listing_says_phone_first_and_a_free_place_is_forgotten_after_a_week(
    app: Flask, client: FlaskClient
) -> None:
    make_bodies()
    with clock.frozen(clock.now() - timedelta(days=8)):
        service = make_checked("助餐", 200, available=3, maximum=30).id

    page = client.get(f"/en/services/{service}").text

    assert "phone first" in page
    assert "not known; last told on" in page


def test_a_closed_service_shows_its_alert_first(app: Flask, client: FlaskClient) -> None:
    _, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer).id
    close(service, "十二月一日恢复")

    page = client.get(f"/services/{service}").text

    assert page.index("十二月一日恢复") < page.index("六十岁以上老人")


def test_a_hidden_service_has_no_page(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    service = make_listing().id
    hide("service", str(service), reason="错误", by=None)

    assert client.get(f"/services/{service}").status_code == HTTPStatus.NOT_FOUND


def test_the_list_takes_as_many_statements_for_twenty_as_for_two(
    app: Flask, client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    make_bodies()
    counts = []
    for number in range(20):
        make_listing(f"助餐{number}")
        if number in {2, 19}:
            client.get("/services")
            with count_queries() as statements:
                client.get("/services?x=1")
            counts.append(len(statements))

    assert counts[0] == counts[1]


def test_what_a_resident_finds_wrong_reaches_the_office_and_the_answer_is_public(
    app: Flask, client: FlaskClient
) -> None:
    government, buyer, _ = make_bodies()
    service = make_listing(buyer_id=buyer).id
    person = make_publisher(government)
    office = signed_in(app, person)

    sent = send(office, f"/services/{service}/report", text="电话打不通")
    assert "电话打不通" in office.get("/office/services").text
    (report,) = queries.reports_in_office({government})
    answered = send(office, f"/office/services/reports/{report.id}", answer="号码已更正")

    assert (sent.status_code, answered.status_code) == (HTTPStatus.SEE_OTHER, HTTPStatus.SEE_OTHER)
    page = client.get(f"/services/{service}").text
    assert "号码已更正" in page
    assert "电话打不通" not in page
    assert queries.reports_in_office({government}) == []
