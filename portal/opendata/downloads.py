"""Files to take away whole, and what they mean: OCDS by page and by year, the data dictionary, codelists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, redirect, render_template, send_file, url_for

from portal.exporting import registry as datasets
from portal.exporting.formats.csv import FORMAT as CSV
from portal.exporting.formats.table import FORMATS
from portal.exporting.packing import GZIP_TYPE, gzipped
from portal.kernel.errors import NotFoundError
from portal.opendata import describing, ocds, policy, snapshots
from portal.opendata.catalogue import described
from portal.web import access, caching, kept_files
from portal.web.filters import EARLIEST_YEAR, LATEST_YEAR, number_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.typing import ResponseReturnValue

    from portal.exporting.dataset import Dataset
    from portal.settings import Settings

bp = Blueprint("opendata_files", __name__)

LINES_TYPE, JSON_TYPE = "application/jsonl; charset=utf-8", "application/json; charset=utf-8"


@bp.get("/data/policy")
@access.public
def publication_policy() -> ResponseReturnValue:
    """Show what is published, how, and on which terms: the publication policy that OCDS asks for."""
    settings: Settings = current_app.extensions["settings"]
    return render_template("opendata/policy.html", sections=policy.sections(settings), settings=settings)


@bp.get("/data/<name>")
@access.public
def dictionary(name: str) -> ResponseReturnValue:
    """Show what every column of a dataset means, in which unit, by which codes and from where."""
    found = _public_dataset(name)
    return render_template(
        "opendata/dataset.html",
        dataset=found,
        structured_data=[described.dataset(found)],
        formats=list(FORMATS),
        types=describing.TYPE_NAMES,
        units=describing.UNIT_NAMES,
    )


@bp.get("/data/datapackage.json")
@access.public
def data_package() -> ResponseReturnValue:
    """Answer with the description of every dataset, as a Data Package."""
    return Response(describing.live_package(), content_type=JSON_TYPE)


@bp.get("/data/codelists/<name>.csv")
@access.public
def codelist(name: str) -> ResponseReturnValue:
    """Answer with the codes of a list that columns refer to."""
    return Response(describing.codelist(name), content_type=CSV.media_type)


@bp.get("/data/snapshots/<day>/<name>.<extension>")
@access.public
def snapshot_file(day: str, name: str, extension: str) -> ResponseReturnValue:
    """Answer with a file of a snapshot: it never changes, but may be withdrawn, so caches ask again."""
    caching.do_not_keep()
    snapshot = snapshots.snapshot_of(day)
    file = snapshot.files.get(f"{name}.{extension}")
    if file is None:
        raise NotFoundError
    answer = send_file(
        snapshot.folder / file.path, mimetype=file.media_type, conditional=True, etag=file.sha256,
        as_attachment=True, download_name=f"{day}-{file.path}",
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Link"] = _licence_link()
    return answer


@bp.get("/data/latest/<name>.<extension>")
@access.public
def latest_file(name: str, extension: str) -> ResponseReturnValue:
    """Lead to a file of the newest snapshot."""
    path = f"{name}.{extension}"
    newest = next((one for one in snapshots.valid() if path in one.files), None)
    if newest is None:
        raise NotFoundError
    return redirect(url_for(".snapshot_file", day=newest.day, name=name, extension=extension))


@bp.get("/ocds/records.json")
@access.public
def records() -> ResponseReturnValue:
    """Answer with a package of OCDS records, in the order in which their processes began to be published."""
    return Response(ocds.record_packages(number_asked("after", least=0)), content_type=JSON_TYPE)


@bp.get("/ocds/releases/<int:year>.jsonl")
@access.public
def releases_of_year(year: int) -> ResponseReturnValue:
    """Answer with every release of a year, one a line."""
    _check_year(year)
    return _file(lambda: ocds.releases_of_year(year), f"releases-{year}.jsonl", LINES_TYPE)


@bp.get("/ocds/releases/<int:year>.jsonl.gz")
@access.public
def packed_releases_of_year(year: int) -> ResponseReturnValue:
    """Answer with the same, packed."""
    _check_year(year)
    return _file(lambda: gzipped(ocds.releases_of_year(year)), f"releases-{year}.jsonl.gz", GZIP_TYPE)


def _public_dataset(name: str) -> Dataset:
    found = datasets.find(name)
    if found is None or found.permission is not None:
        raise NotFoundError
    return found


def _check_year(year: int) -> None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise NotFoundError


def _file(make: Callable[[], Iterator[bytes]], name: str, media_type: str) -> Response:
    answer = kept_files.answer(caching.page_tag(), make, media_type=media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Link"] = _licence_link()
    return answer


def _licence_link() -> str:
    """Tell the licence as a header does."""
    settings: Settings = current_app.extensions["settings"]
    return f'<{settings.licence_url}>; rel="license"'
