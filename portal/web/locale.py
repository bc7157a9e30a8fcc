"""Language in the address: Chinese at `/…`, English at `/en/…`.

A middleware moves `/en` into SCRIPT_NAME, so that routes are written once and `url_for` stays in the
language of the page. Addresses for machines have no language.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import TYPE_CHECKING

from flask import has_request_context, request
from flask_babel import Babel, force_locale, format_date

from portal.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHINESE, ENGLISH = "zh", "en"
BABEL_NAMES = {CHINESE: "zh_Hans_CN", ENGLISH: "en"}
HTML_NAMES = {CHINESE: "zh-Hans", ENGLISH: "en"}
LANGUAGE_FREE = (
    "/api/", "/ocds/", "/hsds/", "/ledger/checkpoint", "/ledger/tile/", "/ledger/key", "/ledger/openings/",
    "/ledger/verify.py", "/catalog", "/static/",
    "/healthz", "/readyz", "/metrics", "/robots.txt", "/sitemap.xml", "/sitemaps/",
)  # fmt: skip
_ENVIRON_KEY = "sanwen.locale"
_PREFIX = "/en"

babel = Babel()
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


class LanguagePrefix:
    """Read the language from the address and hand the rest of it on."""

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        """Wrap a WSGI application."""
        self._next = wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request in the language of its address."""
        path = environ.get("PATH_INFO", "")
        environ[_ENVIRON_KEY] = CHINESE
        if (path == _PREFIX or path.startswith(_PREFIX + "/")) and not is_language_free(path[len(_PREFIX) :]):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + _PREFIX
            environ["PATH_INFO"] = path[len(_PREFIX) :] or "/"
            environ[_ENVIRON_KEY] = ENGLISH
        return self._next(environ, start_response)


def is_language_free(path: str) -> bool:
    """Tell whether an address (without language) is for machines and has no language."""
    return path.startswith(LANGUAGE_FREE) or _is_data_file(path)


def _is_data_file(path: str) -> bool:
    """Tell files below `/data/` from the pages there: only files have a dot in their name."""
    return path.startswith("/data/") and "." in path.partition("?")[0].rpartition("/")[2]


def current_locale() -> str:
    """Tell the language spoken (see `spoken_in`), else that of the request: `zh` or `en`; Chinese outside a request."""
    spoken = _spoken.get()
    if spoken is not None:
        return spoken
    if not has_request_context():
        return CHINESE
    return str(request.environ.get(_ENVIRON_KEY, CHINESE))


def babel_locale() -> str:
    """Tell the name of the request's catalogue."""
    return BABEL_NAMES[current_locale()]


@contextmanager
def spoken_in(locale: str) -> Iterator[None]:
    """Speak the given language (`zh` or `en`) inside the block: texts, names, days and addresses."""
    token = _spoken.set(locale)
    try:
        with force_locale(BABEL_NAMES[locale]):
            yield
    finally:
        _spoken.reset(token)


def day(value: date | datetime | None) -> str:
    """Write a day in the reader's language: 2026年11月1日, 1 November 2026."""
    if value is None:
        return ""
    on = clock.day_of(value) if isinstance(value, datetime) else value
    return str(format_date(on, "d MMMM y" if current_locale() == ENGLISH else "y年M月d日"))


def month(value: str) -> str:
    """Write a month (`2026-11`) in the reader's language: 2026年11月, November 2026."""
    first = date.fromisoformat(f"{value}-01")
    return str(format_date(first, "MMMM y" if current_locale() == ENGLISH else "y年M月"))


def pick(chinese: str, english: str | None) -> str:
    """Choose between the two languages of a content text; Chinese where there is no English."""
    return (english or chinese) if current_locale() == ENGLISH else chinese


def bracketed(note: object) -> str:
    """Put a note behind what it belongs to, in the brackets of the reader's language."""
    return f" ({note})" if current_locale() == ENGLISH else f"（{note}）"


def in_language(url: str, locale: str) -> str:
    """Put a local address (without language) into a language, unless it is for machines."""
    return url if locale == CHINESE or is_language_free(url) else _PREFIX + url


def without_language(url: str) -> str:
    """Take the language off a local address."""
    if url == _PREFIX or url.startswith((_PREFIX + "/", _PREFIX + "?")):
        return url[len(_PREFIX) :] or "/"
    return url


def other_language_url() -> str:
    """Tell the address of this same page in the other language."""
    query = request.query_string.decode("ascii", "replace")
    path = "/" + request.path.lstrip("/") + (f"?{query}" if query else "")  # never //host
    return in_language(path, CHINESE if current_locale() == ENGLISH else ENGLISH)
