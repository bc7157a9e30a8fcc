"""The portal's own OCDS extension: every field that it publishes and that neither OCDS nor a known extension has.

To add a field: describe it in `data/extension/release-schema.json` (as a JSON merge patch of the release schema of OCDS
1.1.5, with title, description and type), name it in `data/extension/extension.json`, let the typed model in
`portal.procurement.standard` check it, and give it a name in `portal.procurement.field_names`. The tests fail while the
demonstration, a notice type or a mapping writes a member that is declared nowhere.

Its address stays as it is: packages that somebody keeps point to it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app

from portal.kernel.errors import NotFoundError
from portal.web import links

if TYPE_CHECKING:
    from portal.settings import Settings

NAME = "sanwen"
METADATA, SCHEMA = "extension.json", "release-schema.json"
_FOLDER = Path(__file__).parent / "data" / "extension"


def address() -> str:
    """Give the address under which packages declare the extension."""
    return links.absolute("opendata.extension_file", name=NAME, file=METADATA)


def content(name: str, file: str) -> bytes:
    """Give a file of the extension.

    Raises:
        NotFoundError: there is no such extension or file.
    """
    if name != NAME or file not in {METADATA, SCHEMA}:
        raise NotFoundError
    said = _read(file)
    if file == METADATA:
        settings: Settings = current_app.extensions["settings"]
        said |= {
            "documentationUrl": {tag: links.absolute("opendata.data", locale=tag) for tag in ("en", "zh")},
            "publisher": {"name": settings.publisher_name, "url": links.public_url()},
        }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=2).encode()


def _read(file: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(_text(file))
    return found


@cache
def _text(file: str) -> str:
    return (_FOLDER / file).read_text(encoding="utf-8")
