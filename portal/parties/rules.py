"""How an OCDS party is read, when two names are the same, and whether a credit code is right."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from portal.classification.rules import (
    CREDIT_CODE_LENGTH,
    CREDIT_CODE_LETTERS,
    credit_code_check,
    organization_type_of,
)
from portal.kernel.errors import ConflictError, InvalidInputError
from portal.kernel.text import N_, clean_line, nfkc_fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

BUYER_ROLES = frozenset({"buyer", "procuringEntity"})
SUPPLIER_ROLES = frozenset({"supplier", "tenderer"})
CREDIT_CODE_SCHEME = "CN-USCI"
LONGEST_NAME = 300
RURAL_COLLECTIVE = "N"
LARGEST_GROUP = 20  # more of one name are a word such as "政府", not one organisation
_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
_NOT_A_WORD = re.compile(r"[\W_]+")
_LEVEL = re.compile(r"(?<=[\u4e00-\u9fff]{2})[省市区县](?=[\u4e00-\u9fff]{2})")


class MergeChange(StrEnum):
    """What a step of the history of merges did."""

    MERGED = "merged"
    UNDONE = "undone"


class DistinctionChange(StrEnum):
    """What a step of the history of organisations told apart did."""

    APART = "apart"
    UNDONE = "undone"


class SameOrganizationError(InvalidInputError):
    """Raised when an organisation is to be merged into itself."""

    code = "same-organization"
    message = N_("This is the same organisation. Give the number of the other one.")


class UnknownOrganizationError(InvalidInputError):
    """Raised when no organisation that may be seen has a number."""

    code = "unknown-organization"
    message = N_("There is no organisation with this number. It stands in the address of its page.")


class DifferentCodesError(ConflictError):
    """Raised when two organisations have valid credit codes that differ."""

    code = "different-codes"
    message = N_("These have two different valid credit codes, so they are two organisations.")


@dataclass(frozen=True)
class Party:
    """What we take from an OCDS party."""

    name: str
    name_en: str | None
    scheme: str | None
    identifier: str | None
    is_buyer: bool
    is_supplier: bool
    region_code: str | None


def read_party(party: Mapping[str, object]) -> Party:
    """Read an OCDS party or organisation reference.

    The identifier is `identifier.scheme` and `identifier.id`; without them the party is known by its name.
    """
    raw_identifier = party.get("identifier")
    identifier = raw_identifier if isinstance(raw_identifier, dict) else {}
    raw_roles = party.get("roles")
    roles = frozenset(raw_roles) if isinstance(raw_roles, list) else frozenset()
    raw_address = party.get("address")
    address = raw_address if isinstance(raw_address, dict) else {}
    return Party(
        name=_text(party.get("name")) or _text(identifier.get("legalName")) or _text(party.get("id")) or "?",
        name_en=_text(party.get("name_en")) or None,
        scheme=_text(identifier.get("scheme"))[:40] or None,
        identifier=_text(identifier.get("id"))[:100] or None,
        is_buyer=bool(roles & BUYER_ROLES),
        is_supplier=bool(roles & SUPPLIER_ROLES),
        region_code=_text(address.get("regionCode"))[:12] or None,
    )


def name_key(name: str) -> str:
    """Fold a name so that width, case, spaces and punctuation make no difference."""
    return _NOT_A_WORD.sub("", nfkc_fold(name))[:LONGEST_NAME]


def short_forms(name: str) -> list[str]:
    """Tell how people shorten a name: without the words for province, city and district, and as in the table."""
    without_levels = _LEVEL.sub("", name)
    forms = (without_levels, _by_table(without_levels), _by_table(name))
    return [form for form in dict.fromkeys(forms) if form != name]


def _by_table(name: str) -> str:
    for long, short in _shortened():
        name = name.replace(long, short)
    return name


@cache
def _shortened() -> tuple[tuple[str, str], ...]:
    with (Path(__file__).parent / "data" / "short_forms.csv").open(encoding="utf-8", newline="") as handle:
        return tuple((row["long"], row["short"]) for row in csv.DictReader(handle))


def _text(value: object) -> str:
    return clean_line(str(value))[:LONGEST_NAME] if isinstance(value, str | int) else ""


class CodeState(StrEnum):
    """What is to be said of a code."""

    RIGHT = "right"
    WRONG_LENGTH = "wrong-length"
    WRONG_LETTER = "wrong-letter"
    WRONG_CHECK = "wrong-check"
    WRONG_FORM = "wrong-form"


CODE_STATE_NAMES: Mapping[CodeState, str] = {
    CodeState.RIGHT: N_("check digit right"),
    CodeState.WRONG_LENGTH: N_("not right: a credit code has 18 characters"),
    CodeState.WRONG_LETTER: N_("not right: a credit code has only digits and capitals, without I, O, S, V and Z"),
    CodeState.WRONG_CHECK: N_("not right: the check digit does not fit; shown as it was published"),
    CodeState.WRONG_FORM: N_("not right: its first digits tell no registering department or region"),
}


@dataclass(frozen=True)
class CodeReport:
    """A code, whether it is right, and the kind of organisation it tells (None unless it is right)."""

    code: str
    state: CodeState
    type_code: str | None


def check_code(code: str) -> CodeReport:
    """Check a credit code (GB 32100-2015) as it stands: nothing of it is put right by machine.

    `python-stdnum` is asked last. It refuses codes of rural collectives, which begin with N: for these the same
    check character is computed here.
    """
    state = _code_state(code)
    return CodeReport(code, state, organization_type_of(code) if state is CodeState.RIGHT else None)


def _code_state(code: str) -> CodeState:
    if len(code) != CREDIT_CODE_LENGTH:
        return CodeState.WRONG_LENGTH
    if not set(code) <= set(CREDIT_CODE_LETTERS):
        return CodeState.WRONG_LETTER
    if code[-1] != credit_code_check(code[:-1]):
        return CodeState.WRONG_CHECK
    if code.startswith(RURAL_COLLECTIVE):
        return CodeState.RIGHT if code[2:8].isdigit() else CodeState.WRONG_FORM
    try:
        uscc.validate(code)
    except ValidationError:
        return CodeState.WRONG_FORM
    return CodeState.RIGHT


class DuplicateReason(StrEnum):
    """Why two organisations may be one."""

    SAME_CODE = "same-code"
    SAME_NAME = "same-name"
    SHORT_NAME = "short-name"


DUPLICATE_NAMES: Mapping[DuplicateReason, str] = {
    DuplicateReason.SAME_CODE: N_("the same code, written in another way"),
    DuplicateReason.SAME_NAME: N_("the same name"),
    DuplicateReason.SHORT_NAME: N_("the same name but for short forms or brackets"),
}


@dataclass(frozen=True)
class Named:
    """What is compared of an organisation."""

    id: int
    name: str
    identifier: str | None


@dataclass(frozen=True)
class Duplicate:
    """Two organisations that may be one, the older number first, and why."""

    first: int
    second: int
    reason: DuplicateReason


def possible_duplicates(organizations: Iterable[Named]) -> list[Duplicate]:
    """List pairs that may be one, the surest first; two with different codes are never a pair by name."""
    keyed: dict[tuple[DuplicateReason, str], list[Named]] = {}
    for one in organizations:
        for key in _keys(one):
            keyed.setdefault(key, []).append(one)
    found: dict[tuple[int, int], DuplicateReason] = {}
    for reason in DuplicateReason:
        for (of, _), group in keyed.items():
            if of is reason and 1 < len(group) <= LARGEST_GROUP:
                for first, second in combinations(sorted(group, key=lambda each: each.id), 2):
                    if reason is DuplicateReason.SAME_CODE or not _differ_in_code(first, second):
                        found.setdefault((first.id, second.id), reason)
    return [Duplicate(first, second, reason) for (first, second), reason in found.items()]


def _keys(one: Named) -> Iterator[tuple[DuplicateReason, str]]:
    if one.identifier:
        yield DuplicateReason.SAME_CODE, name_key(one.identifier)
    yield DuplicateReason.SAME_NAME, name_key(one.name)
    bare = _BRACKETS.sub("", nfkc_fold(one.name))
    for form in dict.fromkeys(map(name_key, (bare, *short_forms(bare)))):
        if form:
            yield DuplicateReason.SHORT_NAME, form


def _differ_in_code(first: Named, second: Named) -> bool:
    return bool(first.identifier and second.identifier) and first.identifier != second.identifier
