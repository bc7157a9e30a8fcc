"""A portal with something in every feed, and a gap where something was hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from portal.feeds import registry
from portal.feeds.formats import FORMATS
from portal.kernel import clock
from portal.moderation.actions import hide
from tests.factories.demand import make_person, make_place, make_proposal
from tests.factories.planning import make_need, make_published_plan
from tests.factories.procurement import OCID, make_chain, seal, tender_release
from tests.factories.services import make_listing

if TYPE_CHECKING:
    from flask import Flask

MARCH = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SPOILT = "\x0b养老 5 < 6 & 一\u2028\x1b[31m"

QUERIES = {
    "notices": ["", "?page=2", "?archive=2026-03", "?archive=2026-03.2", "?region=410100"],
    "search": ["?q=养老"],
}


@dataclass(frozen=True)
class World:
    """What there is: the addresses of things, without extension."""

    things: list[str]

    def paths(self, app: Flask) -> list[str]:
        """List the address of every kind of feed, its pages and archives too, in both languages."""
        with app.app_context():
            names = [source.name for source in registry.all_feeds()]
        queries = {
            "notices": ["", "?page=2", "?archive=2026-03", "?archive=2026-03.2", "?region=410100"],
            "search": ["?q=养老"],
        }
        lists = [(name, query) for name in names for query in queries.get(name, [""])]
        documents = [f"/{name}.{{}}{query}" for name, query in lists] + [f"/{thing}.{{}}" for thing in self.things]
        return [prefix + path for prefix in ("", "/en") for path in documents]


@pytest.fixture
def world(app: Flask) -> World:
    """Publish notices over some months, a proposal, a need, a plan and a service; hide a notice and a proposal."""
    with clock.frozen(MARCH):
        government = make_place()
        proposals = [make_proposal(government, by=make_person(f"p{n}"), title=f"建议{n}") for n in range(2)]
        need = make_need(government)
        plan = make_published_plan(government, [need]).id
        service = make_listing(f"社区助餐{SPOILT}").id
    sealed = seal_many(60)
    with clock.frozen(MARCH + timedelta(days=40)):
        seal(*make_chain())
    with clock.frozen(LATER - timedelta(days=1)):
        hide("notice", str(sealed[7]), reason="测试", by=None)
        hide("proposal", str(proposals[1]), reason="测试", by=None)
    things = [
        f"processes/{OCID}", "organizations/1", f"services/{service}", f"proposals/{proposals[0]}",
        f"needs/{need}", f"plans/{plan}", "regions/410100", "categories/A0402",
    ]  # fmt: skip
    return World(things)


def seal_many(count: int) -> list[int]:
    """Publish notices of as many purchases, an hour apart."""
    sealed: list[int] = []
    for number in range(count):
        with clock.frozen(MARCH + timedelta(hours=number)):
            sealed += seal(tender_release(f"{SPOILT}公告 {number}", ocid=f"{OCID}-{number}", description=SPOILT)).sealed
    return sealed


@pytest.fixture(params=sorted(FORMATS))
def extension(request: pytest.FixtureRequest) -> str:
    return str(request.param)
