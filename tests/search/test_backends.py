"""What every search backend does: one suite for all of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from portal.search.backends.memory import MemoryBackend
from portal.search.backends.whoosh import WhooshBackend
from portal.search.port import SearchBackend, SearchDocument, SearchQuery, document_key

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "1": "郑州市金水区社区居家养老服务采购项目，预算120万元，项目编号HN-2021-A05-042。",
    "2": "郑州市社会救助家庭困境儿童心理疏导服务，由第三方评估机构验收。",
    "3": "洛阳市殘疾人康復訓練服務（繁體公告）。",
    "4": "Home care for the elderly in Kaifeng, 2026年养老护理员培训。",
    "5": "全角ＡＢＣ１２３与半角abc123相同。",
}


@pytest.fixture(params=["memory", "whoosh"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> SearchBackend:
    return MemoryBackend() if request.param == "memory" else WhooshBackend(tmp_path / "search")


def make_document(object_id: str, body: str = "", *, kind: str = "notice", **said: object) -> SearchDocument:
    said = {"title": f"公告{object_id}"} | said
    return SearchDocument(document_key(kind, object_id), kind, object_id, body=body, **said)  # type: ignore[arg-type]  # fields


def found(backend: SearchBackend, text: str, **said: object) -> list[str]:
    result = backend.search(SearchQuery(text, **said))  # type: ignore[arg-type]  # tests name fields of SearchQuery
    return [hit.key for hit in result.hits]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("养老", {"1", "4"}),
        ("老", {"1", "4"}),
        ("心理疏导", {"2"}),
        ("心理疏导 养老", set()),
        ("区居家养", {"1"}),
        ("郑州 服务", {"1", "2"}),
        ("残疾人", {"3"}),
        ("殘疾人", {"3"}),
        ("ABC123", {"5"}),
        ("ａｂｃ１２３", {"5"}),
        ("hn-2021-a05-042", {"1"}),
        ("ELDERLY", {"4"}),
        ('"home care"', {"4"}),
        ('"care home"', set()),
        ("care home", {"4"}),
        ("养老，培训", {"4"}),
        ("26年养", {"4"}),
        ("不存在", set()),
    ],
)
def test_a_search_finds_every_text_that_contains_all_terms_and_no_other(
    backend: SearchBackend, asked: str, expected: set[str]
) -> None:
    backend.update([make_document(object_id, text) for object_id, text in TEXTS.items()])

    keys = found(backend, asked)

    assert set(keys) == {f"notice:{object_id}" for object_id in expected}


@pytest.mark.parametrize("asked", ["", "   ", "，。！", "***", '"', '""', "\x00\x0b", "\ud800", "-", "_"])
def test_a_search_for_nothing_finds_nothing(backend: SearchBackend, asked: str) -> None:
    backend.update([make_document("1", "养老")])

    assert found(backend, asked) == []


@pytest.mark.parametrize(
    "bomb", ["*a*", "a*" * 20, "[a TO z]", "NOT " * 2000, "字" * 1_000_000, '"' * 999, "OR AND NOT (", "a\x00b \x1f"]
)
def test_a_search_cannot_be_made_to_explode(backend: SearchBackend, bomb: str) -> None:
    backend.update([make_document("1", "养老 a b")])

    result = backend.search(SearchQuery(bomb))

    assert result.total in {0, 1}


def test_an_update_replaces_what_had_the_key(backend: SearchBackend) -> None:
    backend.update([make_document("1", "旧的内容")])

    backend.update([make_document("1", "新的内容")])

    assert found(backend, "旧的") == []
    assert found(backend, "新的") == ["notice:1"]
    assert backend.search(SearchQuery("内容")).total == 1


def test_the_same_update_twice_changes_nothing(backend: SearchBackend) -> None:
    documents = [make_document("1", "养老"), make_document("2", "养老")]

    backend.update(documents)
    backend.update(documents)

    assert backend.search(SearchQuery("养老")).total == 2


def test_what_is_deleted_is_found_no_more(backend: SearchBackend) -> None:
    backend.update([make_document("1", "养老"), make_document("2", "养老")])

    backend.update([], deleted=["notice:1", "notice:99"])

    assert found(backend, "养老") == ["notice:2"]
    assert backend.keys() == {"notice:2"}


def test_what_is_hidden_is_neither_found_nor_counted(backend: SearchBackend) -> None:
    backend.update([make_document("1", "养老"), make_document("2", "养老")])

    result = backend.search(SearchQuery("养老", hidden={"notice:1"}, facets={"kind"}))

    assert (result.total, result.facets["kind"]) == (1, {"notice": 1})


def test_kinds_are_counted_whichever_is_asked_for(backend: SearchBackend) -> None:
    backend.update([make_document("1", "养老"), make_document("1", "养老", kind="service")])

    result = backend.search(SearchQuery("养老", filters={"kind": {"service"}}, facets={"kind"}))

    assert [hit.key for hit in result.hits] == ["service:1"]
    assert (result.total, result.facets["kind"]) == (1, {"notice": 1, "service": 1})


def test_a_search_can_be_narrowed(backend: SearchBackend) -> None:
    backend.update([
        make_document("1", "养老", region="410100", category="A05", year=2025, date=date(2025, 5, 1)),
        make_document("2", "养老", region="410300", category="A06", year=2026, date=date(2026, 5, 1)),
        make_document("3", "养老"),
    ])  # fmt: skip

    assert found(backend, "养老", filters={"region": {"410100"}}) == ["notice:1"]
    assert found(backend, "养老", filters={"category": {"A06", "A07"}}) == ["notice:2"]
    assert found(backend, "养老", filters={"year": {"2026"}}) == ["notice:2"]
    assert found(backend, "养老", from_=date(2026, 1, 1)) == ["notice:2"]
    assert found(backend, "养老", to=date(2025, 12, 31)) == ["notice:1"]


def test_a_term_in_the_title_ranks_above_one_in_the_body(backend: SearchBackend) -> None:
    backend.update([
        make_document("1", "养老服务", title="公告"), make_document("2", "公告内容", title="养老服务"),
    ])  # fmt: skip

    assert found(backend, "养老") == ["notice:2", "notice:1"]


def test_equal_hits_come_newest_first_and_then_by_number(backend: SearchBackend) -> None:
    backend.update([
        make_document("10", "养老", title="甲", date=date(2025, 1, 1)),
        make_document("9", "养老", title="甲", date=date(2025, 1, 1)),
        make_document("1", "养老", title="甲", date=date(2026, 1, 1)),
        make_document("2", "养老", title="甲"),
    ])  # fmt: skip

    assert found(backend, "养老") == ["notice:1", "notice:9", "notice:10", "notice:2"]


def test_pages_follow_each_other_without_gap_or_repetition(backend: SearchBackend) -> None:
    backend.update([make_document(str(number), "养老") for number in range(45)])

    pages = [found(backend, "养老", offset=offset, limit=20) for offset in (0, 20, 40)]

    assert [len(page) for page in pages] == [20, 20, 5]
    assert pages[0] + pages[1] + pages[2] == found(backend, "养老", limit=None)


def test_a_rebuilt_index_holds_exactly_what_it_was_given(backend: SearchBackend) -> None:
    backend.update([make_document("1", "养老"), make_document("2", "养老")])

    count = backend.rebuild([make_document("2", "养老"), make_document("3", "养老")])

    assert count == 2
    assert backend.keys() == {"notice:2", "notice:3"}


def test_both_languages_are_searched_and_a_term_never_spans_fields(backend: SearchBackend) -> None:
    backend.update([make_document("1", "务实", title="养老服", title_en="Elderly care", body_en="Home visits")])

    assert found(backend, "elderly visits") == ["notice:1"]
    assert found(backend, "服务") == []
