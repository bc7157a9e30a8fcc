"""How texts are cut for searching: one normalisation for what is indexed and what is asked.

Words (rjieba's search mode) say how well a text fits; single characters and pairs of characters say
what can fit at all, because Chinese is written without spaces and any cut into words would miss some.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import rjieba

from portal.kernel.text import nfkc_fold, without_unseen

LONGEST_TERM = 64
MOST_TERMS = 16
LONGEST_QUERY = 2_000

_TABLE_FILE = Path(__file__).parent / "traditional.txt"
_RUN = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r'"([^"]*)"')
_BETWEEN_TERMS = re.compile(r"[\s,;!?()\[\]{}<>|、。〈〉《》「」『』【】〔〕…“”‘’\"']+")
_EDGES = "-./\\:_#*~^+&%=·"


@cache
def _simplified() -> dict[int, str]:
    lines = [line for line in _TABLE_FILE.read_text("utf-8").splitlines() if not line.startswith("#")]
    return dict(zip(map(ord, lines[0]), lines[1], strict=True))


class _Folds(dict[int, str]):
    """Each character's folded form, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = " " if character.isspace() else without_unseen(nfkc_fold(character))
        self[code] = folded.translate(_simplified())
        return self[code]


_FOLDS = _Folds()


def normalise(text: str) -> str:
    """Fold width, case, compatibility forms, spaces, and traditional into simplified characters."""
    return unicodedata.normalize("NFC", text).translate(_FOLDS)


def normalise_with_origins(text: str) -> tuple[str, list[int]]:
    """Normalise a text and tell for each resulting character where it comes from in the text."""
    folded = [_FOLDS[ord(character)] for character in text]
    origins = [position for position, part in enumerate(folded) for _ in part]
    return "".join(folded), origins


def words(normalised: str) -> list[str]:
    """Cut a normalised text into words, the longer ones also into the words they are made of."""
    return [word for word in rjieba.cut_for_search(normalised, False) if _RUN.search(word)]  # noqa: FBT003


def grams(normalised: str) -> list[str]:
    """List every single character and every pair of neighbours in the runs of letters and digits."""
    found: list[str] = []
    for run in _RUN.findall(normalised):
        found.extend(run)
        found.extend(run[position : position + 2] for position in range(len(run) - 1))
    return found


def needed_grams(term: str) -> list[str]:
    """List the grams that every text containing the term has: pairs, or the single character."""
    found: dict[str, None] = {}
    for run in _RUN.findall(term):
        pairs = [run[position : position + 2] for position in range(len(run) - 1)]
        found.update(dict.fromkeys(pairs or [run]))
    return list(found)


def is_settled_by_grams(term: str) -> bool:
    """Tell whether having the term's grams means containing the term."""
    return len(term) <= 2 and len(_RUN.findall(term)) == 1 and _RUN.fullmatch(term) is not None  # noqa: PLR2004


def terms(query: str) -> list[str]:
    """Read what somebody typed: terms that must all be contained; quotes keep a phrase together.

    At most `MOST_TERMS` terms of at most `LONGEST_TERM` characters; there are no operators.
    """
    normalised = normalise(query[:LONGEST_QUERY].replace("“", '"').replace("”", '"'))
    phrases = [" ".join(phrase.split()) for phrase in _QUOTED.findall(normalised)]
    rest = _BETWEEN_TERMS.split(_QUOTED.sub(" ", normalised))
    wanted = [phrase.strip(_EDGES) for phrase in phrases] + [part.strip(_EDGES) for part in rest]
    kept = dict.fromkeys(term[:LONGEST_TERM] for term in wanted if _RUN.search(term[:LONGEST_TERM]))
    return list(kept)[:MOST_TERMS]
