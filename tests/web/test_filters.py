"""What a list may be narrowed by, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from portal.kernel.errors import BadFilterError
from portal.web.filters import Filters, choose


def test_filters_are_read_from_the_address() -> None:
    filters = Filters.read({"q": " 养老 ", "buyer": "3", "from": "2026-01-31", "page": "2"})

    assert filters == Filters(q="养老", buyer=3, from_=date(2026, 1, 31), page=2)


def test_unknown_and_empty_parameters_are_ignored() -> None:
    assert Filters.read({"colour": "red", "year": "", "q": "  "}) == Filters()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "-1"), ("page", "0"), ("page", "x"), ("page", "9" * 30), ("page", "１"), ("page", "1.5"),
        ("buyer", "1 OR 1=1"), ("year", "12"), ("from", "31.1.2026"), ("to", "2026-02-30"), ("q", "x" * 501),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_meant_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadFilterError) as refused:
        Filters.read({name: value})

    assert refused.value.params == {"name": name}


def test_filters_are_written_back_into_an_address() -> None:
    filters = Filters.read({"q": "养老", "from": "2026-01-31", "page": "3"})

    assert filters.as_args(page=1) == {"q": "养老", "from": date(2026, 1, 31)}


def test_a_value_must_be_one_of_the_possible_ones() -> None:
    assert choose(None, {"open"}, name="stage") is None
    with pytest.raises(BadFilterError):
        choose("shut", {"open"}, name="stage")
