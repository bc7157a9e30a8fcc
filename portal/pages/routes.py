"""Home and the pages that join several capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from portal.web import access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("pages", __name__)


@bp.get("/")
@access.public
def home() -> ResponseReturnValue:
    """Show what is new and the three doors."""
    return render_template("pages/home.html")
