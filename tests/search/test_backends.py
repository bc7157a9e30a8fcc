"""What every search backend does: one suite for all of them."""

from __future__ import annotations

import random
from datetime import date
from typing import TYPE_CHECKING

import pytest

from portal.search import asking
from portal.search.backends.memory import MemoryBackend
from portal.search.backends.postgres import PostgresBackend
from portal.search.backends.whoosh import WhooshBackend
from portal.search.matching import full_text
from portal.search.port import FACETS, Match, Order, SearchBackend, SearchDocument, SearchQuery, document_key
from portal.storage.database import db

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {
    "1": "郑州市金水区社区居家养老服务采购项目，预算120万元，项目编号HN-2021-A05-042。",
    "2": "郑州市社会救助家庭困境儿童心理疏导服务，由第三方评估机构验收。",
    "3": "洛阳市殘疾人康復訓練服務（繁體公告）。",
    "4": "Home care for the elderly in Kaifeng, 2026年养老护理员培训。",
    "5": "全角ＡＢＣ１２３与半角abc123相同。",
}


@pytest.fixture(params=["memory", "whoosh", pytest.param("postgres", marks=pytest.mark.postgresql_only)])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> SearchBackend:
    """Make a backend; PostgreSQL's needs a database of its own."""
    made: SearchBackend = MemoryBackend() if request.param == "memory" else WhooshBackend(tmp_path / "search")
    if request.param == "postgres":
        request.getfixturevalue("app")
        made = PostgresBackend(lambda: db.engine)
    made.rebuild([])
    return made


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


BOMBS = {
    "one letter in asterisks": "*a*",
    "20 wildcards": "a* " * 20,
    "a range": "[a TO z]",
    "2,000 negations": "NOT " * 2000,
    "a megabyte": "字" * 1_000_000,
    "unbalanced quotes": '"' * 999,
    "operators": "OR AND NOT (",
    "control characters": "a\x00b \x1f",
    "16 words": "养老 服务 社区 居家 残疾 康复 训练 心理 疏导 评估 购买 项目 郑州 洛阳 公告 abc",
    "one character 400 times": "服" * 400,
    "a long run": "MIIC" * 3_000,
    "half a pair": "\ud800养老",
}


@pytest.mark.parametrize("match", Match)
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_search_cannot_be_made_to_explode(backend: SearchBackend, bomb: str, match: Match) -> None:
    backend.update([make_document(str(number), f"养老 a b {number}") for number in range(20)])

    result = backend.search(SearchQuery(bomb, match=match, facets=FACETS))

    assert not result.is_partial
    assert len(result.hits) == result.total == sum(result.facets.get("kind", {}).values())


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


def test_facets_are_counted_as_if_nothing_were_chosen_in_them(backend: SearchBackend) -> None:
    backend.update([
        make_document("1", "养老", region="410100", stage="award", suppliers=("7", "8"), amount_fen=60_000_000),
        make_document("2", "养老", region="410100", stage="tender", suppliers=("7",)),
        make_document("3", "养老", region="410300", stage="award", amount_fen=1),
        make_document("4", "康复", region="410300", stage="award"),
    ])  # fmt: skip

    result = backend.search(SearchQuery("养老", filters={"region": {"410100"}, "stage": {"award"}}, facets=FACETS))

    assert [hit.key for hit in result.hits] == ["notice:1"]
    assert result.facets["region"] == {"410100": 1, "410300": 1}
    assert result.facets["stage"] == {"award": 1, "tender": 1}
    assert result.facets["supplier"] == {"7": 1, "8": 1}
    assert result.facets["amount"] == {"50": 1}


def test_what_lies_within_something_hidden_is_hidden_too(backend: SearchBackend) -> None:
    backend.update([make_document("1", "养老", within=("process:x",)), make_document("2", "养老")])

    result = backend.search(SearchQuery("养老", hidden={"process:x"}, facets={"kind"}))

    assert ([hit.key for hit in result.hits], result.total) == (["notice:2"], 1)
    assert result.facets == {"kind": {"notice": 1}}


def test_hits_come_in_the_order_asked_for(backend: SearchBackend) -> None:
    backend.update([
        make_document("1", "养老", date=date(2025, 1, 1), amount_fen=5), make_document("2", "养老", amount_fen=9),
        make_document("3", "养老", date=date(2026, 1, 1)),
    ])  # fmt: skip

    assert found(backend, "养老", order=Order.NEWEST) == ["notice:3", "notice:1", "notice:2"]
    assert found(backend, "养老", order=Order.OLDEST) == ["notice:2", "notice:1", "notice:3"]
    assert found(backend, "养老", order=Order.AMOUNT) == ["notice:2", "notice:1", "notice:3"]


def test_filters_alone_find_everything_that_passes_them(backend: SearchBackend) -> None:
    backend.update([make_document("1", "养老", region="410100"), make_document("2", "康复")])

    assert found(backend, "", filters={"region": {"410100"}}) == ["notice:1"]
    assert found(backend, "", to=date(2030, 1, 1)) == []


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("hn2021a05042", True), ("HN_2021_A05_042", True), ("2021-A05", True), ("120万元", True), ("1,200,000", True),
        ("1200000元", True), ("120万", True), ("130万", False), ("elderly care", True), ('"elderly care"', False),
        ("金水区 民政局", True), ("elderly care 康复", False), ("aged care", True), ("居家 养老", True),
    ],
)  # fmt: skip
def test_numbers_amounts_and_english_names_are_understood(backend: SearchBackend, asked: str, is_found: bool) -> None:  # noqa: FBT001 - a case
    body = "郑州市金水区民政局采购居家\n养老服务，预算1,200,000元，项目编号：HN-2021-A05-042。"
    backend.update([make_document("1", body)])

    assert found(backend, asked) == (["notice:1"] if is_found else [])


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("预算1,860,000.00元。", "1,860,000.00元"), ("预算1,860,000.00元。", '"1,860,000.00元"'),
        ("预算1,860,000.00元。", "1860000.00元"), ("预算1,860,000.00元。", "1,860,000.00"),
        ("预算1,860,000.00元。", "1860000"), ("预算1,860,000.00元。", "186万元"), ("预算1,860,000.00元。", "186万"),
        ("预算1,860,000.00元。", "1,860,000"), ("成交824173元", "824173.00元"), ("成交824173元", "82.4173万元"),
        ("金额82.4173万元", "824,173元"), ("单价35.50元", "35.5元"), ("单价35.5元", "35.50元"),
    ],
)  # fmt: skip
def test_an_amount_is_found_however_it_is_written(backend: SearchBackend, written: str, asked: str) -> None:
    backend.update([make_document("1", written), make_document("2", "预算99000000元，另计18600万元、3355元")])

    assert found(backend, asked) == ["notice:1"]


@pytest.mark.parametrize("asked", ["186000000", "186000000元", "18600万元", "1.86"])
def test_a_point_in_an_amount_is_never_left_out(backend: SearchBackend, asked: str) -> None:
    backend.update([make_document("1", "预算1,860,000.00元")])

    assert found(backend, asked) == []


def test_a_loose_search_finds_what_has_some_of_the_words_best_first(backend: SearchBackend) -> None:
    backend.update([
        make_document("1", "社区上门护理，为卧床老人服务", title="老人上门护理"),
        make_document("2", "儿童心理疏导"),
        make_document("3", "老人的文化活动"),
    ])  # fmt: skip

    keys = found(backend, "我家老人摔倒了谁能上门护理", match=Match.SOME)

    assert keys[0] == "notice:1"
    assert "notice:2" not in keys


def test_titles_are_told_by_kind(backend: SearchBackend) -> None:
    backend.update([make_document("1", title="甲", title_en="A"), make_document("2", kind="service", title="乙")])

    titles = backend.titles({"notice"})

    assert [(title.key, title.title, title.title_en) for title in titles] == [("notice:1", "甲", "A")]


def test_every_change_has_another_state(backend: SearchBackend) -> None:
    states = [backend.state()]
    for act in (
        lambda: backend.update([make_document("1", "养老")]),
        lambda: backend.update([], deleted=["notice:1"]),
        lambda: backend.rebuild([make_document("2", "养老")]),
    ):
        act()
        states.append(backend.state())

    assert len(set(states)) == 4
    assert backend.faults() in ([], ())


def test_random_terms_find_what_looking_through_every_text_finds(backend: SearchBackend) -> None:
    chance = random.Random(20260301)
    texts = ["".join(chance.choices(ALPHABET, k=120)) for _ in range(200)]
    backend.rebuild([make_document(str(number), text) for number, text in enumerate(texts)])
    searchable = {f"notice:{number}": full_text(make_document(str(number), text)) for number, text in enumerate(texts)}
    asked = [text[(start := chance.randrange(100)) : start + chance.randint(1, 6)] for text in texts[:100]]
    asked += [f"{first} {second}" for first, second in zip(asked[::2], asked[1::2], strict=True)]

    for query in asked:
        clauses = asking.clauses(query)
        true_keys = {key for key, text in searchable.items() if clauses and all(one.holds_in(text) for one in clauses)}
        assert set(found(backend, query, limit=None)) == true_keys, query


ALPHABET = "养老服务社区居家残疾人康复训练心理疏导第三方评估购买项目郑州洛阳市公告abc12-，。 "


def test_a_loose_search_counts_what_it_shows(backend: SearchBackend) -> None:
    few = [make_document(str(number), "养老护理上门服务" if number < 3 else "评估") for number in range(40)]
    backend.update(few)
    asked = SearchQuery("谁能上门护理老人评估", match=Match.SOME, facets={"kind"}, limit=None)

    result = backend.search(asked)

    assert result.total == len(result.hits) == sum(result.facets["kind"].values()) > 0


def test_a_loose_search_leaves_out_what_is_poor_beside_the_best_of_what_is_shown(backend: SearchBackend) -> None:
    others = [make_document(str(number), "儿童", title="心理疏导", region="41") for number in range(10, 40)]
    best = make_document("1", "老人上门护理", title="老人上门护理", region="41")
    poor = [make_document(str(number), "上门安装", region="42" if number == 3 else "41") for number in (2, 3)]
    backend.update([best, *poor, *others])
    asked = {"match": Match.SOME, "facets": {"region"}}

    everywhere = backend.search(SearchQuery("老人上门护理", **asked))  # type: ignore[arg-type]  # fields
    there = backend.search(SearchQuery("老人上门护理", filters={"region": {"42"}}, **asked))  # type: ignore[arg-type]  # fields

    assert ([hit.key for hit in everywhere.hits], everywhere.total) == (["notice:1"], 1)
    assert ([hit.key for hit in there.hits], there.total) == (["notice:3"], 1)
    assert everywhere.facets["region"] == {"41": 1}


def test_a_loose_search_has_as_many_pages_as_it_counts(backend: SearchBackend) -> None:
    words = ("老人", "上门", "护理", "儿童", "培训")
    backend.update([
        make_document(str(number), "".join(word for place, word in enumerate(words) if number >> place & 1))
        for number in range(32)
    ])  # fmt: skip

    total = backend.search(SearchQuery("老人上门护理", match=Match.SOME)).total
    pages = [found(backend, "老人上门护理", match=Match.SOME, offset=offset, limit=5) for offset in range(0, 40, 5)]

    assert len({key for page in pages for key in page}) == sum(map(len, pages)) == total > 0


def test_a_long_run_of_letters_is_found_by_any_part_of_it(backend: SearchBackend) -> None:
    run = "".join(random.Random(3).choices("abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789", k=12_000))
    backend.rebuild([make_document("1", f"养老 {run}")])

    backend.update([make_document("2", f"服务{run}"), make_document("3", "养老")])

    for start in (0, 5_000, 12_000 - 64):
        assert set(found(backend, run[start : start + 64])) == {"notice:1", "notice:2"}
