"""Every list as a feed, and every thing that has a history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from portal.feeds import registry
from portal.feeds.formats import FORMATS
from portal.kernel.errors import NotFoundError
from portal.opendata import feed_serving
from portal.web import access, bodies
from portal.web.filters import Filters

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("feeds", __name__)
EXTENSION = f"<any({', '.join(map(repr, FORMATS))}):extension>"
FOLDERS = ("processes", "organizations", "services", "proposals", "needs", "plans", "regions", "categories")


@bp.get("/feeds")
@access.public
def index() -> ResponseReturnValue:
    """Show every feed, and how to make one's own."""
    return render_template(
        "feeds/index.html", sources=registry.all_feeds(), things=registry.thing_feeds(), formats=FORMATS.values(),
        list_url=feed_serving.list_url,
    )  # fmt: skip


@bp.get("/feeds.opml")
@access.public
@bodies.kept
def opml() -> ResponseReturnValue:
    """Answer with every feed as one list for feed readers."""
    return feed_serving.answer_opml()


@bp.get(f"/<list_name>.{EXTENSION}")
@access.public
@bodies.kept
def of_list(list_name: str, extension: str) -> ResponseReturnValue:
    """Answer with a list as a feed, in the format that was asked for."""
    source = registry.find(list_name)
    if source is None:
        raise NotFoundError
    channel = feed_serving.channel_of_list(source, Filters.from_request())
    return feed_serving.answer_feed(channel, FORMATS[extension])


@access.public
@bodies.kept
def of_thing(folder: str, name: str, extension: str) -> ResponseReturnValue:
    """Answer with the history of one thing as a feed."""
    feed = registry.find_thing_feed(folder)
    if feed is None:
        raise NotFoundError
    channel = feed_serving.channel_of_thing(feed, name, Filters.from_request().page)
    return feed_serving.answer_feed(channel, FORMATS[extension])


for _folder in FOLDERS:
    bp.add_url_rule(f"/{_folder}/<path:name>.{EXTENSION}", "of_thing", of_thing, defaults={"folder": _folder})
bp.add_app_template_global(feed_serving.feed_of_page)
bp.add_app_template_global(feed_serving.feeds_of_page)
