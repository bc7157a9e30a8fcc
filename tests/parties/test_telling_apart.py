"""Two organisations that look like one and are two are no longer suggested, until that is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portal.kernel.errors import NotFoundError
from portal.moderation.actions import hide
from portal.pages.merging import merge_organizations
from portal.parties.actions import withhold_organizations
from portal.parties.merging.actions import tell_apart, undo_telling_apart
from portal.parties.models import Organization, OrganizationDistinction
from portal.parties.queries import duplicates
from portal.parties.rules import SameOrganizationError, UnknownOrganizationError
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.linking import make_publisher
from tests.factories.ratings import make_organization, make_resident
from tests.factories.web import send, signed_in, status_of, text_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

NAME = "郑州市民政局"
BY, WHY = "person:1", "一个是市局，一个是区局"


def three() -> tuple[int, int, int]:
    return make_organization(NAME), make_organization(NAME), make_organization(NAME)


def suggested() -> list[tuple[int, int]]:
    return [(pair.first, pair.second) for pair in duplicates()]


def test_what_was_told_apart_is_suggested_no_more_until_that_is_undone(app: Flask) -> None:
    a, b, c = three()

    step = tell_apart(b, a, by=BY, reason=WHY)
    assert step is not None
    during = suggested()
    undone = undo_telling_apart(step.id, by=BY, reason="看错了")

    assert during == [(a, c), (b, c)]
    assert undone is not None
    assert suggested() == [(a, b), (a, c), (b, c)]


def test_saying_it_twice_is_once_and_it_can_be_said_again(app: Flask) -> None:
    a, b, _ = three()
    step = tell_apart(a, b, by=BY, reason=WHY)
    assert step is not None

    again = tell_apart(b, a, by=BY, reason=WHY)
    undo_telling_apart(step.id, by=BY, reason="看错了")
    twice = undo_telling_apart(step.id, by=BY, reason="看错了")
    later = tell_apart(a, b, by=BY, reason=WHY)

    assert (again, twice) == (None, None)
    assert later is not None
    assert (a, b) not in suggested()


def test_what_cannot_be_told_apart_leaves_no_trace(app: Flask) -> None:
    a, b, c = three()
    hide("organization", str(b), reason="personal-data", by=make_resident())
    merge_organizations(c, a, by=BY, reason="同一机构")

    with pytest.raises(SameOrganizationError):
        tell_apart(a, a, by=BY, reason=WHY)
    for other in (b, c, 999):
        with pytest.raises(UnknownOrganizationError):
            tell_apart(a, other, by=BY, reason=WHY)
    with pytest.raises(NotFoundError):
        undo_telling_apart(1, by=BY, reason=WHY)

    assert db.session.scalars(select(OrganizationDistinction)).all() == []


def test_what_was_told_apart_may_still_be_merged(app: Flask) -> None:
    a, b, c = three()
    tell_apart(a, b, by=BY, reason=WHY)

    merge_organizations(b, a, by=BY, reason="同一机构")

    assert suggested() == [(a, c)]


def test_the_history_cannot_be_changed(app: Flask) -> None:
    a, b, _ = three()
    tell_apart(a, b, by=BY, reason=WHY)

    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text("UPDATE organization_distinction SET reason = 'x'"))


def test_a_name_can_be_withheld_although_it_was_told_apart(app: Flask) -> None:
    a, b, _ = three()
    tell_apart(a, b, by=BY, reason=WHY)

    withhold_organizations([{"name": NAME}], reason="法院决定")

    assert NAME not in db.session.scalars(select(Organization.name)).all()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_office_tells_apart_with_a_reason_and_undoes(app: Flask, prefix: str) -> None:
    a, b, _ = three()
    client = signed_in(app, make_publisher())
    address = f"{prefix}/office/organizations/{a}/apart/{b}"

    offered = address in text_of(client, f"{prefix}/office/organizations")
    without = send(client, address)
    done = send(client, address, reason=WHY)
    listed = text_of(client, f"{prefix}/office/organizations")
    kept = text_of(client, f"{prefix}/office/organizations/apart")
    [step] = db.session.scalars(select(OrganizationDistinction.id))
    undo = f"{prefix}/office/organizations/apart/{step}/undo"
    undone = send(client, undo, reason="看错了")

    assert offered
    assert (without.status_code, done.status_code, undone.status_code) == (422, 303, 303)
    assert address not in listed
    assert (WHY in kept, undo in kept) == (True, True)
    assert address in text_of(client, f"{prefix}/office/organizations")
    assert undo not in text_of(client, f"{prefix}/office/organizations/apart")
    assert status_of(client, undo) == 200


def test_who_is_no_official_may_not_tell_apart(client: FlaskClient) -> None:
    a, b, _ = three()

    for path in (f"/office/organizations/{a}/apart/{b}", "/office/organizations/apart"):
        assert status_of(client, path) in {303, 401, 403}
