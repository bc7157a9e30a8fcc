"""What makes a hit better, told once for all backends: which tokens count, in which field, by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.search import analysis, asking
from portal.search.port import Match

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.search.port import SearchQuery

TITLE_WORDS, BODY_WORDS = "title_words", "body_words"
GRAMS = "grams"
TITLE_BOOST, BODY_BOOST, SYNONYM_BOOST, GRAM_BOOST = 3.0, 1.0, 0.5, 0.3

LEAST_SHARE = 0.25
"""Of a loose query, what scores less than this share of the best is neither shown nor counted."""

Weighted = list[tuple[str, str, float]]


def weigh(query: SearchQuery) -> Weighted:
    """List the tokens that make a hit better: field, token, and what it is worth."""
    if query.match is Match.SOME:
        loose = asking.loose(query.text)
        return _in_fields(loose.words) + [(GRAMS, gram, GRAM_BOOST) for gram in loose.grams]
    worth: dict[str, float] = {}
    for clause in asking.clauses(query.text):
        for place, parts in enumerate(clause.alternatives):
            for word in (word for part in parts for word in analysis.words(part)):
                worth.setdefault(word, SYNONYM_BOOST if place else 1.0)
    return _in_fields(worth)


def _in_fields(words: Mapping[str, float]) -> Weighted:
    return [(TITLE_WORDS, word, TITLE_BOOST * weight) for word, weight in words.items()] + [
        (BODY_WORDS, word, BODY_BOOST * weight) for word, weight in words.items()
    ]
