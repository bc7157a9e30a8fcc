"""Characters that nobody sees are dropped, whatever else a text holds, and nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import text
from portal.kernel.text import without_unseen


@given(st.text(st.characters(exclude_categories=[])))
def test_only_what_is_unseen_is_dropped(raw: str) -> None:
    assert without_unseen(raw) == "".join(one for one in raw if not text._UNSEEN.match(one))  # noqa: SLF001 - the table
