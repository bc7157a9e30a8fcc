"""Which programs are no readers, by what they call themselves; what they say is looked at and forgotten."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from portal.usage.rules import Use

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FILE = Path(__file__).parent / "data" / "readers.toml"


def is_reader(agent: str, use: Use) -> bool:
    """Tell whether a program that calls itself so stands for somebody who uses the portal in this way."""
    said = agent.lower()
    for word in _words()["people"]:
        said = said.replace(word, "")
    if any(word in said for word in _words()["crawlers"]):
        return False
    return use is not Use.VIEW or (bool(said.strip()) and not any(word in said for word in _words()["tools"]))


@cache
def _words() -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = tomllib.loads(_FILE.read_text("utf-8"))
    return found
