"""Whether the portal lives, and whether it can serve."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from portal.pages import queries
from portal.web import access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@access.open_act
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return Response("ok\n", content_type="text/plain")


@bp.get("/readyz")
@access.open_act
def readyz() -> ResponseReturnValue:
    """Say whether the database answers and how far the consumers of the outbox are behind."""
    lags = queries.readiness()
    lines = "".join(f"{name} {behind}\n" for name, behind in lags.items())
    return Response(f"ok\n{lines}", HTTPStatus.OK, content_type="text/plain")
