"""Addresses of pages: local ones in a language, absolute ones from the setting `public_url`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from flask import current_app

from portal.web import locale as language

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.settings import Settings

_MARK = 7_310_000_000  # found in no address of ours
_IS_PLAIN = re.compile(r"[A-Za-z0-9_.-]*").fullmatch
_PLAIN_IN_PATHS = "!$&'()*+,/:;=@"  # what Werkzeug leaves as it is


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


def pattern(endpoint: str, *names: str) -> Callable[..., str]:
    """Build absolute addresses of one endpoint many times, in the language of the request, as `absolute` does.

    Args:
        endpoint: blueprint and function, as for `url_for`.
        names: the parts of the address, each of them needed, in the order in which they stand in it; their values are
            given in the same order.
    """
    marks: dict[str, object] = {name: _MARK + place for place, name in enumerate(names)}
    rest, parts = public_url() + path(endpoint, locale=None, **marks), []
    for mark in marks.values():  # a rule that has them in another order fails here, when it is first used
        part, rest = rest.split(str(mark))
        parts.append(part)
    template = "%s".join(part.replace("%", "%%") for part in (*parts, rest))

    def build(*values: object) -> str:
        texts = [str(value) for value in values]
        return template % tuple(
            [one if _IS_PLAIN(one) else quote(one, safe=_PLAIN_IN_PATHS) for one in texts]  # one list is quicker
        )

    return build


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
