"""Conditional GET: a public page is asked for again, and mostly answered with 304.

The tag is known before the page is made: it comes from the state of changes, the address with its
query and language, the build, and the day in Shanghai (ages and deadlines change at midnight).
"""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, current_app, request

from portal.kernel import clock
from portal.web import access, bodies, kept_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

SAFE = ("GET", "HEAD")
_ENVIRON_KEY, _FOUND_KEY = "sanwen.page-tag", "sanwen.found-body"


def init_app(app: Flask, *, build: str, change_state: Callable[[], str], folder: Path) -> None:
    """Answer 304 where nothing has changed, and say how each answer may be kept.

    Args:
        app: the application.
        build: what the present code is.
        change_state: tells a text that differs after every change.
        folder: on the disk where large answers may be kept.
    """
    app.extensions["change_state"] = change_state
    app.extensions["build"] = build
    bodies.init_app(app)
    kept_files.init_app(app, folder=folder)
    app.before_request(_answer_unchanged)
    app.after_request(_say_how_to_keep)


def do_not_keep() -> None:
    """Say that this answer is not what the page will say in a moment, though nothing changes until then."""
    request.environ.pop(_ENVIRON_KEY, None)


def page_tag() -> str | None:
    """Tell the tag of the present request; None where its answer depends on who asks."""
    tag: str | None = request.environ.get(_ENVIRON_KEY)
    return tag


def is_for_reading() -> bool:
    """Tell whether somebody opened this address in a browser, as opposed to a program that asks for it."""
    return request.headers.get("Sec-Fetch-Dest") == "document"


def _answer_unchanged() -> Response | None:
    declared = access.declared(current_app, request.endpoint)
    if declared is None or not declared.is_public or request.method not in SAFE or request.endpoint == "static":
        return None
    tag = request.environ[_ENVIRON_KEY] = _page_tag()
    if bodies.is_kept(request.endpoint):
        found = bodies.find(tag)
        request.environ[_FOUND_KEY] = found is not None
        return found
    known = {tag.partition(":")[0] for tag in request.if_none_match.as_set()}
    return Response(status=304) if tag in known else None


def _page_tag() -> str:
    state = current_app.extensions["change_state"]()
    kept_files.enter(state)
    parts = (
        state,
        current_app.extensions["build"],
        request.script_root,
        request.full_path,
        request.headers.get("Accept", "") if "json" in request.headers.get("Accept", "") else "",
        "document" if is_for_reading() else "",
        clock.today().isoformat(),
    )
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _say_how_to_keep(response: Response) -> Response:
    tag = request.environ.get(_ENVIRON_KEY)
    if tag is None:
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store"
        return response
    if response.status_code in {200, 304}:
        response.headers.setdefault("Cache-Control", "no-cache")
        if bodies.is_kept(request.endpoint):
            return _kept(tag, response)
        response.set_etag(tag)
    return response


def _kept(tag: str, response: Response) -> Response:
    """Keep an answer that was just made; send it only to who has not got it."""
    if response.status_code == HTTPStatus.OK and not request.environ.get(_FOUND_KEY):
        bodies.keep(tag, response)
    if bodies.is_known(response):
        response.status_code = HTTPStatus.NOT_MODIFIED
        response.set_data(b"")
        for name in ("Content-Length", "Content-Type", "Content-Encoding"):
            response.headers.pop(name, None)
    return response
