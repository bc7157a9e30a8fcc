"""The difference between two publications, in words that people can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.moderation.actions import hide
from portal.procurement import field_changes, history
from portal.procurement.field_changes import ChangeKind
from tests.factories.procurement import OCID, award_release, make_chain, make_release, money, seal, tender_release
from tests.factories.ratings import make_resident
from tests.factories.web import status_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from flask.testing import FlaskClient

    from portal.procurement.rules import Json

    Counting = Callable[[], AbstractContextManager[list[str]]]

LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "2026-03-01T00:00:00+08:00"])
STATES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "title", "amount", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def told(changes: list[field_changes.Change]) -> list[tuple[str, ChangeKind]]:
    return [(" / ".join(step.label or step.text for step in change.path), change.kind) for change in changes]


def only(old: Json, new: Json) -> field_changes.Change:
    [change] = field_changes.changes(old, new)
    return change


def test_a_path_is_told_by_labels_and_an_unknown_field_as_it_is() -> None:
    changes = field_changes.changes({"tender": {}}, {"tender": {"tenderPeriod": {"endDate": "x"}, "xFee": 1}})

    assert told(changes) == [
        ("Tender / Time for bids / Bids until", ChangeKind.ADDED),
        ("Tender / xFee", ChangeKind.ADDED),
    ]


def test_things_in_lists_are_matched_by_id_in_any_order() -> None:
    old = {"awards": [{"id": 1, "title": "甲", "status": "pending"}, {"id": "2", "title": "乙"}]}
    new = {"awards": [{"id": "2", "title": "乙"}, {"id": "1", "title": "甲", "status": "active"}]}

    changes = [change for change in field_changes.changes(old, new) if change.path[-1].text != "id"]

    assert told(changes) == [("Award / 甲 / State", ChangeKind.CHANGED)]
    assert (changes[0].before, changes[0].after) == (
        field_changes.Said(codes=("not yet in force",)), field_changes.Said(codes=("in force",)),
    )  # fmt: skip


def test_things_of_the_same_name_are_told_apart_by_their_number() -> None:
    old: Json = {"awards": [{"id": "1", "title": "甲"}, {"id": "2", "title": "甲"}]}
    new: Json = {"awards": [{"id": "1", "title": "甲"}, {"id": "2", "title": "甲", "description": "y"}]}

    assert [step.text for step in only(old, new).path] == ["awards", "甲 2", "description"]


def test_money_is_one_value() -> None:
    change = only({"tender": {"value": money(1)}}, {"tender": {"value": money(2.5)}})

    assert change.path[-1].label == "Highest price"
    assert (change.before, change.after) == (
        field_changes.Said(minor=100, currency="CNY"), field_changes.Said(minor=250, currency="CNY"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, field_changes.Said(codes=("yes",))),
        (12345, field_changes.Said(text="12,345")),
        (["a", "b"], field_changes.Said(text="a、b")),
        ("someone", field_changes.Said(text="someone")),
    ],
)
def test_values_are_told_by_their_kind(value: object, said: field_changes.Said) -> None:
    assert only({}, {"x": value}).after == said


def test_midnight_is_a_day_and_an_hour_is_a_moment() -> None:
    day = only({}, {"x": "2026-03-01T00:00:00+08:00"}).after
    hour = only({}, {"x": "2026-03-01T09:30:00+08:00"}).after

    assert day is not None
    assert hour is not None
    assert (str(day.on), day.at, hour.on) == ("2026-03-01", None, None)
    assert hour.at is not None


@given(STATES, STATES)
def test_any_two_states_can_be_compared_both_ways(one: object, other: object) -> None:
    forth = told(field_changes.changes({"x": one}, {"x": other}))
    back = told(field_changes.changes({"x": other}, {"x": one}))

    turned = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED}
    assert sorted(kind for _, kind in forth) == sorted(turned.get(kind, kind) for _, kind in back)
    assert field_changes.changes({"x": one}, {"x": one}) == []


def test_changes_are_told_part_by_part() -> None:
    old: Json = {"awards": [{"id": "1", "title": "甲"}], "language": "zh"}
    new: Json = {
        "awards": [{"id": "1", "title": "甲"}, {"id": "2", "title": "乙", "value": money(1)}],
        "language": "en",
    }

    [award, plain] = field_changes.groups_of(field_changes.changes(old, new))

    assert [step.text for step in award.path] == ["awards", "乙"]
    assert (award.kind, plain.kind, plain.path) == (ChangeKind.ADDED, None, ())
    assert [change.path[-1].text for change in award.changes] == ["id", "title", "value"]


def test_a_part_that_only_got_more_is_not_called_new() -> None:
    old: Json = {"contracts": [{"id": "1", "title": "甲"}], "tender": {"id": "T"}}
    new: Json = {
        "contracts": [{"id": "1", "title": "甲", "implementation": {"transactions": [{"id": "P", "value": money(1)}]}}],
        "tender": {"id": "T", "amendments": [{"id": "A", "rationale": "乙"}]},
    }

    groups = field_changes.groups_of(field_changes.changes(old, new))

    assert [group.kind for group in groups] == [None, None]


@dataclass(frozen=True)
class Told:
    """A publication of one of several processes."""

    id: int
    ocid: str
    body: Json
    is_withheld: bool = False


PURCHASE = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from("xyz"), st.booleans()), min_size=1, max_size=6
).map(
    lambda said: [
        Told(at, ocid, make_release("tender", tender={"id": "T", "title": title}) | {"id": str(at)}, is_withheld)
        for at, (ocid, title, is_withheld) in enumerate(said, start=1)
    ]
)


@given(PURCHASE)
def test_each_process_of_a_purchase_is_told_as_if_it_stood_alone(releases: list[Told]) -> None:
    together = history.steps(releases)

    assert [step.after for step in together] == releases
    for ocid in "AB":
        alone = history.steps([one for one in releases if one.ocid == ocid])
        mine = [step for step in together if step.after.ocid == ocid]
        assert [step.before for step in mine] == [step.before for step in alone]
        assert mine[1:] == alone[1:]


@given(PURCHASE, st.data())
def test_any_two_publications_of_a_purchase_are_compared_over_all_its_processes(
    releases: list[Told], data: st.DataObject
) -> None:
    first, second = sorted(data.draw(st.lists(st.integers(1, len(releases)), min_size=2, max_size=2)))

    found = history.comparison(releases, first, second)

    assert (found.before, found.after) == (releases[first - 1], releases[second - 1])
    for ocid in "AB":
        bodies = [
            [None if one.is_withheld else one.body for one in releases[:at] if one.ocid == ocid]
            for at in (first, second)
        ]
        old, new = (history.states_after(some)[-1] if some else {} for some in bodies)
        told = [change for part in found.parts if part.ocid == ocid for change in part.changes]
        if bodies[0]:
            assert told == field_changes.changes(old, new)
        else:
            assert set(told) <= set(field_changes.changes({}, new))


def test_a_further_process_is_told_without_what_was_known() -> None:
    tender = {"id": "T", "title": "甲", "value": money(1)}
    first = Told(1, "A", make_release("tender", tender=tender))
    further = Told(2, "B", make_release("award", ocid="B", tender=tender | {"value": money(2)}))

    for found in (history.steps([first, further])[1], history.comparison([first, further], 1, 2)):
        [part] = found.parts
        assert part.ocid == "B"
        assert [(one.path[-1].text, one.after) for one in part.changes] == [
            ("value", field_changes.Said(minor=200, currency="CNY"))
        ]


def test_any_two_publications_can_be_compared(client: FlaskClient) -> None:
    first, _, third = seal(*make_chain()).sealed

    page = text_of(client, f"/en/processes/{OCID}/history?from_release={first}&to_release={third}")

    assert "Value of the contract" in page
    assert "Awarded amount" in page
    assert f'<option value="{first}" selected>' in page
    assert f'<option value="{third}" selected>' in page
    assert page.count("<section aria-labelledby=") == 1


def test_publications_are_compared_in_the_order_of_their_time(client: FlaskClient) -> None:
    first, second, _ = seal(*make_chain()).sealed

    forth = text_of(client, f"/processes/{OCID}/history?from_release={first}&to_release={second}")
    back = text_of(client, f"/processes/{OCID}/history?from_release={second}&to_release={first}")

    assert forth.partition("<main")[2] == back.partition("<main")[2]


def test_one_publication_is_compared_with_its_predecessor(client: FlaskClient) -> None:
    _, second, third = seal(*make_chain()).sealed

    page = text_of(client, f"/en/processes/{OCID}/history?to_release={third}")

    assert f'<option value="{second}" selected>' in page
    assert "Value of the contract" in page
    assert "Awarded amount" not in page


@pytest.mark.parametrize(("query", "status"), [("from_release=x", 400), ("to_release=0", 400), ("to_release=99", 404)])
def test_a_publication_that_cannot_be_meant_is_refused(client: FlaskClient, query: str, status: int) -> None:
    seal(*make_chain())

    assert status_of(client, f"/processes/{OCID}/history?{query}") == status


def test_a_publication_of_another_purchase_is_not_found(client: FlaskClient) -> None:
    seal(*make_chain())
    [other] = seal(tender_release(ocid="ocds-test00-0002")).sealed

    assert status_of(client, f"/processes/{OCID}/history?to_release={other}") == 404


def test_a_hidden_publication_is_neither_offered_nor_compared(client: FlaskClient) -> None:
    first, second, third = seal(*make_chain()).sealed
    hide("notice", str(second), reason="personal-data", by=make_resident())

    page = text_of(client, f"/en/processes/{OCID}/history?from_release={first}&to_release={third}")

    assert f'<option value="{second}"' not in page
    assert "Awarded amount" not in page
    assert status_of(client, f"/processes/{OCID}/history?to_release={second}") == 404


def test_a_change_is_marked_in_words_not_by_colour_alone(client: FlaskClient) -> None:
    seal(
        tender_release("旧题目"), make_release("tenderUpdate", day="2026-03-20", tender={"id": "T1", "title": "新题目"})
    )

    page = text_of(client, f"/processes/{OCID}/history")

    assert "改动</strong>" in page
    assert ">旧题目</del>" in page
    assert ">新题目</ins>" in page


def test_a_release_leads_to_the_ones_before_and_after_it(client: FlaskClient) -> None:
    first, second, third = seal(*make_chain()).sealed

    pages = [text_of(client, f"/processes/{OCID}/releases/{number}") for number in (first, second, third)]

    assert f'rel="prev" href="/processes/{OCID}/releases/{first}"' in pages[1]
    assert f'rel="next" href="/processes/{OCID}/releases/{third}"' in pages[1]
    assert 'rel="prev"' not in pages[0]
    assert 'rel="next"' not in pages[2]


def test_the_history_takes_few_queries_however_long_it_is(client: FlaskClient, count_queries: Counting) -> None:
    seal(tender_release(), *(award_release(day=f"2026-04-{day:02}") for day in range(1, 29)))

    with count_queries() as statements:
        text_of(client, f"/processes/{OCID}/history")

    assert len(statements) <= 7
