"""How an OCDS party is read, and when two names are the same."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from portal.kernel.text import clean_line, nfkc_fold

if TYPE_CHECKING:
    from collections.abc import Mapping

BUYER_ROLES = frozenset({"buyer", "procuringEntity"})
SUPPLIER_ROLES = frozenset({"supplier", "tenderer"})
CREDIT_CODE_SCHEME = "CN-USCI"
LONGEST_NAME = 300
_NOT_A_WORD = re.compile(r"[\W_]+")
_LEVEL = re.compile(r"(?<=[\u4e00-\u9fff]{2})[省市区县](?=[\u4e00-\u9fff]{2})")


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
