"""Text is kept without what no reader can see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.text import clean_line, clean_text, nfkc_fold


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  居家 养老 ", "居家 养老"),
        ("a\x00b\x0bc", "abc"),
        ("a\ud800b", "ab"),
        ("two\nlines", "two lines"),
        ("e\u0301", "é"),
        ("\u202egnp.exe", "gnp.exe"),
    ],
)
def test_a_line_keeps_only_what_can_be_seen(raw: str, kept: str) -> None:
    assert clean_line(raw) == kept


def test_a_text_keeps_its_lines_but_no_more_than_two_empty_ones() -> None:
    assert clean_text("a\r\nb\n\n\n\n\nc  \n") == "a\nb\n\nc"


def test_width_and_case_do_not_matter_when_comparing() -> None:
    assert nfkc_fold("ＨＮ－２０２６") == "hn-2026"


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_always_encodes(raw: str) -> None:
    once = clean_text(raw)

    assert clean_text(once) == once
    assert once.encode().decode() == once
