"""What somebody may be typing, and what they may have meant: from the titles of what can be found.

Names are matched by their characters, by the sound of them (pinyin) and by the initials of the sound.
Misspelt English is mended by likeness, wrong Chinese characters by their sound.
"""

from __future__ import annotations

import difflib
import itertools
import os
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from portal.search import analysis, asking, keeping

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # single readings suffice, and take 30 MB less
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")  # nobody changes them

from pypinyin import Style, lazy_pinyin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from portal.search.port import Title

MOST_SUGGESTIONS = 8
LIKENESS = 0.75
SHORTEST_MENDED, LONGEST_MENDED, MOST_MENDED = 4, 24, 4
LONGEST_TYPED = 64
LEAST_SOUND = 2


@dataclass(frozen=True)
class _Name:
    """A name that may be suggested, with what it is matched by."""

    shown: str
    folded: str
    sound: str
    initials: str
    words: tuple[str, ...]

    def rank(self, typed: str, sound: str) -> tuple[int, int, str] | None:
        """Tell how well the name goes on from what was typed, the smaller the better; None if it does not."""
        at = self.folded.find(typed)
        sounds_so = len(sound) >= LEAST_SOUND and (self.sound.startswith(sound) or self.initials.startswith(sound))
        begins_a_word = at > 0 and not (typed.isascii() and self.folded[at - 1].isalnum())
        if at < 0 and not sounds_so:
            return None
        place = 0 if at == 0 else 1 if sounds_so or begins_a_word else 2
        return place, len(self.folded), self.folded


@dataclass
class Suggester:
    """The words there are, and the names, each with the keys of what bears it (a synonym has none)."""

    names: Mapping[_Name, Collection[str]]
    words: Counter[str]
    by_sound: dict[str, str] = field(init=False)
    by_spelling: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Know for each sound the word that is meant most often."""
        self.by_sound, self.by_spelling = {}, {}
        for word, _ in self.words.most_common():
            if not analysis.is_latin(word):
                sound = sound_of(word)
                self.by_sound.setdefault(sound, word)
                self.by_spelling.setdefault(sound.replace(" ", ""), word)

    def suggestions(self, typed: str, *, hidden: Collection[str] = ()) -> list[str]:
        """List names that go on from what was typed, the likeliest first, none that only hidden things bear."""
        folded = analysis.searchable(typed[:LONGEST_TYPED])
        if not folded:
            return []
        sound = analysis.compact(folded) if analysis.is_latin(folded) else ""
        ranked = ((name.rank(folded, sound), name) for name in self.names)
        found = sorted(((rank, name) for rank, name in ranked if rank is not None), key=lambda both: both[0])
        visible = (name.shown for _, name in found if _is_borne(self.names[name], hidden))
        return list(itertools.islice(dict.fromkeys(visible), MOST_SUGGESTIONS))

    def meant(self, query: str) -> str | None:
        """Mend the terms of a query that are near to a known word; None if there is nothing to mend."""
        terms = [term for term, _ in analysis.parts(query)]
        if sum(term not in self.words for term in terms) > MOST_MENDED:
            return None
        mended = [self._mended(term) for term in terms]
        return " ".join(mended) if mended != terms else None

    def _mended(self, term: str) -> str:
        if term in self.words or len(term) > LONGEST_MENDED:
            return term
        if not analysis.is_latin(term):
            return "".join(self._by_sound(part) for part in _parts_by_sound(term, self.by_sound))
        if len(term) < SHORTEST_MENDED or not term.isalpha():
            return term
        if term in self.by_spelling:
            return self.by_spelling[term]
        english = [word for word in self.words if word.isascii()]
        return next(iter(difflib.get_close_matches(term, english, n=1, cutoff=LIKENESS)), term)

    def _by_sound(self, part: str) -> str:
        return part if part in self.words else self.by_sound.get(sound_of(part), part)


def _parts_by_sound(term: str, known: dict[str, str]) -> Iterator[str]:
    """Cut a term from the left into the longest parts that sound like a known word."""
    start = 0
    while start < len(term):
        ends = range(len(term), start + 1, -1)
        end = next((end for end in ends if sound_of(term[start:end]) in known), start + 1)
        yield term[start:end]
        start = end


@lru_cache(maxsize=20_000)
def sound_of(text: str) -> str:
    """Spell Chinese by its sound, without tones; other characters stay."""
    return " ".join(lazy_pinyin(text))


def make_suggester(titles: Iterable[Title]) -> Suggester:
    """Learn names and words from titles and from the table of synonyms."""
    bearers: dict[str, set[str]] = {}
    words: Counter[str] = Counter()
    for title in titles:
        for text in filter(None, (title.title, title.title_en)):
            bearers.setdefault(text, set()).add(title.key)
            words.update(_name(text).words)
    for synonym in asking.all_names():
        bearers[synonym] = set()
        words.update(word for word in [synonym, *synonym.split()] if len(word) > 1)
    names: dict[str, tuple[_Name, set[str]]] = {}
    for shown, keys in bearers.items():
        name = _name(shown)
        known = names.get(name.folded)
        both = known[1] | keys if known and known[1] and keys else set()
        names[name.folded] = (name, keys) if known is None else (known[0], both)
    return Suggester(dict(names.values()), words)


def _is_borne(keys: Collection[str], hidden: Collection[str]) -> bool:
    return not keys or any(key not in hidden for key in keys)


@lru_cache(maxsize=20_000)
def _name(shown: str) -> _Name:
    """Take a name apart; remembered, because after a commit nearly all names are the same."""
    folded = analysis.searchable(shown)
    initials = "".join(lazy_pinyin(folded, style=Style.FIRST_LETTER))
    words = tuple(word for word in analysis.words(folded) if len(word) > 1)
    return _Name(shown, folded, "".join(lazy_pinyin(folded)).replace(" ", ""), initials.replace(" ", ""), words)


class SuggesterCache:
    """The suggester of what the index holds now; made again when it has changed."""

    def __init__(self, kinds: frozenset[str]) -> None:
        """Take the kinds whose titles are suggested."""
        self._kinds = kinds
        self._made: tuple[str, Suggester] | None = None
        self._lock = threading.Lock()

    def get(self) -> Suggester:
        """Give the suggester for what the index holds now; while it is damaged, the last one there was."""
        state = keeping.state()
        with self._lock:
            if self._made is None or state not in {None, self._made[0]}:
                found, titles = keeping.titles(self._kinds)
                self._made = (found, make_suggester(titles))
            return self._made[1]
