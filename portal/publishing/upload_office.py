"""Pages of sheets, for officials: templates, upload, preview, confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from portal.kernel.errors import NotFoundError
from portal.kernel.text import N_
from portal.procurement import details
from portal.procurement import history as comparisons
from portal.procurement.repairs import REPAIRS
from portal.publishing import mappings, ocds_uploads, queries, sheet_columns, sheet_rows, sheet_templates, uploads
from portal.publishing import upload_rules as rules
from portal.publishing.notices.model import notice_types
from portal.publishing.permissions import DRAFT
from portal.publishing.upload_forms import TakeForm, UploadForm, columns_form
from portal.publishing.upload_rules import RowState
from portal.web import access, forms
from portal.web.filters import Filters, choose
from portal.web.locale import pick
from portal.web.paging import PER_PAGE, Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from flask.typing import ResponseReturnValue

    from portal.publishing.ocds_uploads import Imported
    from portal.publishing.sheet_rows import Candidate
    from portal.publishing.upload_models import Upload

bp = Blueprint("uploads", __name__)
MARGIN = 100_000  # what a form takes around its file
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
ROWS = N_("rows to put right")


@bp.get("/office/releases/templates")
@access.requires(DRAFT)
def templates() -> ResponseReturnValue:
    """List the templates of all notice types."""
    return render_template("publishing/upload_templates.html", types=notice_types().values())


@bp.get("/office/releases/templates/<code>.<any(xlsx, csv):form>")
@access.requires(DRAFT)
def template(code: str, form: str) -> ResponseReturnValue:
    """Hand out the template of a notice type."""
    if code not in notice_types():
        raise NotFoundError
    notice = notice_types()[code]
    name = f"{pick(notice.name, notice.name_en)}.{form}"
    if form == "csv":
        return _file(sheet_templates.csv_template(notice), name, CSV)
    return _file(sheet_templates.xlsx_template(notice), name, XLSX)


@bp.route("/office/releases/upload", methods=["GET", "POST"])
@access.requires(DRAFT)
def upload() -> ResponseReturnValue:
    """Bring a sheet."""
    request.max_content_length = rules.MOST_BYTES + MARGIN
    governments = queries.governments(_governments())
    form = UploadForm(data={"government": str(governments[0].id) if len(governments) == 1 else ""})
    form.offer(governments)
    return forms.handle(
        form, act=_bring, then=lambda kept: url_for(".preview", upload_id=kept.id),
        template="publishing/upload.html", rules=rules,
    )  # fmt: skip


def _bring(form: UploadForm) -> Upload:
    with form.file.data.stream as stream:
        data = stream.read(rules.MOST_BYTES + 1)
    return uploads.keep_upload(
        uploads.Bring(
            form.file.data.filename or "", data, int(form.government.data), access.actor().person_id,
            notice_type=form.notice_type.data or "",
        )
    )  # fmt: skip


@bp.route("/office/releases/upload/<int:upload_id>", methods=["GET", "POST"])
@access.requires(DRAFT)
def preview(upload_id: int) -> ResponseReturnValue:
    """Show what every row would become, and make the good ones drafts."""
    kept = uploads.upload_in_office(upload_id, _governments())
    if request.method == "POST":
        return forms.handle(
            TakeForm(), act=lambda form: _take(upload_id, form), then=url_for(".taken", upload_id=upload_id),
            template="publishing/upload_again.html", upload=kept,
        )  # fmt: skip
    return _preview(kept)


@bp.get("/office/releases/upload/<int:upload_id>/taken")
@access.requires(DRAFT)
def taken(upload_id: int) -> ResponseReturnValue:
    """Confirm that the good rows or releases of a file are drafts."""
    kept = uploads.upload_in_office(upload_id, _governments())
    content = uploads.content_of(kept)
    known, bad = (len(content.of_state(state)) if content else 0 for state in (RowState.KNOWN, RowState.BAD))
    if not known:
        return redirect(url_for(".preview", upload_id=upload_id), 303)
    return render_template("publishing/upload_taken.html", upload=kept, known=known, bad=bad)


def _preview(kept: Upload) -> ResponseReturnValue:
    content, filters = uploads.content_of(kept), Filters.from_request()
    if content is None:
        return redirect(url_for(".columns", upload_id=kept.id), 303)
    chosen = choose(filters.stage, list(RowState), name="stage")
    found: Sequence[Candidate | Imported] = content.of_state(RowState(chosen)) if chosen else content.candidates
    is_sheet = isinstance(content, uploads.Sheet)
    return render_template(
        f"publishing/{'upload_preview' if is_sheet else 'upload_package'}.html", form=TakeForm(), upload=kept,
        content=content, rules=rules, filters=filters, chosen=chosen, page=_page(found, filters.page),
        counts={state: len(content.of_state(state)) for state in RowState}, heading_in=sheet_columns.heading_in,
        said_by=sheet_rows.said_by, repairs=REPAIRS, kind_names=comparisons.KIND_NAMES,
    )  # fmt: skip


@bp.route("/office/releases/upload/<int:upload_id>/columns", methods=["GET", "POST"])
@access.requires(DRAFT)
def columns(upload_id: int) -> ResponseReturnValue:
    """Say what the columns of a sheet mean whose headings are not those of a template; kept for the next time."""
    kept = uploads.upload_in_office(upload_id, _governments())
    code = choose(request.args.get("notice") or kept.notice_type or None, list(notice_types()), name="notice")
    if code is None:
        return render_template("publishing/upload_type.html", upload=kept, types=notice_types().values())
    asked = mappings.columns_to_explain(kept, notice_types()[code])
    form = columns_form(asked, notice_types()[code])
    return forms.handle(
        form, then=url_for(".preview", upload_id=upload_id), template="publishing/upload_columns.html", upload=kept,
        act=lambda form: mappings.save_mapping(
            upload_id, code, form.meanings(asked), by=access.actor().person_id, governments=_governments()
        ),
        notice=notice_types()[code], asked=asked,
    )  # fmt: skip


def _take(upload_id: int, form: TakeForm) -> int:
    return uploads.confirm_upload(
        upload_id, by=access.actor().person_id, governments=_governments(),
        submits=bool(form.submit_too.data),
    )  # fmt: skip


@bp.get("/office/releases/upload/<int:upload_id>/bad.xlsx")
@access.requires(DRAFT)
def bad_rows(upload_id: int) -> ResponseReturnValue:
    """Hand the rows back that have to be put right, with the reasons in a column of their own."""
    kept = uploads.upload_in_office(upload_id, _governments())
    if ocds_uploads.is_ocds(kept.data):
        raise NotFoundError
    header, rows = uploads.bad_rows(uploads.sheet_of(kept))
    name = f"{kept.filename.rsplit('.', 1)[0]} - {gettext(ROWS)}.xlsx"
    return _file(sheet_templates.rows_sheet(header, rows), name, XLSX)


def _page(found: Sequence[Candidate | Imported], number: int) -> Page[Candidate | Imported]:
    pages = max(1, -(-len(found) // PER_PAGE))
    if number > pages:
        raise NotFoundError
    return Page(found[(number - 1) * PER_PAGE : number * PER_PAGE], number, pages, len(found))


def _file(data: bytes, name: str, media_type: str) -> Response:
    answer = make_response(data)
    answer.headers["Content-Type"] = media_type
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def _governments() -> frozenset[int]:
    return access.actor().government_ids_for(DRAFT)


bp.add_app_template_global(details.sections, "sections_of")
