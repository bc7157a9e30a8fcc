"""The truth: on real notices every search finds what a scan of all texts finds, in every backend."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING

import pytest

from portal.search import asking
from portal.search.analysis import searchable
from portal.search.backends.postgres import PostgresBackend
from portal.search.backends.whoosh import WhooshBackend
from portal.search.matching import full_text
from portal.search.port import FACETS, SearchBackend, SearchDocument, SearchQuery
from portal.storage.database import db

if TYPE_CHECKING:
    from pathlib import Path

TERMS, LONGEST = 200, 6
MOST_WRONG = 0.01


@pytest.fixture(params=["whoosh", pytest.param("postgres", marks=pytest.mark.postgresql_only)])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> SearchBackend:
    if request.param == "postgres":
        request.getfixturevalue("app")
        return PostgresBackend(lambda: db.engine)
    return WhooshBackend(tmp_path / "search")


@pytest.fixture
def notices(shared_data: Path) -> list[SearchDocument]:
    lines = (shared_data / "zh" / "notices_henan_2026_text.jsonl").read_text("utf-8").splitlines()
    return [
        SearchDocument(f"notice:{number}", "notice", str(number), told["title"], body=told["text"])
        for number, told in enumerate(map(json.loads, lines))
    ]


def drawn_terms(texts: list[str]) -> list[str]:
    """Draw terms of 1 to 6 characters from anywhere within a run of letters and digits."""
    chance = random.Random(20261124)
    terms: list[str] = []
    while len(terms) < TERMS:
        runs = re.findall(r"[^\W_]+", chance.choice(texts))
        run, length = chance.choice(runs), chance.randint(1, LONGEST)
        start = chance.randrange(max(1, len(run) - length + 1))
        terms.append(run[start : start + length])
    return terms


def test_random_terms_and_pairs_find_what_a_scan_finds(backend: SearchBackend, notices: list[SearchDocument]) -> None:
    backend.rebuild(notices)
    texts = {notice.key: f"{searchable(notice.title)}\n{searchable(notice.body)}" for notice in notices}
    full_texts = {notice.key: full_text(notice) for notice in notices}
    terms = drawn_terms([notice.body for notice in notices])
    found_in_all = counted = 0

    for query in [*terms, *(f"{one} {other}" for one, other in zip(terms[::2], terms[1::2], strict=True))]:
        wanted = [searchable(term) for term in query.split()]
        scanned = {key for key, text in texts.items() if all(term in text for term in wanted)}
        result = backend.search(SearchQuery(query, limit=None))
        found = {hit.key for hit in result.hits}
        assert scanned <= found, query
        assert result.total == len(result.hits) == len(found)
        for key in found:
            assert all(clause.holds_in(full_texts[key]) for clause in asking.clauses(query)), (query, key)
        found_in_all, counted = found_in_all + len(scanned), counted + result.total

    assert counted - found_in_all <= MOST_WRONG * counted


BOMBS = ("*a*", "a* " * 20, "[a TO z]", "NOT " * 2_000, "字" * 1_000_000, '"' * 999 + "养老", "养\x00老 \x1f")


@pytest.mark.parametrize(
    "bomb", BOMBS, ids=["letter", "wildcards", "range", "negations", "megabyte", "quotes", "control"]
)
def test_bombs_are_answered_as_plain_words(backend: SearchBackend, notices: list[SearchDocument], bomb: str) -> None:
    backend.rebuild(notices)
    clauses = asking.clauses(bomb)

    result = backend.search(SearchQuery(bomb, limit=None, facets=FACETS))

    assert not result.is_partial
    assert {hit.key for hit in result.hits} == {
        notice.key for notice in notices if all(clause.holds_in(full_text(notice)) for clause in clauses)
    }
