"""Money is whole fen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import NotAnAmountError, parse_yuan, to_fen, yuan


@pytest.mark.parametrize(
    ("fen", "written"), [(0, "0"), (5, "0.05"), (120000, "1,200"), (123450, "1,234.50"), (-150, "-1.50")]
)
def test_fen_are_written_as_yuan(fen: int, written: str) -> None:
    assert yuan(fen) == written


@pytest.mark.parametrize("raw", ["", "free", "-1", "1.005", "NaN", "Infinity", "1e400", "9" * 40])
def test_what_is_no_amount_is_refused(raw: str) -> None:
    with pytest.raises(NotAnAmountError):
        parse_yuan(raw)


@pytest.mark.parametrize("raw", ["1200元", "¥1,200", "１２００", "1200.00"])
def test_an_amount_may_be_typed_as_people_type_it(raw: str) -> None:
    assert parse_yuan(raw) == to_fen(1200)


@given(st.integers(0, 2**53 - 1))
def test_what_is_written_reads_back_the_same(fen: int) -> None:
    assert parse_yuan(yuan(fen)) == fen


def test_half_a_fen_is_rounded_to_even() -> None:
    assert [to_fen(Decimal("0.005")), to_fen(Decimal("0.015"))] == [0, 2]
