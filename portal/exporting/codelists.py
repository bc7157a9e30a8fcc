"""The codes that a column may have, and what each of them means.

A capability declares a codelist beside its columns, from the same names that its pages show:

    STAGES = Codelist("stages", N_("Stages of a purchase"), codes=of_names(STAGE_NAMES))

and names it in `Column(..., codelist=STAGES)`. It is then linked from the data dictionary and served as
`/data/codelists/stages.csv`. A list that somebody else keeps has an address instead of codes.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from flask_babel import gettext

from portal.web.locale import CHINESE, spoken_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Code = tuple[str, str, str]

Named = TypeVar("Named", bound=str)
HEADER = ("code", "title", "title_en")


@dataclass(frozen=True)
class Codelist:
    """A list of codes.

    Args:
        name: in the address.
        title: an English msgid.
        codes: gives each code with its Chinese and English name; None where somebody else keeps the list.
        url: where whoever keeps the list publishes it; for a list of ours, the standard that it follows.
    """

    name: str
    title: str
    codes: Callable[[], Sequence[Code]] | None = None
    url: str = ""


def of_names(names: Mapping[Named, str]) -> Callable[[], Sequence[Code]]:
    """Give the codes of a table of names, which are English msgids."""

    def codes() -> Sequence[Code]:
        with spoken_in(CHINESE):
            return [(str(code), gettext(name), name) for code, name in names.items()]

    return codes


def written(codelist: Codelist) -> bytes:
    """Write a codelist as CSV: `code,title,title_en`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerows(codelist.codes() if codelist.codes else ())
    return out.getvalue().encode()


CURRENCIES = Codelist("currencies", "ISO 4217", url="https://www.iso.org/iso-4217-currency-codes.html")
LANGUAGES = Codelist("languages", "ISO 639", url="https://www.iso.org/iso-639-language-code")
IDENTIFIER_SCHEMES = Codelist("identifier-schemes", "org-id.guide", url="https://org-id.guide/")
