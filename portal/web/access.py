"""Who may use a route: declared on the route, checked in one place.

Public pages never touch the session, so that they carry no cookie and may be cached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from flask import current_app, redirect, request, url_for

from portal.kernel.errors import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.typing import ResponseReturnValue

View = TypeVar("View", bound="Callable[..., object]")
_ATTRIBUTE = "portal_access"
_ENVIRON_KEY = "sanwen.actor"
SIGNED_IN = "signed-in"


class Actor(Protocol):
    """Somebody signed in: what the web layer needs to know of a person."""

    @property
    def person_id(self) -> int:
        """Tell the person's number."""

    @property
    def is_staff(self) -> bool:
        """Tell whether the person signed in with a second factor and holds a role."""

    def can(self, permission: str, *, government_id: int | None = None, organization_id: int | None = None) -> bool:
        """Tell whether a role of the person allows it, for that government or organisation if given."""

    def government_ids_for(self, permission: str) -> frozenset[int]:
        """Tell for which governments a role of the person allows it."""


@dataclass(frozen=True)
class Access:
    """The declaration of one route: public, or a permission that is needed."""

    permission: str | None

    @property
    def is_public(self) -> bool:
        """Tell whether everybody may use the route."""
        return self.permission is None


def public(view: View) -> View:
    """Declare that everybody may use the route and that its answer depends on nobody."""
    setattr(view, _ATTRIBUTE, Access(None))
    return view


def requires(permission: str) -> Callable[[View], View]:
    """Declare the permission that the route needs; `SIGNED_IN` asks only for a sign-in."""

    def declare(view: View) -> View:
        setattr(view, _ATTRIBUTE, Access(permission))
        return view

    return declare


def open_act(view: View) -> View:
    """Declare a private page that everybody may use without being signed in (sign-in itself)."""
    setattr(view, _ATTRIBUTE, Access(""))
    return view


def declared(app: Flask, endpoint: str | None) -> Access | None:
    """Tell what a route declares; None when it says nothing (a test lists those)."""
    if endpoint is None:
        return None
    if endpoint == "static":
        return Access(None)
    return getattr(app.view_functions[endpoint], _ATTRIBUTE, None)


def actor() -> Actor:
    """Tell who is signed in.

    Raises:
        ForbiddenError: nobody is.
    """
    someone = actor_or_none()
    if someone is None:
        raise ForbiddenError
    return someone


def actor_or_none() -> Actor | None:
    """Tell who is signed in, or None. Never call it on a public page."""
    if _ENVIRON_KEY not in request.environ:
        source: Callable[[], Actor | None] = current_app.extensions["actor_source"]
        request.environ[_ENVIRON_KEY] = source()
    return cast("Actor | None", request.environ[_ENVIRON_KEY])


def check() -> ResponseReturnValue | None:
    """Let a request pass, send it to sign-in, or refuse it. Runs before every request."""
    access = declared(current_app, request.endpoint)
    if request.endpoint is None:
        return None
    if access is None:
        raise ForbiddenError
    if not access.permission:
        return None
    someone = actor_or_none()
    if someone is None:
        return redirect(url_for("accounts.sign_in", next=request.script_root + request.full_path.rstrip("?")), 303)
    if access.permission != SIGNED_IN and not someone.can(access.permission):
        raise ForbiddenError
    return None
