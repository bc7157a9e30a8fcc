"""How texts are cut for searching: one normalisation for what is indexed and what is asked.

Words (rjieba's search mode) say how well a text fits; single characters and pairs of characters say
what can fit at all, because Chinese is written without spaces and any cut into words would miss some.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

import rjieba

from portal.kernel.text import nfkc_fold, without_unseen

LONGEST_TERM = 64
MOST_TERMS = 16
LONGEST_QUERY = 2_000

_TABLE_FILE = Path(__file__).parent / "data" / "traditional.txt"
_RUN = re.compile(r"[^\W_]+")
_BETWEEN_TERMS = re.compile(r"[\s,;!?()\[\]{}<>|、。〈〉《》「」『』【】〔〕…“”‘’\"']+")
_EDGES = "-./\\:_#*~^+&%=·"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_GAP = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
_ANY_HAN = re.compile(f"[{_HAN}]")
_CODE = re.compile(r"(?<![^\W_])[^\W_]++(?:[-_./\[\]()〔〕【】\\#]++[^\W_]++)+")
_DIGIT = re.compile(r"\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?) ?(亿|万|)元")
_QUANTITY = re.compile(r"(\d[\d,]*(?:\.\d+)?)(亿|万|)(元?)")
_SPELT = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)(?![\d.])")
_COMMA = "\ue000"  # stands for a comma within a number while terms are told apart
SCALES = {"": 1, "万": 10_000, "亿": 100_000_000}
LONGEST_CODE = 64
LINE = "\n"
_FORM = {ord("0") + digit: 0x1D7CE + digit for digit in range(10)} | {
    ord("a") + letter: 0x1D41A + letter for letter in range(26)
}
_PLAIN = {form: plain for plain, form in _FORM.items()}


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


def searchable(text: str) -> str:
    """Normalise a text with single spaces, and with none between Chinese characters.

    Chinese needs no spaces: where there are some, a line ended or somebody spread a heading.
    """
    return _GAP.sub("", " ".join(normalise(text).split()))


def searchable_with_origins(text: str) -> tuple[str, list[int]]:
    """Make a text searchable and tell for each resulting character where it comes from in the text."""
    folded: list[str] = []
    origins: list[int] = []
    for position, character in enumerate(text):
        for part in _FOLDS[ord(character)]:
            if part == " " and (not folded or folded[-1] == " "):
                continue
            folded.append(part)
            origins.append(position)
    joined = "".join(folded)
    gaps = {match.start() for match in _GAP.finditer(joined)}
    if gaps:
        origins = [origin for place, origin in enumerate(origins) if place not in gaps]
        joined = "".join(part for place, part in enumerate(folded) if place not in gaps)
    return joined, origins


def other_forms(text: str) -> str:
    """List, a line each, what a searchable text is also found by: numbers without separators, amounts in yuan and 万.

    `hn-2021-a05` is also `hn2021a05`, `1,200,000元` also `1200000元` and `120万元`; all of them written as
    `as_form` writes, so that no term is found in them by chance.
    """
    forms: dict[str, None] = {}
    for match in _CODE.finditer(text):
        code = match.group()
        if len(code) <= LONGEST_CODE and _DIGIT.search(code) and not is_quantity(code):
            forms[compact(code)] = None
    for number in _SPELT.findall(text):
        forms.update((form, None) for form in _number_forms(number) if form != number)
    for number, scale in _AMOUNT.findall(text):
        forms.update(dict.fromkeys(_amount_forms(number, scale)))
    return "".join(f"{as_form(form)}{LINE}" for form in forms)


def is_quantity(term: str) -> bool:
    """Tell whether a term is a number with or without thousands, decimals and a unit of money: never a code."""
    return _QUANTITY.fullmatch(term) is not None


def quantity_forms(term: str) -> list[str]:
    """List the forms under which a number or amount is found however it is written; nothing for what is neither.

    `1,860,000.00元` and `186万` are found as `1860000元` and as `186万元`, `1,860,000.00` as `1860000`, and each
    only whole: `500元` is not looked for in `1,500元`.
    """
    found = _QUANTITY.fullmatch(term)
    if found is None:
        return []
    number, scale, unit = found.groups()
    plain = _number_forms(number)
    forms = _amount_forms(number, scale) if scale or unit else [*plain, *(f"{form}元" for form in plain)]
    return [f"{LINE}{as_form(form)}{LINE}" for form in forms]


def _number_forms(number: str) -> list[str]:
    try:
        return [f"{Decimal(number.replace(',', '')).normalize():f}"]
    except InvalidOperation:
        return []


def as_form(text: str) -> str:
    """Write with letters and digits that no searchable text has: they stand for the plain ones."""
    return text.translate(_FORM)


def plain_form(text: str) -> str:
    """Write a form with plain letters and digits again."""
    return text.strip(LINE).translate(_PLAIN)


def _amount_forms(number: str, scale: str) -> list[str]:
    try:
        yuan = Decimal(number.replace(",", "")) * SCALES[scale]
    except InvalidOperation:
        return []
    forms = [f"{yuan.normalize():f}元"]
    if yuan >= SCALES["万"]:
        forms.append(f"{(yuan / SCALES['万']).normalize():f}万元")
    return forms


def compact(term: str) -> str:
    """Leave only the letters and digits of a number or a name with separators."""
    return "".join(_RUN.findall(term))


def words(normalised: str) -> list[str]:
    """Cut a normalised text into words, the longer ones also into the words they are made of."""
    return [word for word in rjieba.cut_for_search(normalised, False) if _RUN.search(word)]  # noqa: FBT003


def cut(normalised: str) -> list[str]:
    """Cut a normalised text into words once, leaving nothing out."""
    return list(rjieba.cut(normalised, False))  # noqa: FBT003 - how rjieba wants it


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


def is_latin(term: str) -> bool:
    """Tell whether a term is written without Chinese characters."""
    return _ANY_HAN.search(term) is None


def parts(query: str) -> list[tuple[str, bool]]:
    """Read what somebody typed: terms that must all be contained, each with whether it was quoted.

    Quotes keep words together; there are no operators. At most `MOST_TERMS` terms of at most
    `LONGEST_TERM` characters.
    """
    typed = without_unseen(query[:LONGEST_QUERY]).replace("“", '"').replace("”", '"')
    normalised = _THOUSANDS.sub(lambda match: match.group().replace(",", _COMMA), normalise(typed))
    found: dict[str, bool] = {}
    for place, piece in enumerate(normalised.split('"')):
        is_quoted = place % 2 == 1
        for part in [piece] if is_quoted else _BETWEEN_TERMS.split(piece):
            term = searchable(part.replace(_COMMA, ",")).strip(_EDGES + " ")[:LONGEST_TERM].strip(_EDGES + " ")
            if _RUN.search(term):
                found[term] = found.get(term, False) or is_quoted
    return list(found.items())[:MOST_TERMS]
