"""Our own CSV is the standard library's, byte for byte."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from portal.exporting.formats.csv import line_of

CELLS = st.text(
    st.one_of(st.sampled_from(',"\r\n \t;='), st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)


@given(st.lists(CELLS, min_size=1, max_size=6))
def test_a_line_is_what_the_standard_library_writes(cells: list[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)

    assert line_of(cells) == out.getvalue()
