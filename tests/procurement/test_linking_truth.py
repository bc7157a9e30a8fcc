"""Suggestions on real notices: the project numbers in their bodies are the truth, and are kept from the rules."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from portal.procurement.linking_rules import THRESHOLD, Clues, compare, keys_of, stored_keys_of
from portal.procurement.notice_titles import labelled_numbers_in, numbers_in, title_cores

if TYPE_CHECKING:
    from pathlib import Path

BUYER = re.compile(r"(?:采购人信息\s*名称[:：]|采购人（甲方）[:：])\s*(\S+)")


@pytest.fixture
def bodies(shared_data: Path) -> list[Clues]:
    """Give the real notices that have a body and a project number."""
    lines = (shared_data / "zh" / "notices_henan_2026_text.jsonl").read_text("utf-8").splitlines()
    found = []
    for row in map(json.loads, lines):
        numbers = numbers_in(row["title"]) | labelled_numbers_in(row["text"])
        buyer = BUYER.search(row["text"])
        found.append(Clues(row["title"], buyer[1] if buyer else None, numbers))
    return [one for one in found if one.numbers]


@pytest.fixture
def heads(shared_data: Path) -> list[Clues]:
    """Give the heads of real notices."""
    text = (shared_data / "zh" / "notices_henan_2026_meta.csv").read_text("utf-8-sig")
    rows = csv.DictReader(text.splitlines())
    return [Clues(row["title"], row["agency"] or None, numbers_in(row["title"])) for row in rows]


def test_titles_alone_find_the_purchases_that_the_numbers_tell(bodies: list[Clues]) -> None:
    right = wrong = missed = 0
    for one, other in combinations(bodies, 2):
        same = bool({each.project for each in one.numbers} & {each.project for each in other.numbers})
        blind = compare(replace(one, numbers=frozenset()), replace(other, numbers=frozenset())).score >= THRESHOLD
        right, wrong, missed = right + (same and blind), wrong + (blind and not same), missed + (same and not blind)

    assert right >= 25
    assert right / (right + wrong) >= 0.95
    assert right / (right + missed) >= 0.9


def test_every_real_number_is_read(bodies: list[Clues]) -> None:
    assert len(bodies) >= 80
    assert all(number.series[-4:].isdigit() for one in bodies for number in one.numbers)


def test_the_index_finds_every_pair_that_comparing_all_with_all_finds(heads: list[Clues]) -> None:
    pairs = [pair for pair in combinations(heads, 2) if compare(*pair).score >= THRESHOLD]

    assert len(pairs) > 250
    assert all(keys_of(one) & stored_keys_of(other) for one, other in pairs)


def test_lists_of_intentions_without_a_name_are_never_suggested(heads: list[Clues]) -> None:
    plain = [one for one in heads if re.fullmatch(rf"{re.escape(one.buyer or '')}2026年[^项]*政府采购意向", one.title)]

    assert len(plain) > 50
    assert [one.title for one in plain if title_cores(one.title, one.buyer) != ("", "")] == []
