"""The pages of help: texts that come with the portal."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from portal.kernel.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KIND = "help"
_FILE = Path(__file__).parent / "data" / "help.toml"


@dataclass(frozen=True)
class HelpPage:
    """One page: its name in the address, its titles and paragraphs."""

    name: str
    title: str
    title_en: str
    body: Sequence[str]
    body_en: Sequence[str]


@cache
def all_pages() -> Mapping[str, HelpPage]:
    """Read all pages, by name, in their order."""
    return {told["name"]: HelpPage(**told) for told in tomllib.loads(_FILE.read_text("utf-8"))["page"]}


def help_page(name: str) -> HelpPage:
    """Give one page.

    Raises:
        NotFoundError: there is none of that name.
    """
    if name not in all_pages():
        raise NotFoundError
    return all_pages()[name]
