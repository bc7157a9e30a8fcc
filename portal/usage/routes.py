"""The page of statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, render_template

from portal.usage import statistics
from portal.web import access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("usage", __name__)


@bp.get("/statistics", endpoint="statistics")
@access.public
def show() -> ResponseReturnValue:
    """Show how much the portal is used."""
    return render_template(
        "usage/statistics.html", figures=statistics.figures(), settings=current_app.extensions["settings"]
    )
