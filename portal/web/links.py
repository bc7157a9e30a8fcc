"""Addresses of pages: local ones in a language, absolute ones from the setting `public_url`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import current_app

from portal.web import locale as language

if TYPE_CHECKING:
    from portal.settings import Settings


def path(endpoint: str, *, locale: str | None = None, **values: object) -> str:
    """Build a local address, also outside a request.

    Args:
        endpoint: blueprint and function, as for `url_for`.
        locale: `zh` or `en`; the language of the request when left out.
        values: parts of the address, then its query; None is left out.
    """
    adapter = current_app.url_map.bind("localhost")
    url = adapter.build(endpoint, {name: value for name, value in values.items() if value is not None})
    return language.in_language(url, locale or language.current_locale())


def absolute(endpoint: str, *, locale: str | None = None, **values: object) -> str:
    """Build an absolute address from `public_url`."""
    return public_url() + path(endpoint, locale=locale, **values)


def public_url() -> str:
    """Tell where the portal is served, without a slash at the end."""
    settings: Settings = current_app.extensions["settings"]
    return settings.public_url.rstrip("/")


def is_local(target: str) -> bool:
    """Tell whether a `next` address stays on this site (no scheme, host, backslash or control character)."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc and target.isprintable()
