"""What is counted as use, of what, and what is never counted."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.usage.readers import is_reader
from portal.usage.rules import KINDS, LONGEST_ID, Key, Use, is_use, key_of, months_before, rounded, shown

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0"
)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/", Key(Use.VIEW, "page", "home")),
        ("/services", Key(Use.VIEW, "list", "services")),
        ("/services/12", Key(Use.VIEW, "service", "12")),
        ("/services/12/ratings/3", Key(Use.VIEW, "service", "12")),
        ("/processes/ocds-a-1/history", Key(Use.VIEW, "process", "ocds-a-1")),
        ("/processes/ocds/a/releases/7", Key(Use.VIEW, "process", "ocds/a")),
        ("/processes/ocds-a-1/releases/7.json", Key(Use.DOWNLOAD, "process", "ocds-a-1")),
        ("/plans/2/lines/1", Key(Use.VIEW, "plan", "2")),
        ("/documents/5/original", Key(Use.DOWNLOAD, "document", "5")),
        ("/notices.csv", Key(Use.DOWNLOAD, "list", "notices")),
        ("/data/notices.xlsx", Key(Use.DOWNLOAD, "list", "notices")),
        ("/data/notices", Key(Use.VIEW, "list", "notices")),
        ("/data/snapshots/2026-11-25/notices.csv", Key(Use.DOWNLOAD, "list", "notices")),
        ("/data/snapshots/2026-11-25/ocds-releases-2026.jsonl.gz", Key(Use.DOWNLOAD, "list", "ocds")),
        ("/data/api", Key(Use.VIEW, "page", "data")),
        ("/data", Key(Use.VIEW, "page", "data")),
        ("/notices.rss", Key(Use.FEED, "list", "notices")),
        ("/notices.feed.json", Key(Use.FEED, "list", "notices")),
        ("/services/12.atom", Key(Use.FEED, "service", "12")),
        ("/api/v1/services/12", Key(Use.API, "list", "services")),
        ("/hsds/services", Key(Use.API, "list", "services")),
        ("/ocds/releases.json", Key(Use.DOWNLOAD, "list", "ocds")),
        ("/catalog.ttl", Key(Use.DOWNLOAD, "page", "catalog")),
        ("/static/portal.css", None),
        ("/healthz", None),
        ("/robots.txt", None),
        ("/sitemaps/services-0.xml", None),
        ("/ledger/tile/0/000", None),
        ("/search/suggestions.json", None),
    ],
)
def test_an_address_is_counted_as_what_it_shows(path: str, key: Key | None) -> None:
    assert key_of(path) == key


@given(path=st.text(max_size=250).map(lambda text: "/" + text))
def test_whatever_the_address_it_has_a_key_that_fits_or_none(path: str) -> None:
    key = key_of(path)

    assert key is None or (key.kind in KINDS and len(key.object_id) <= LONGEST_ID)


@pytest.mark.parametrize(
    ("use", "said", "counts"),
    [
        (Use.VIEW, {"method": "GET", "status": 200, "purpose": ""}, True),
        (Use.VIEW, {"method": "GET", "status": 304, "purpose": ""}, True),
        (Use.FEED, {"method": "GET", "status": 304, "purpose": ""}, True),
        (Use.DOWNLOAD, {"method": "GET", "status": 304, "purpose": ""}, False),
        (Use.DOWNLOAD, {"method": "GET", "status": 206, "purpose": ""}, False),
        (Use.VIEW, {"method": "HEAD", "status": 200, "purpose": ""}, False),
        (Use.VIEW, {"method": "GET", "status": 404, "purpose": ""}, False),
        (Use.VIEW, {"method": "GET", "status": 301, "purpose": ""}, False),
        (Use.VIEW, {"method": "GET", "status": 200, "purpose": "prefetch;prerender"}, False),
    ],
)
def test_only_what_somebody_asked_for_and_got_counts(use: Use, said: dict[str, object], *, counts: bool) -> None:
    assert is_use(use, **said) is counts  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("agent", "use", "counts"),
    [
        (FIREFOX, Use.VIEW, True),
        (WECHAT, Use.VIEW, True),
        ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", Use.VIEW, False),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", Use.DOWNLOAD, False),
        ("curl/8.5.0", Use.VIEW, False),
        ("curl/8.5.0", Use.DOWNLOAD, True),
        ("newsboat/2.21 (Linux)", Use.FEED, True),
        ("", Use.VIEW, False),
        ("", Use.API, True),
    ],
)
def test_robots_are_not_counted_and_tools_only_for_what_they_fetch(agent: str, use: Use, *, counts: bool) -> None:
    assert is_reader(agent, use) is counts


@given(count=st.integers(0, 10**9))
def test_small_counts_are_left_out_and_sums_rounded(count: int) -> None:
    assert (shown(count) is None) == (count < 5)
    assert rounded(count) % 5 == 0
    assert (rounded(count) == 0) == (count == 0)
    assert count == 0 or abs(rounded(count) - count) <= 4


def test_months_are_counted_back_over_the_year() -> None:
    assert months_before(date(2026, 1, 31), 13) == date(2024, 12, 1)
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 1)
