"""Search, exports and packages: thin, for every list alike."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, jsonify, render_template

from portal.exporting import registry as datasets
from portal.exporting.formats.table import FORMATS as FILE_FORMATS
from portal.exporting.formats.table import format_named
from portal.kernel.errors import ForbiddenError, NotFoundError
from portal.opendata import checklist, crawling, extension, ocds, queries, rules, serving, snapshots
from portal.opendata.catalogue import described
from portal.opendata.permissions import EXPORT
from portal.web import access, caching
from portal.web.filters import Filters, number_asked
from portal.web.streaming import Streamed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from portal.exporting.dataset import Dataset
    from portal.exporting.formats.format import Format
    from portal.settings import Settings

bp = Blueprint("opendata", __name__)

SNAPSHOTS_SHOWN = 30


@bp.get("/search")
@access.public
def search() -> ResponseReturnValue:
    """Show one page of what a search finds."""
    filters = Filters.from_request()
    found = queries.found(filters)
    if found.is_partial:
        caching.do_not_keep()
    return render_template(
        "search/results.html",
        filters=filters,
        found=found,
        titles=queries.kind_titles(),
        choices=queries.choices(),
    )


@bp.get("/search/suggestions")
@access.public
def suggestions() -> ResponseReturnValue:
    """Show names that go on from what was typed: the page behind the suggestions."""
    filters = Filters.from_request()
    names = queries.suggestions(filters.q or "")
    return render_template("search/suggestions.html", filters=filters, names=names)


@bp.get("/search/suggestions.json")
@access.public
def suggestions_data() -> ResponseReturnValue:
    """Answer with the same names as data, as browsers' search boxes expect them."""
    typed = Filters.from_request().q or ""
    return jsonify([typed, queries.suggestions(typed)])


@bp.get("/data")
@access.public
def data() -> ResponseReturnValue:
    """Show every dataset with its columns, and the terms of use."""
    settings: Settings = current_app.extensions["settings"]
    return render_template(
        "opendata/data.html",
        datasets=datasets.public_datasets(),
        formats=list(FILE_FORMATS),
        years=ocds.years(),
        checklist=checklist.answers(settings),
        snapshots=list(islice(snapshots.valid(), SNAPSHOTS_SHOWN)),
        settings=settings,
        licence_name=rules.licence_name(settings.licence_url),
        structured_data=described.data(),
    )


@bp.get("/<list_name>.<extension>")
@access.public
def in_format(list_name: str, extension: str) -> ResponseReturnValue:
    """Answer with a public list as a file."""
    return _public_file(list_name, extension)


@bp.get("/data/<list_name>.<extension>")
@access.public
def bulk(list_name: str, extension: str) -> ResponseReturnValue:
    """Answer with a public dataset, as it is linked from `/data`."""
    return _public_file(list_name, extension)


@bp.get("/office/<list_name>.<extension>")
@access.requires(EXPORT)
def office_file(list_name: str, extension: str) -> ResponseReturnValue:
    """Answer an official with a dataset that needs a permission."""
    dataset, made = _dataset_and_format(list_name, extension)
    if dataset.permission is None:
        raise NotFoundError
    if not access.actor().can(dataset.permission):
        raise ForbiddenError
    return serving.answer_dataset(dataset, made, Filters.from_request(), for_people=True)


@bp.get("/ocds/releases.json")
@access.public
def releases() -> ResponseReturnValue:
    """Answer with a package of OCDS releases, in the order of their publication."""
    package = ocds.release_package(number_asked("after", least=0))
    return Response(package, content_type="application/json; charset=utf-8")


@bp.get("/ocds/records/<path:ocid>.json")
@access.public
def record(ocid: str) -> ResponseReturnValue:
    """Answer with one contracting process as an OCDS record."""
    return Response(ocds.record_package(ocid), content_type="application/json; charset=utf-8")


@bp.get("/ocds/extensions/<name>/<file>")
@access.public
def extension_file(name: str, file: str) -> ResponseReturnValue:
    """Answer with a file of the portal's own OCDS extension."""
    return Response(extension.content(name, file), content_type="application/json; charset=utf-8")


@bp.get("/robots.txt")
@access.public
def robots() -> ResponseReturnValue:
    """Tell crawlers where not to go."""
    return Response(crawling.robots(), content_type="text/plain; charset=utf-8")


@bp.get("/sitemap.xml")
@access.public
def sitemap() -> ResponseReturnValue:
    """Tell crawlers which files list the public pages."""
    return Response(crawling.sitemap_index(), content_type="application/xml; charset=utf-8")


@bp.get("/sitemaps/<name>-<int:number>.xml")
@access.public
def sitemap_file(name: str, number: int) -> ResponseReturnValue:
    """Tell crawlers the addresses of some of the public pages."""
    pieces = Streamed(lambda: crawling.sitemap_file(name, number))
    return Response(pieces, content_type="application/xml; charset=utf-8")


def _public_file(list_name: str, extension: str) -> Response:
    dataset, made = _dataset_and_format(list_name, extension)
    if dataset.permission is not None:
        raise NotFoundError
    return serving.answer_dataset(dataset, made, Filters.from_request())


def _dataset_and_format(list_name: str, extension: str) -> tuple[Dataset, Format]:
    """Find both by the last part of an address: `notices.csv.gz` is the list `notices` as `csv.gz`."""
    name, _, ending = f"{list_name}.{extension}".partition(".")
    dataset = datasets.find(name)
    if dataset is None:
        raise NotFoundError
    return dataset, format_named(ending)
