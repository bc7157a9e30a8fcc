"""Residents rate services; what is published are counts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.accounts.actions import grant_role
from portal.accounts.rules import Role
from portal.kernel import clock
from portal.kernel.errors import NotFoundError
from portal.ledger.models import LedgerEntry
from portal.moderation.actions import hide
from portal.parties.actions import add_government
from portal.ratings import actions, queries, rules
from portal.ratings.actions import Opinion
from portal.ratings.models import Rating, RatingSummary, RatingVersion
from portal.ratings.rules import Promise
from portal.ring.queries import describe, neighbours
from portal.ring.rules import Kind, Relation
from portal.storage.database import db
from tests.factories.ratings import MONDAY, NEXT_MONDAY, make_organization, make_resident, make_service, rate

if TYPE_CHECKING:
    from flask import Flask

THIS_WEEK, NEXT_WEEK, WEEK_AFTER = date(2026, 11, 18), date(2026, 11, 25), date(2026, 12, 2)


def ratings() -> int:
    return db.session.scalar(select(func.count()).select_from(Rating)) or 0


def test_a_second_rating_in_the_quarter_replaces_the_first_which_is_kept(app: Flask) -> None:
    service, resident = make_service(), make_resident()
    actions.load_dimensions()

    with clock.frozen(MONDAY):
        actions.rate_service(service.id, Opinion(2, Promise.NO, "来晚了", answers={"skill": 3}), by=resident)
        actions.rate_service(service.id, Opinion(5, answers={"attitude": 4}), by=resident)
        own = queries.own_rating(service.id, resident)

    assert own is not None
    assert (own.level, own.promise_kept, own.comment, own.period) == (5, None, "", "2026Q4")
    assert [(answer.dimension_code, answer.level) for answer in own.answers] == [("attitude", 4)]
    kept = db.session.scalars(select(RatingVersion)).one()
    assert kept.said == {
        "level": 2, "promise_kept": "no", "comment": "来晚了", "is_by_family": False, "answers": {"skill": 3},
    }  # fmt: skip


def test_the_next_quarter_is_rated_anew(app: Flask) -> None:
    service, resident = make_service(), make_resident()

    with clock.frozen(MONDAY):
        actions.rate_service(service.id, Opinion(2), by=resident)
    with clock.frozen(MONDAY.replace(year=2027)):
        actions.rate_service(service.id, Opinion(5), by=resident)

    assert ratings() == 2


@pytest.mark.parametrize("party", ["provider_id", "buyer_id"])
def test_people_of_provider_and_buyer_cannot_rate(app: Flask, party: str) -> None:
    organization, employee = make_organization(), make_resident()
    grant_role(employee, Role.REPRESENTATIVE, organization_id=organization)
    service = make_service(**{party: organization})

    with pytest.raises(rules.RatedPartyError):
        actions.rate_service(service.id, Opinion(5), by=employee)


def test_staff_of_the_buyers_government_cannot_rate(app: Flask) -> None:
    government, officer = add_government("郑州市人民政府", name_en=None, region_code="410100").id, make_resident()
    grant_role(officer, Role.PLANNER, government_id=government)
    service = make_service(buyer_id=make_organization(government_id=government))

    with pytest.raises(rules.RatedPartyError):
        actions.rate_service(service.id, Opinion(5), by=officer)


def test_staff_of_others_may_rate(app: Flask) -> None:
    employee = make_resident()
    grant_role(employee, Role.REPRESENTATIVE, organization_id=make_organization("另一家中心"))

    actions.rate_service(make_service(provider_id=make_organization()).id, Opinion(4), by=employee)

    assert ratings() == 1


def test_a_hidden_service_cannot_be_rated(app: Flask) -> None:
    service, resident = make_service(), make_resident()
    hide(Kind.SERVICE, str(service.id), reason="核实中", by=None)

    with pytest.raises(NotFoundError):
        actions.rate_service(service.id, Opinion(5), by=resident)


@pytest.mark.parametrize(
    ("opinion", "error"),
    [
        (Opinion(0), rules.UnknownLevelError),
        (Opinion(6), rules.UnknownLevelError),
        (Opinion(5, answers={"nonsense": 3}), rules.UnknownDimensionError),
        (Opinion(5, answers={"skill": 9}), rules.UnknownLevelError),
    ],
)
def test_what_is_not_asked_is_not_taken(app: Flask, opinion: Opinion, error: type[Exception]) -> None:
    service, resident = make_service(), make_resident()
    actions.load_dimensions()

    with pytest.raises(error):
        actions.rate_service(service.id, opinion, by=resident)

    assert ratings() == 0


def test_a_question_is_asked_only_while_it_is_valid(app: Flask) -> None:
    actions.load_dimensions()

    assert [item.code for item in queries.dimensions(date(2026, 11, 1))][:2] == ["reliability", "responsiveness"]
    assert not queries.dimensions(date(2025, 12, 31))


def test_figures_appear_with_the_fifth_answer_once_the_week_is_over(app: Flask) -> None:
    service = make_service()
    rate(service.id, [5, 5, 4, 4])

    assert actions.close_week(NEXT_WEEK) == []
    rate(service.id, [1])
    assert actions.close_week(THIS_WEEK) == []
    (number,) = actions.close_week(NEXT_WEEK)

    found = queries.latest_summaries([service.id])[service.id]
    assert (found.id, found.n, found.exact_counts) == (number, 5, [1, 0, 0, 2, 2])
    assert (found.as_of, found.period, found.satisfied_share) == (date(2026, 11, 22), "2026Q4", 0.8)


def test_closing_a_week_again_changes_nothing(app: Flask) -> None:
    rate(make_service().id, [5] * 6)

    first, second = actions.close_week(NEXT_WEEK), actions.close_week(NEXT_WEEK)

    assert (len(first), second) == (1, [])


def test_figures_move_only_when_five_more_have_answered(app: Flask) -> None:
    service = make_service()
    rate(service.id, [5] * 5)
    actions.close_week(NEXT_WEEK)
    rate(service.id, [1] * 4, at=NEXT_MONDAY)

    assert actions.close_week(WEEK_AFTER) == []
    rate(service.id, [1], at=NEXT_MONDAY)

    assert len(actions.close_week(WEEK_AFTER)) == 1
    assert queries.latest_summaries([service.id])[service.id].counts == [5, 0, 0, 0, 5]


def test_changed_answers_are_no_new_answers(app: Flask) -> None:
    service = make_service()
    residents = [make_resident() for _ in range(5)]
    for level in (5, 1):
        with clock.frozen(MONDAY):
            for resident in residents:
                actions.rate_service(service.id, Opinion(level), by=resident)
        actions.close_week(NEXT_WEEK)

    assert [item.exact_counts for item in queries.summaries_of_service(service.id)] == [[0, 0, 0, 0, 5]]


def test_a_closing_count_is_in_the_ledger_without_persons(app: Flask) -> None:
    rate(make_service().id, [5] * 5)

    (number,) = actions.close_week(NEXT_WEEK)

    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.type == "rating-count")).one()
    assert entry.object_id == str(number)
    assert db.session.get_one(RatingSummary, number).ledger_position == entry.position


def test_the_public_count_has_no_levels_under_ten_answers(app: Flask) -> None:
    few, many = make_service(), make_service("日间照料")
    rate(few.id, [5] * 9)
    rate(many.id, [5] * 10)
    actions.close_week(NEXT_WEEK)

    found = queries.latest_summaries([few.id, many.id])

    assert actions.public_form(found[few.id])["counts"] is None
    assert actions.public_form(found[many.id])["counts"] == [0, 0, 0, 0, 10]


def test_the_ring_leads_from_a_service_to_its_newest_figures(app: Flask) -> None:
    service = make_service()
    rate(service.id, [5] * 5)
    actions.close_week(NEXT_WEEK)
    rate(service.id, [4] * 5, at=NEXT_MONDAY)

    (newest,) = actions.close_week(WEEK_AFTER)

    around = neighbours(Kind.SERVICE, str(service.id))
    assert [(item.relation, item.kind) for item in around] == [(Relation.RATED_IN, Kind.RATING)]
    assert around[0].url == f"/services/{service.id}/ratings/{newest}"


def test_figures_that_a_need_rests_on_stay_in_the_ring(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    describers = {Kind.NEED: dict.fromkeys}
    monkeypatch.setattr("portal.ring.queries.describers", describers)
    service = make_service()
    rate(service.id, [1] * 5)
    (first,) = actions.close_week(NEXT_WEEK)
    actions.inform_need(first, 1, note="饭菜凉了")
    rate(service.id, [4] * 5, at=NEXT_MONDAY)

    (second,) = actions.close_week(WEEK_AFTER)

    monkeypatch.undo()
    shown = describe([(Kind.RATING, str(first)), (Kind.RATING, str(second))])
    linked = [item.url for item in neighbours(Kind.SERVICE, str(service.id))]
    assert len(shown) == len(linked) == 2


def test_a_rating_informs_only_a_need_that_can_be_seen(app: Flask) -> None:
    rate(make_service().id, [1] * 5)
    (number,) = actions.close_week(NEXT_WEEK)

    with pytest.raises(rules.UnknownNeedError):
        actions.inform_need(number, 999)


def test_a_hidden_service_hides_its_figures(app: Flask) -> None:
    service = make_service()
    rate(service.id, [1] * 5)
    (number,) = actions.close_week(NEXT_WEEK)

    hide(Kind.SERVICE, str(service.id), reason="核实中", by=None)

    assert not queries.latest_summaries([service.id])
    assert not queries.describe_ratings([str(number)])


def test_a_changed_answer_to_a_question_replaces_the_earlier(app: Flask) -> None:
    actions.load_dimensions()
    service, resident = make_service(), make_resident()

    for level in (2, 4):
        actions.rate_service(service.id, Opinion(4, answers={"skill": level}), by=resident)

    own = queries.own_rating(service.id, resident)
    assert own is not None
    assert [answer.level for answer in own.answers] == [4]
