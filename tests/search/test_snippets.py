"""A snippet shows the hit as it was written."""

from __future__ import annotations

import pytest

from portal.search.asking import shown_terms
from portal.search.snippets import marked, plain, snippet


def test_a_hit_is_marked_as_it_was_written() -> None:
    parts = marked("洛阳市殘疾人康復服務", ["残疾人", "服务"])

    assert parts == [("洛阳市", False), ("殘疾人", True), ("康復", False), ("服務", True)]


def test_characters_that_fold_to_several_keep_their_place() -> None:
    parts = marked("合計㈱壹℃ＡＢＣ项目", ["abc"])

    assert ("ＡＢＣ", True) in parts
    assert plain(parts) == "合計㈱壹℃ＡＢＣ项目"


def test_markup_is_left_to_the_template() -> None:
    assert marked("<b>养老</b>", ["养老"]) == [("<b>", False), ("养老", True), ("</b>", False)]


def test_a_long_text_is_cut_around_its_first_hit() -> None:
    parts = snippet("前" * 300 + "养老服务" + "后" * 300, ["养老服务"], length=60)

    assert parts[0] == ("…", False)
    assert ("养老服务", True) in parts
    assert parts[-1] == ("…", False)
    assert len(plain(parts)) == 62


def test_a_text_without_the_term_begins_at_its_beginning() -> None:
    parts = snippet("字" * 300, ["养老"], length=10)

    assert parts == [("字" * 10, False), ("…", False)]


def test_a_hit_cut_off_at_the_end_stays_within_the_length() -> None:
    parts = snippet("养老" * 100, ["养老"], length=7)

    assert plain(parts) == "养老养老养老养…"


def test_line_breaks_in_a_snippet_become_spaces() -> None:
    assert plain(snippet("第一行\n\n第二行", ["第二"])) == "第一行 第二行"


def test_an_empty_text_has_an_empty_snippet() -> None:
    assert snippet("", ["养老"]) == []


@pytest.mark.parametrize(
    ("asked", "text", "hit"),
    [
        ("186万元", "本项目预算1,860,000.00元整", "1,860,000.00元"),
        ("金财磋商采购202617", "编号金财磋商采购-2026-17号", "金财磋商采购-2026-17"),
        ("1860000", "预算1,860,000.00元", "1,860,000.00元"),
    ],
)
def test_a_number_is_marked_as_the_text_writes_it(asked: str, text: str, hit: str) -> None:
    assert (hit, True) in snippet(text, shown_terms(asked))
