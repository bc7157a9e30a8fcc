"""The publication policy: texts that come with the portal, with what the settings say put in."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from portal.opendata.rules import licence_name
from portal.web import links
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from portal.settings import Settings

_FILE = Path(__file__).parent / "data" / "policy.toml"


@dataclass(frozen=True)
class Section:
    """One section of the policy in the reader's language."""

    title: str
    body: Sequence[str]


def sections(settings: Settings) -> Sequence[Section]:
    """Write the policy in the reader's language."""
    said = {
        "publisher": settings.publisher_name,
        "licence": licence_name(settings.licence_url),
        "prefix": settings.ocid_prefix,
        "data": links.absolute("opendata.data"),
        "releases": links.absolute("opendata.releases"),
    }
    return [
        Section(
            pick(told["title"], told["title_en"]),
            [pick(*both) % said for both in zip(told["body"], told["body_en"], strict=True)],
        )
        for told in _texts()
    ]


@cache
def _texts() -> Sequence[Mapping[str, Any]]:  # texts and lists of texts
    found: Sequence[Mapping[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))["section"]
    return found
