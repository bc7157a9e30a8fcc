"""Bring the message catalogue up to date with the code; fail when a text has no translation.

scripts/translate           extract, update, compile
scripts/translate --check   only compare: nothing is written but the compiled file
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations" / "zh_Hans_CN" / "LC_MESSAGES"
METHODS = [("portal/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
HEADER = "# Chinese texts of Sanwen. Written by scripts/translate; translations are made here by hand."
WRITTEN_ON = datetime(2026, 1, 1, tzinfo=UTC)  # the same always, so that only texts make a difference
KEYWORDS = dict.fromkeys(("_", "_l", "N_", "gettext", "lazy_gettext")) | dict.fromkeys(
    ("ngettext", "lazy_ngettext"), (1, 2)
)


def extracted() -> Catalog:
    """Collect every marked text of code and templates."""
    catalog = Catalog(project="Sanwen", charset="utf-8")
    found = extract_from_dir(ROOT, METHODS, OPTIONS, keywords=KEYWORDS)
    for name, line, message, _comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        if name.startswith(("portal/", "templates/")):
            catalog.add(message, None, [(name, line)], context=context)
    return catalog


def main(*, checks_only: bool) -> int:
    """Update or check the catalogue; return how many texts lack a translation."""
    path = FOLDER / "messages.po"
    catalog = read_po(io.BytesIO(path.read_bytes()), locale="zh_Hans_CN") if path.exists() else Catalog("zh_Hans_CN")
    known = {message.id for message in catalog if message.id}
    fresh = extracted()
    new = [message.id for message in fresh if message.id and message.id not in known]
    catalog.update(fresh, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy, catalog.header_comment = False, HEADER
    catalog.project, catalog.version = "Sanwen", "0.1"
    catalog.creation_date = catalog.revision_date = WRITTEN_ON
    lacking = [message for message in catalog if message.id and not _is_translated(message.string)]
    if not checks_only:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            write_po(out, catalog, width=110, omit_header=False, no_location=True, sort_output=True)
    with path.with_suffix(".mo").open("wb") as out:
        write_mo(out, catalog)
    for message in lacking:
        print(f"not translated: {message.id!r} ({message.locations[:1]})", file=sys.stderr)
    if checks_only and new:
        print(f"{len(new)} texts are not in the catalogue; run scripts/translate", file=sys.stderr)
    print(f"{len(catalog)} texts, {len(lacking)} without translation", file=sys.stderr)
    return len(lacking) + (len(new) if checks_only else 0)


def _is_translated(string: str | tuple[str, ...] | list[str]) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)


if __name__ == "__main__":
    sys.exit(1 if main(checks_only="--check" in sys.argv[1:]) else 0)
