"""What somebody may be typing, and what they may have meant: from the titles of what can be found.

Names are matched by their characters, by the sound of them (pinyin) and by the initials of the sound.
Misspelt English is mended by likeness, wrong Chinese characters by their sound.
"""

from __future__ import annotations

import difflib
import os
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portal.search import analysis, asking

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # single readings suffice, and take 30 MB less

from pypinyin import Style, lazy_pinyin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from portal.search.port import SearchBackend, Title

MOST_SUGGESTIONS = 8
LIKENESS = 0.75
SHORTEST_MENDED, LONGEST_MENDED = 4, 24
LONGEST_TYPED = 64
LEAST_SOUND = 2


@dataclass(frozen=True)
class _Name:
    """A name that may be suggested, with what it is matched by."""

    shown: str
    folded: str
    sound: str
    initials: str

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
    """The names and words there are."""

    names: Sequence[_Name]
    words: Counter[str]
    by_sound: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Know for each sound the word that is meant most often."""
        self.by_sound = {}
        for word, _ in self.words.most_common():
            if not analysis.is_latin(word):
                self.by_sound.setdefault(sound_of(word), word)

    def suggestions(self, typed: str) -> list[str]:
        """List names that go on from what was typed, the likeliest first."""
        folded = analysis.searchable(typed[:LONGEST_TYPED])
        if not folded:
            return []
        sound = analysis.compact(folded) if analysis.is_latin(folded) else ""
        ranked = ((name.rank(folded, sound), name.shown) for name in self.names)
        found = sorted((rank, shown) for rank, shown in ranked if rank is not None)
        return list(dict.fromkeys(shown for _, shown in found))[:MOST_SUGGESTIONS]

    def meant(self, query: str) -> str | None:
        """Mend the terms of a query that are near to a known word; None if there is nothing to mend."""
        terms = [term for term, _ in analysis.parts(query)]
        mended = [self._mended(term) for term in terms]
        return " ".join(mended) if mended != terms else None

    def _mended(self, term: str) -> str:
        if term in self.words or len(term) > LONGEST_MENDED:
            return term
        if not analysis.is_latin(term):
            return "".join(self._by_sound(part) for part in _parts_by_sound(term, self.by_sound))
        if len(term) < SHORTEST_MENDED or not term.isalpha():
            return term
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


def sound_of(text: str) -> str:
    """Spell Chinese by its sound, without tones; other characters stay."""
    return " ".join(lazy_pinyin(text))


def make_suggester(titles: Iterable[Title]) -> Suggester:
    """Learn names and words from titles and from the table of synonyms."""
    shown: dict[str, None] = {}
    words: Counter[str] = Counter()
    for title in titles:
        for text in filter(None, (title.title, title.title_en)):
            shown[text] = None
            words.update(word for word in analysis.words(analysis.searchable(text)) if len(word) > 1)
    for name in asking.all_names():
        shown[name] = None
        words.update(word for word in [name, *name.split()] if len(word) > 1)
    by_folded = {name.folded: name for name in map(_name, reversed(shown))}
    return Suggester(list(by_folded.values()), words)


def _name(shown: str) -> _Name:
    folded = analysis.searchable(shown)
    initials = "".join(lazy_pinyin(folded, style=Style.FIRST_LETTER))
    return _Name(shown, folded, "".join(lazy_pinyin(folded)).replace(" ", ""), initials.replace(" ", ""))


class SuggesterCache:
    """The suggester of what the index holds now; made again when it has changed."""

    def __init__(self, kinds: frozenset[str]) -> None:
        """Take the kinds whose titles are suggested."""
        self._kinds = kinds
        self._made: tuple[str, Suggester] | None = None
        self._lock = threading.Lock()

    def get(self, backend: SearchBackend) -> Suggester:
        """Give the suggester for the present state of a backend."""
        state = backend.state()
        with self._lock:
            if self._made is None or self._made[0] != state:
                self._made = (state, make_suggester(backend.titles(self._kinds)))
            return self._made[1]
