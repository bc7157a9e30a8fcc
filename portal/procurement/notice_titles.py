"""What titles of notices say: the name of the purchase, its project numbers, its lots and rounds. Plain Python.

The words are data (`data/notice_words.toml`), so that another province brings its own.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from portal.kernel.text import nfkc_fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHORTEST_TITLE = 2  # shorter names say nothing
ENDING = 12  # signs at the end of a title that tell the kind of its notice
_SPACE, _DASHES = re.compile(r"\s+"), re.compile(r"[-—–−‐‑―_/·•.〔〕\[\]【】()<>《》“”\"'「」:号]+")
_NOT_A_WORD = re.compile(r"(?:(?!(?<=\d)\.(?=\d))[\W_])+")  # the point of 1.5T stays
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_AT_THE_END = "-—–_ ·:,.、”“\"'"
_LEFT_OVER = _AT_THE_END + "()"
_LABEL = re.compile(r"^【[^】]{0,40}号?】|^[a-z0-9\-]{6,30}号?(?=[\u4e00-\u9fff])")
_DISTINCT = re.compile(r"\d+(?:\.\d+)?|[a-z]+|[一二三四五六七八九十百]+")
_DIGITS = "一二三四五六七八九"
_NUMBER = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[a-z])"


@dataclass(frozen=True)
class ProjectNumber:
    """A project number: its series with the year, its serial number, and the letter of a lot."""

    series: str
    serial: str
    lot: str = ""

    @property
    def project(self) -> str:
        """Write the number of the whole project, in one way; `read` takes it apart again."""
        return f"{self.series} {self.serial}"

    @property
    def written(self) -> str:
        """Write it for people."""
        return f"{self.series.upper()}-{self.serial}"

    @classmethod
    def read(cls, project: str) -> Self:
        """Take apart the number of a project."""
        series, _, serial = project.rpartition(" ")
        return cls(series, serial)


@dataclass(frozen=True)
class _Words:
    kinds: Sequence[str]
    corrections: Sequence[str]
    tails: Sequence[str]
    periods: re.Pattern[str]
    parts: re.Pattern[str]
    rounds: Sequence[str]
    says_nothing: frozenset[str]
    number: re.Pattern[str]
    labelled: re.Pattern[str]
    series_signs: Sequence[str]
    not_series: Sequence[str]


@cache
def _words() -> _Words:
    path = Path(__file__).parent / "data" / "notice_words.toml"
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    parts = [one.replace("<n>", _NUMBER) for one in said["parts"]]
    return _Words(
        kinds=sorted(said["kinds"], key=len, reverse=True), corrections=said["corrections"],
        tails=sorted(said["tails"], key=len, reverse=True), periods=re.compile("|".join(said["periods"])),
        parts=re.compile("|".join(f"(?:{one})" for one in parts)), rounds=said["rounds"],
        says_nothing=frozenset(said["says_nothing"]), number=re.compile(said["number"]),
        labelled=re.compile(rf"(?:{'|'.join(said['labels'])})[:：]?\s*([^\s，。；、,;]{{4,60}})"),
        series_signs=said["series_signs"], not_series=said["not_series"],
    )  # fmt: skip


def numbers_in(*texts: str) -> frozenset[ProjectNumber]:
    """Find the project numbers in titles and in fields that hold numbers; days are none."""
    return frozenset(found for text in texts if text for found in _numbers(text))


def labelled_numbers_in(text: str) -> frozenset[ProjectNumber]:
    """Find the project numbers of a longer text: those that it calls so, as laws are numbered alike."""
    return numbers_in(*_words().labelled.findall(text))


def _numbers(text: str) -> Iterable[ProjectNumber]:
    words, unified = _words(), _DASHES.sub("-", _SPACE.sub("", nfkc_fold(text)))
    for found in words.number.finditer(unified):
        series = found["series"].replace("-", "")
        letters = series[:-4]
        is_latin = letters.isascii()
        if any(word in letters for word in words.not_series):
            continue
        if is_latin or any(sign in letters for sign in words.series_signs):
            yield ProjectNumber(series, found["serial"].lstrip("0") or "0", found["lot"] or "")


@lru_cache(maxsize=10_000)
def says_only_kind(title: str) -> bool:
    """Tell whether a title names a kind of notice, a lot or a number alone, and no purchase."""
    words = _words()
    text = _without_ends(_SPACE.sub("", nfkc_fold(title)), words)
    text = re.sub(r"[\W\d_]", "", words.parts.sub("", text))
    return text in words.says_nothing or not text


@lru_cache(maxsize=10_000)
def title_cores(title: str, buyer: str | None = None) -> tuple[str, str]:
    """Take from a title what only tells the kind of notice, its round, its lot, and its number.

    Returns:
        What is left, and the same without the buyer's name in front; both empty where the title names no purchase
        (a list of intentions).
    """
    words = _words()
    text = _LABEL.sub("", _SPACE.sub("", nfkc_fold(title)))
    text = _without_ends(text, words)
    named = words.periods.sub("", text)
    if named != text and not buyer:
        return "", ""
    text = _NOT_A_WORD.sub("", _without_tails(words.parts.sub("", _without_ends(named, words)), words))
    bare = text
    for name in _names(buyer):
        while bare.startswith(name):
            bare = bare.removeprefix(name).removeprefix("关于")
    return (text, bare) if len(bare) >= SHORTEST_TITLE else ("", "")


def _names(buyer: str | None) -> Sequence[str]:
    """Give a buyer's name as it may begin a title: whole, and without what stands in brackets."""
    folded = nfkc_fold(buyer or "")
    names = (_NOT_A_WORD.sub("", folded), buyer_key(folded))
    return [name for name in dict.fromkeys(names) if name]


@lru_cache(maxsize=10_000)
def buyer_key(name: str) -> str:
    """Write a buyer's name in one way: without what stands in brackets, spaces and punctuation."""
    folded = nfkc_fold(name)
    return _NOT_A_WORD.sub("", _IN_BRACKETS.sub("", folded)) or _NOT_A_WORD.sub("", folded)


def _without_ends(text: str, words: _Words) -> str:
    """Strip kinds of notice, rounds and lots from the end until none is left."""
    while True:
        trimmed = text.rstrip(_AT_THE_END)
        for found in words.parts.finditer(trimmed):
            if found.end() == len(trimmed):
                trimmed = trimmed[: found.start()]
                break
        trimmed = next((trimmed.removesuffix(kind) for kind in words.kinds if trimmed.endswith(kind)), trimmed)
        if trimmed == text:
            return text
        text = trimmed


def _without_tails(text: str, words: _Words) -> str:
    text = text.rstrip(_LEFT_OVER)
    while tail := next((tail for tail in words.tails if text.endswith(tail)), None):
        text = text.removesuffix(tail).rstrip(_LEFT_OVER)
    return text


def similarity(one: str, other: str) -> float:
    """Compare two names by their pairs of signs (Dice's coefficient, 0 to 1); 0 where a number in them differs.

    Source: Dice (1945), Ecology 26, 297-302.
    """
    if sorted(_DISTINCT.findall(one)) != sorted(_DISTINCT.findall(other)):
        return 0.0
    mine, theirs = _pairs(one), _pairs(other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine and theirs else 0.0


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def lots_in(raw: str) -> frozenset[str]:
    """Find the lots that a title names, each as `lot_key` writes it; rounds of a purchase are none."""
    words, title = _words(), _SPACE.sub("", nfkc_fold(raw))
    found = (match.group() for match in words.parts.finditer(title))
    return frozenset(lot_key(one) for one in found if not any(word in one for word in words.rounds)) - {""}


def lot_key(name: str) -> str:
    """Write the number or the letter of a lot in one way, however its name or identifier frames it."""
    folded = nfkc_fold(name)
    if digits := re.findall(r"\d+", folded):
        return "-".join(str(int(one)) for one in digits)
    if chinese := re.search(r"[一二三四五六七八九十]+", folded):
        return str(_chinese_number(chinese.group()))
    return re.sub(r"[\W_]|[\u4e00-\u9fff]", "", folded) or folded


def _chinese_number(signs: str) -> int:
    """Read a number below a hundred."""
    tens, ten, ones = signs.rpartition("十")
    high = (_DIGITS.find(tens[-1]) + 1 if tens else 1) if ten else 0
    return 10 * high + (_DIGITS.find(ones[-1]) + 1 if ones else 0)


def may_come_late(raw: str) -> bool:
    """Tell by its title whether a notice may follow any other: a correction, one lot of several, a further round."""
    words, title = _words(), _SPACE.sub("", nfkc_fold(raw))
    return any(word in title[-ENDING:] for word in words.corrections) or words.parts.search(title) is not None
