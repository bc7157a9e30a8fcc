"""Charts stand where their numbers say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.web import charts


def test_the_longest_bar_fills_its_row() -> None:
    first, second, third = charts.bars([("郑州市", 40), ("洛阳市", 10), ("开封市", 0)])

    assert [first.length, second.length, third.length] == ["100%", "25%", "0%"]


def test_bars_without_any_count_are_empty() -> None:
    (only,) = charts.bars([("郑州市", 0)])

    assert only.length == "0%"


def test_the_tallest_column_reaches_the_top() -> None:
    low, high = charts.columns([("1月", 5), ("2月", 10)])

    assert (low.y, low.height, high.y, high.height) == ("50%", "50%", "0%", "100%")
    assert (low.x, low.width, high.x) == ("5%", "40%", "55%")


def test_a_rating_bar_begins_with_the_best_level() -> None:
    stack = charts.stack([1, 0, 0, 0, 3])

    assert [part.level for part in stack.parts] == [5, 4, 3, 2, 1]
    assert (stack.parts[0].x, stack.parts[0].length, stack.parts[0].percent) == ("0%", "75%", 75)
    assert (stack.parts[-1].x, stack.parts[-1].length, stack.total) == ("75%", "25%", 4)


def test_a_suppressed_count_is_not_drawn_and_no_percent_can_give_it_away() -> None:
    stack = charts.stack([None, None, 10, 30, 60])

    assert not stack.is_complete
    assert [part.percent for part in stack.parts] == [None] * 5
    assert stack.parts[-1].length == "0%"


def test_percents_of_no_answers_are_all_nothing() -> None:
    assert charts.whole_percents([0, 0, 0]) == [0, 0, 0]


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8).filter(any))
def test_whole_percents_make_a_hundred_and_are_off_by_less_than_one(counts: list[int]) -> None:
    percents = charts.whole_percents(counts)

    assert sum(percents) == 100
    assert all(abs(percent - 100 * count / sum(counts)) < 1 for percent, count in zip(percents, counts, strict=True))


def test_a_line_has_a_gap_where_a_value_is_unknown() -> None:
    line = charts.sparkline([1, 2, None, 3])

    assert line is not None
    assert [len(piece.split()) for piece in line.pieces] == [2, 1]
    assert (line.last_x, line.last_y) == ("296", "4")


def test_a_line_of_equal_values_runs_through_the_middle() -> None:
    line = charts.sparkline([4, 4])

    assert line is not None
    assert line.pieces == ("4,30 296,30",)


def test_there_is_no_line_when_nothing_is_known() -> None:
    assert charts.sparkline([None, None]) is None
