"""What every template may use."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from flask import request
from flask_babel import format_datetime, gettext

from portal.kernel import clock
from portal.kernel.money import yuan
from portal.storage import flags
from portal.web import charts, errors, heads, links, locale, structured
from portal.web.locale import day, month

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from flask import Flask

MANIFEST = "manifest.json"


def init_app(app: Flask, *, static: Path) -> None:
    """Give the templates their functions and filters."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {
        "yuan": yuan,
        "money": money,
        "day": day,
        "month": month,
        "moment": moment,
        "told": gettext,
    }
    app.jinja_env.filters["without_language"] = locale.without_language
    app.jinja_env.globals |= {
        "static_url": static_urls(static),
        "pick": locale.pick,
        "bracketed": locale.bracketed,
        "current_locale": locale.current_locale,
        "other_language_url": locale.other_language_url,
        "absolute": links.absolute,
        "today": clock.today,
        "feeds_of_page": list,  # `portal/opendata` tells more
        "charts": charts,
        "page_head": heads.head,
        "public_url": links.public_url,
        "structured": structured,
    }
    app.context_processor(_demonstration)


def _demonstration() -> dict[str, object]:
    """Say whether this is a demonstration, without asking a database that has just failed."""
    return {"demo": not request.environ.get(errors.FAULT_KEY) and flags.flag(flags.DEMONSTRATION) is not None}


def static_urls(static: Path) -> Callable[[str], str]:
    """Give a function that tells the address of a built file, with its hash in the name."""
    manifest = static / MANIFEST
    names: dict[str, str] = json.loads(manifest.read_text()) if manifest.exists() else {}
    return lambda name: f"/static/{names.get(name, name)}"


def money(minor: int | None, currency: str | None) -> str:
    """Write an amount with its currency: 1,200 元, 1,200 yuan, 350 EUR; nothing where it is not known."""
    if minor is None:
        return ""
    unit = gettext("yuan") if currency in (None, "CNY") else currency
    return f"{yuan(minor)} {unit}"


def moment(value: datetime | None) -> str:
    """Write a moment in the reader's language, in the time of Shanghai."""
    if value is None:
        return ""
    pattern = "d MMMM y, HH:mm" if locale.current_locale() == locale.ENGLISH else "y年M月d日 HH:mm"
    return str(format_datetime(value, pattern))


def build_of(*folders: Path) -> str:
    """Compute what the present templates, translations and built files are: it changes when they do."""
    digest = sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in {".html", ".mo", ".json"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
