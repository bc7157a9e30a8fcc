"""The list of organisations; the page of one is in `portal/pages`, which shows its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from portal.classification.queries import region_choices
from portal.parties import queries
from portal.web import access
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("parties", __name__)


@bp.get("/organizations")
@access.public
def index() -> ResponseReturnValue:
    """List buyers and suppliers."""
    filters = Filters.from_request()
    page = paginate(queries.organizations(filters), filters.page)
    return render_template("parties/index.html", page=page, filters=filters, regions=region_choices())
