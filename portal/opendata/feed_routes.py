"""Every list as a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from portal.feeds import registry
from portal.feeds.formats import FORMATS
from portal.kernel.errors import NotFoundError
from portal.opendata import feed_serving
from portal.web import access
from portal.web.filters import Filters

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("feeds", __name__)
EXTENSION = f"<any({', '.join(map(repr, FORMATS))}):extension>"


@bp.get("/feeds")
@access.public
def index() -> ResponseReturnValue:
    """Show every feed, and how to make one's own."""
    return render_template(
        "feeds/index.html", sources=registry.all_feeds(), formats=FORMATS.values(), list_url=feed_serving.list_url
    )


@bp.get("/feeds.opml")
@access.public
def opml() -> ResponseReturnValue:
    """Answer with every feed as one list for feed readers."""
    return feed_serving.answer_opml()


@bp.get(f"/<list_name>.{EXTENSION}")
@access.public
def of_list(list_name: str, extension: str) -> ResponseReturnValue:
    """Answer with a list as a feed, in the format that was asked for."""
    source = registry.find(list_name)
    if source is None:
        raise NotFoundError
    return feed_serving.answer_feed(source, FORMATS[extension], Filters.from_request())
