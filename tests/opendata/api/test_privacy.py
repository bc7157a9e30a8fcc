"""Nothing of a person, nothing hidden and nothing that is not public yet is in the API."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sqlalchemy import update

from portal.accounts.models import Person
from portal.demand.actions import submit_proposal, support_proposal
from portal.demand.models import Proposal
from portal.kernel import clock
from portal.moderation.actions import hide
from portal.opendata.api import listing
from portal.outbox.actions import append_event, give_positions
from portal.procurement import queries
from portal.ratings.actions import Opinion, close_week, rate_service
from portal.ring.rules import Kind
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.demand import make_proposal, proposal_text
from tests.factories.planning import make_government, make_need, make_plan, make_planner, make_published_plan
from tests.factories.procurement import OCID, make_chain, seal
from tests.factories.ratings import MONDAY, NEXT_MONDAY, make_resident, rate
from tests.factories.services import make_bodies, make_listing

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.opendata.api.conftest import Reader

MOBILE, CITIZEN, NAME = "13812345678", "410105199003070018", "欧阳不公开"
SECRET = "尚未公开的内容"
pytestmark = pytest.mark.usefixtures("app")


def everything(client: FlaskClient) -> dict[str, str]:
    """Read every list, every row of it and what changed of it, the description and the page for people."""
    give_positions()
    told = {path: client.get(path).text for path in ("/api/v1/", "/api/v1/openapi.json", "/data/api", "/en/data/api")}
    for dataset in listing.datasets():
        address = f"/api/v1/{dataset.name}"
        answer = client.get(f"{address}?limit=1000")
        told[address] = answer.text
        for row in answer.get_json()["data"]:
            path = f"{address}/{quote(str(row['id']), safe='')}"
            told[path] = client.get(path).text
        if dataset.follows is not None:
            told[f"{address}?since"] = client.get(f"{address}?updated_since=0&limit=1000").text
    return told


def publish() -> int:
    """Let people do all they can; give the number of somebody whose name and numbers are known to the portal."""
    government, buyer, supplier = make_bodies()
    service = make_listing(buyer_id=buyer, provider_id=supplier)
    person = make_resident()
    with transaction():
        db.session.execute(update(Person).values(name=NAME))
        db.session.get_one(Person, person).email = f"{MOBILE}@example.org"
    proposal = make_proposal(government, by=person)
    support_proposal(proposal, by=make_resident())
    with transaction():
        db.session.execute(update(Proposal).values(refusal=f"{NAME} {MOBILE} {CITIZEN}"))
    rate(service.id, [5, 4, 5, 5, 1, 2, 3, 4, 5, 5, 5])
    with clock.frozen(MONDAY):
        rate_service(service.id, Opinion(1, comment=f"{NAME} {MOBILE} {CITIZEN}"), by=person)
    close_week(NEXT_MONDAY.date())
    seal(*make_chain(), by=f"{NAME} {MOBILE}")
    make_published_plan(government, [make_need(government)])
    return person


def test_no_row_tells_of_a_person(client: FlaskClient) -> None:
    publish()

    told = everything(client)

    assert len(told) > 40
    assert [path for path, text in told.items() if any(one in text for one in (MOBILE, CITIZEN, NAME))] == []


def test_what_is_not_public_yet_is_not_there(client: FlaskClient, api: Reader) -> None:
    person = publish()
    government = make_government("新郑市人民政府")
    submit_proposal(proposal_text(SECRET, SECRET), by=person)
    plan = make_plan(government, by=make_planner(government))
    with transaction():
        plan.title = SECRET
        append_event(Kind.PLAN, plan.id)
    before = everything(client)

    assert [path for path, text in before.items() if SECRET in text] == []
    assert api.get(f"/api/v1/plans/{plan.id}", status=404)["code"] == "not-found"
    assert plan.id not in api.get("/api/v1/plans?updated_since=0")["meta"]["removed"]


@pytest.mark.parametrize(("kind", "name", "number"), [
    (Kind.PROCESS, "processes", OCID), (queries.NOTICE, "notices", "1"), (Kind.SERVICE, "services", "1"),
    ("organization", "organizations", "1"), (Kind.PROPOSAL, "proposals", "1"), (Kind.NEED, "needs", "1"),
    (Kind.PLAN, "plans", "1"), (Kind.RATING, "ratings", "1"), (Kind.PLAN_LINE, "plan-lines", "1"),
])  # fmt: skip
def test_what_is_hidden_is_gone_at_once(client: FlaskClient, api: Reader, kind: str, name: str, number: str) -> None:
    publish()
    assert api.get(f"/api/v1/{name}/{number}")["data"]
    hide(kind, number, reason="举报", by=None)

    gone = client.get(f"/api/v1/{name}/{number}")

    assert (gone.status_code, gone.mimetype) == (404, "application/problem+json")
    assert number not in api.ids(f"/api/v1/{name}")
    assert [row for row in api.walk(f"/api/v1/{name}?fields=url") if row["url"].endswith(f"/{name}/{number}")] == []


def test_a_hidden_purchase_takes_what_was_published_of_it_along(client: FlaskClient) -> None:
    publish()
    hide(Kind.PROCESS, OCID, reason="举报", by=None)

    told = everything(client)
    addresses = [f"/api/v1/notices/{number}" for number in (1, 2, 3)] + [f"/api/v1/contracts/{OCID}%23C1"]

    assert {client.get(path).status_code for path in addresses} == {404}
    assert [path for path, text in told.items() if OCID in text and "since" not in path] == []
