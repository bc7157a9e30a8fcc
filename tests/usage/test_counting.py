"""Use is counted without anybody being known, by several processes at once, and told in whole days and months."""

from __future__ import annotations

import csv
import io
import json
import re
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import OperationalError

from portal.app import create_app
from portal.kernel import clock
from portal.moderation.actions import hide
from portal.outbox.queries import change_state
from portal.storage.database import db
from portal.usage import actions, counting, queries
from portal.usage.models import UsageDay, UsageMonth
from portal.usage.rules import Key, Use, month_of
from tests.factories.services import make_bodies, make_listing
from tests.servers import served

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask import Flask
    from flask.testing import FlaskClient

    from portal.settings import Settings

BROWSER = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0 zhangsans-own-browser"
READER = {"User-Agent": BROWSER}
ADDRESS = "203.0.113.77"
THIS_MONTH = clock.start_of(clock.today().replace(day=1))
LAST, THIS = THIS_MONTH - timedelta(days=5), THIS_MONTH + timedelta(hours=36)
MONTH = month_of(clock.day_of(LAST))


def months() -> dict[tuple[str, str, str, str], int]:
    db.session.rollback()
    return {(one.month, one.use, one.kind, one.object_id): one.count for one in db.session.scalars(select(UsageMonth))}


def use(client: FlaskClient, path: str, times: int = 1) -> None:
    for _ in range(times):
        with client.get(path, headers=READER, environ_base={"REMOTE_ADDR": ADDRESS}) as answer:
            assert answer.status_code in {200, 304}


def test_what_is_used_is_counted_by_month_and_day(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    number = make_listing("服务一").id
    with clock.frozen(LAST):
        for path in (
            f"/services/{number}",
            f"/en/services/{number}",
            "/services.csv",
            "/services.rss",
            "/hsds/services",
        ):
            use(client, path)
        counting.write(app)
        use(client, f"/services/{number}")
        counting.write(app)

    assert months() == {
        (MONTH, "view", "service", str(number)): 3,
        (MONTH, "download", "list", "services"): 1,
        (MONTH, "feed", "list", "services"): 1,
        (MONTH, "api", "list", "services"): 1,
    }
    days = {(one.use, one.kind, one.list_name): one.count for one in db.session.scalars(select(UsageDay))}
    assert days["view", "service", ""] == 3  # nothing of a single thing is kept by day
    assert days["feed", "list", "services"] == 1


def test_no_request_writes_and_no_page_becomes_new_by_being_counted(
    app: Flask, client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    before = change_state()
    with count_queries() as statements:
        use(client, "/help")

    assert not [one for one in statements if re.search(r"\b(INSERT|UPDATE|DELETE)\b", one.upper())]
    counting.write(app)
    assert months() != {}
    assert change_state() == before


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/help", {"User-Agent": "Googlebot/2.1"}),
        ("/help", READER | {"Sec-Purpose": "prefetch"}),
        ("/account/sign-in", READER),
        ("/none", READER),
        ("/robots.txt", READER),
    ],
)
def test_robots_and_what_nobody_saw_are_not_counted(
    app: Flask, client: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    client.get(path, headers=headers)
    client.head("/help", headers=READER)
    counting.write(app)

    assert months() == {}


def test_nothing_is_counted_where_the_settings_say_so(settings: Settings) -> None:
    quiet = create_app(replace(settings, usage="off"))
    use(quiet.test_client(), "/help")
    with quiet.app_context():
        counting.write(quiet)

        assert months() == {}
        db.session.remove()
        db.engine.dispose()


def test_neither_address_nor_program_of_a_reader_is_kept_anywhere(
    app: Flask, client: FlaskClient, settings: Settings
) -> None:
    use(client, "/help")
    use(client, "/notices.rss")
    counting.write(app)
    db.session.rollback()

    kept = []
    for table in inspect(db.engine).get_table_names():
        kept += [str(tuple(row)) for row in db.session.execute(text(f'SELECT * FROM "{table}"'))]  # noqa: S608 - ours
    kept += [path.read_bytes().decode("latin-1") for path in settings.data_dir.rglob("*") if path.is_file()]
    assert any("help" in one for one in kept)
    assert not [one for one in kept if ADDRESS in one or "zhangsans-own-browser" in one]
    assert {column["name"] for column in inspect(db.engine).get_columns("usage_month")} == {
        "id", "month", "use", "kind", "object_id", "count",
    }  # fmt: skip


def test_counts_that_cannot_be_written_are_kept_for_the_next_time(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(client, "/help", 2)

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("locked", {}, Exception())

    with monkeypatch.context() as broken:
        broken.setattr(counting, "add_counts", fail)
        counting.write(app)
    use(client, "/help")
    counting.write(app)

    assert "tried again" in caplog.text
    assert list(months().values()) == [3]


def test_days_are_forgotten_after_the_months_that_are_set_and_months_are_not(app: Flask) -> None:
    key = Key(Use.VIEW, "page", "help")
    for moment in (
        datetime(2025, 9, 30, 4, tzinfo=UTC),
        datetime(2025, 10, 1, 4, tzinfo=UTC),
        datetime(2026, 11, 2, 4, tzinfo=UTC),
    ):
        with clock.frozen(moment):
            actions.add_counts({key: 7}, months_kept=13)

    days = sorted(day.isoformat() for day in db.session.scalars(select(UsageDay.day)))
    assert days == ["2025-10-01", "2026-11-02"]
    assert len(months()) == 3


def test_two_processes_count_at_once_and_lose_nothing(app: Flask, settings: Settings) -> None:
    db.session.remove()
    with served(settings) as (first, one), served(settings, drain="off") as (second, two):
        for _ in range(10):
            for address in (first, second):
                request = urllib.request.Request(f"{address}/help", headers=READER)  # noqa: S310 - loopback
                urllib.request.urlopen(request).read()  # noqa: S310 - loopback
        for process in (one, two):
            process.terminate()
            process.wait(30)

    assert [count for key, count in months().items() if key[3] == "help"] == [20]


def counted(app: Flask, key: Key, count: int) -> None:
    with clock.frozen(LAST):
        actions.add_counts({key: count}, months_kept=13)


def rows(client: FlaskClient, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/data/{name}.csv").text)))


def test_small_counts_are_told_as_small(app: Flask, client: FlaskClient) -> None:
    counted(app, Key(Use.DOWNLOAD, "list", "services"), 4)
    counted(app, Key(Use.FEED, "list", "services"), 5)
    counted(app, Key(Use.API, "list", "services"), 12)

    assert [(row["use"], row["count"], row["is_small"]) for row in rows(client, "usage")] == [
        ("download", "", "true"), ("feed", "5", "false"), ("api", "12", "false"),
    ]  # fmt: skip
    assert [row["count"] for row in rows(client, "usage-days")] == ["", "5", "10"]


def test_the_present_month_and_day_are_not_told(app: Flask, client: FlaskClient) -> None:
    actions.add_counts({Key(Use.VIEW, "page", "help"): 9}, months_kept=13)

    assert rows(client, "usage") == []
    assert rows(client, "usage-days") == []


def test_what_is_hidden_is_in_no_statistics(app: Flask, client: FlaskClient) -> None:
    make_bodies()
    shown, hidden = make_listing("甲服务").id, make_listing("乙服务").id
    for number in (shown, hidden):
        counted(app, Key(Use.VIEW, "service", str(number)), 50)
    before = rows(client, "usage")
    hide("service", str(hidden), reason="误公开", by=None)

    assert {row["title"] for row in before} == {"甲服务", "乙服务"}
    assert {row["title"] for row in rows(client, "usage")} == {"甲服务"}
    with clock.frozen(THIS):
        page = client.get("/statistics").text
    assert "甲服务" in page
    assert "乙服务" not in page


def test_rows_lead_to_what_was_used(app: Flask, client: FlaskClient) -> None:
    _, buyer, _ = make_bodies()
    number = make_listing("甲服务").id
    counted(app, Key(Use.VIEW, "service", str(number)), 50)
    counted(app, Key(Use.VIEW, "organization", str(buyer)), 50)
    counted(app, Key(Use.VIEW, "page", "help"), 50)

    found = rows(client, "usage")
    assert len(found) == 3
    assert [client.get(re.sub(r"^http://[^/]+", "", row["url"])).status_code for row in found] == [200] * 3


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("has_counts", [True, False])
def test_the_page_shows_charts_with_their_figures(
    app: Flask, client: FlaskClient, prefix: str, *, has_counts: bool
) -> None:
    if has_counts:
        counted(app, Key(Use.VIEW, "page", "help"), 1203)
    with clock.frozen(THIS):
        answer = client.get(f"{prefix}/statistics")

    assert answer.status_code == 200
    assert answer.text.count('<svg class="sw-columns"') == (2 if has_counts else 0)
    assert ("1205" in answer.text) is has_counts
    assert "/data/usage.csv" in answer.text


def test_statistics_are_an_interface_too(app: Flask, client: FlaskClient) -> None:
    counted(app, Key(Use.VIEW, "page", "help"), 1203)
    with clock.frozen(THIS):
        body = json.loads(client.get("/api/v1/usage").data)

    assert [one["count"] for one in body["data"]] == [1203]


def test_days_before_counting_began_are_not_shown_as_unused(app: Flask) -> None:
    counted(app, Key(Use.VIEW, "page", "help"), 9)

    with clock.frozen(LAST + timedelta(days=3)):
        days = queries.by_day()[Use.VIEW]

    assert [count for _, count in days] == [9, 0, 0]
