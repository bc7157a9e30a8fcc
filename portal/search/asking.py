"""What a query asks for: clauses that must all hold, each with what may stand for what was typed.

Chinese terms are taken exactly as typed. What is typed in Latin letters is also looked for under its
Chinese name, because most of what is published is in Chinese; quotes turn that off. Project numbers
are found with and without their separators.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from portal.search import analysis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LONGEST_NAME = 5  # words of an English name in the table of synonyms
SYNONYM_WEIGHT = 0.5
SHORTEST_NUMBER = 5  # so long must a number be to be looked for without its separators
_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Clause:
    """One thing that must hold: one of these sets of texts must be contained whole; what was typed comes first."""

    alternatives: tuple[tuple[str, ...], ...]

    def holds_in(self, text: str) -> bool:
        """Tell whether a searchable text fulfils the clause."""
        return any(all(part in text for part in parts) for parts in self.alternatives)


@dataclass(frozen=True)
class Loose:
    """A query of which only something need be contained: words and pairs of characters with their weights."""

    words: Mapping[str, float]
    grams: tuple[str, ...]


@lru_cache(maxsize=256)
def clauses(query: str) -> tuple[Clause, ...]:
    """Read a query; nothing when it asks for nothing."""
    parts = analysis.parts(query)
    found: list[Clause] = []
    place = 0
    while place < len(parts):
        named = _english_name(parts, place)
        if named is None:
            found.append(_clause(parts[place][0]))
            place += 1
        else:
            words, chinese = named
            found.append(Clause((words, *((name,) for name in chinese))))
            place += len(words)
    return tuple(found)


def loose(query: str) -> Loose:
    """Read a query as a heap of words, with their synonyms at half the weight."""
    text = " ".join(term for term, _ in analysis.parts(query))
    wanted = [word for word in analysis.words(text) if _says_something(word)]
    weights = dict.fromkeys(wanted, 1.0)
    for word in [*wanted, *_names_in(text)]:
        for part in (part for other in synonyms(word) for part in analysis.words(other)):
            if _says_something(part):
                weights.setdefault(part, SYNONYM_WEIGHT)
    rest = "".join(" " if word in _stopwords() else word for word in analysis.cut(text))
    pairs = (gram for gram in analysis.grams(rest) if len(gram) > 1 and not analysis.is_latin(gram))
    return Loose(weights, tuple(dict.fromkeys(pairs)))


def shown_terms(query: str) -> tuple[str, ...]:
    """Tell every text that may stand in a hit because of the query, for marking it."""
    return tuple(dict.fromkeys(part for clause in clauses(query) for parts in clause.alternatives for part in parts))


def loosely_shown_terms(query: str) -> tuple[str, ...]:
    """Tell the words to mark where not all need be contained."""
    return tuple(loose(query).words)


def synonyms(term: str) -> Sequence[str]:
    """Tell what else a term is called, in Chinese and in English."""
    return _table().get(term, ())


def all_names() -> Sequence[str]:
    """List every name in the table of synonyms."""
    return tuple(_table())


def other_names(query: str) -> Sequence[str]:
    """Tell what a query of one term might also be called, for offering it."""
    asked = clauses(query)
    if len(asked) != 1:
        return ()
    return tuple(
        other for other in synonyms(" ".join(asked[0].alternatives[0])) if (other,) not in asked[0].alternatives
    )


def _clause(term: str) -> Clause:
    if " " in term or not any(character.isdigit() for character in term):
        return Clause(((term,),))
    squeezed = term.replace(",", "") if analysis.is_quantity(term) else analysis.compact(term)
    others = [] if squeezed == term else [squeezed]
    if not analysis.is_quantity(term):
        others += [analysis.as_form(squeezed)] if len(squeezed) >= SHORTEST_NUMBER else []
    elif len(squeezed) >= SHORTEST_NUMBER or not squeezed.isdigit():
        others += analysis.quantity_forms(term)
    return Clause(((term,), *((other,) for other in others)))


def _english_name(parts: Sequence[tuple[str, bool]], place: int) -> tuple[tuple[str, ...], Sequence[str]] | None:
    """Find the longest English name that begins at a place; nothing when it is quoted or not known."""
    words: list[str] = []
    for term, is_quoted in parts[place : place + LONGEST_NAME]:
        if is_quoted or not analysis.is_latin(term):
            break
        words.append(term)
    for length in range(len(words), 0, -1):
        chinese = _english().get(" ".join(words[:length]))
        if chinese:
            return tuple(words[:length]), chinese
    return None


def _names_in(text: str) -> Iterator[str]:
    return (name for name in _table() if len(name) > 1 and name in text)


def _says_something(word: str) -> bool:
    return len(word) > 1 and word not in _stopwords() and not (word.isdigit() and len(word) < SHORTEST_NUMBER)


@cache
def _rows() -> tuple[tuple[str, ...], ...]:
    """Read the table of synonyms: groups of names of one thing, all searchable."""
    with (_DATA / "synonyms.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(
            tuple(
                analysis.searchable(name)
                for name in [row["zh"], *row["zh_others"].split(), *row["en"].split("|")]
                if name
            )
            for row in csv.DictReader(handle)
        )


@cache
def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, dict[str, None]] = {}
    for names in _rows():
        for name in names:
            table.setdefault(name, {}).update((other, None) for other in names if other != name)
    return {name: tuple(others) for name, others in table.items()}


@cache
def _english() -> dict[str, tuple[str, ...]]:
    """Tell for each English name the Chinese ones of its row."""
    table: dict[str, dict[str, None]] = {}
    for names in _rows():
        chinese = [name for name in names if not analysis.is_latin(name)]
        for name in names:
            if analysis.is_latin(name):
                table.setdefault(name, {}).update(dict.fromkeys(chinese))
    return {name: tuple(chinese) for name, chinese in table.items()}


@cache
def _stopwords() -> frozenset[str]:
    lines = (_DATA / "stopwords.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
