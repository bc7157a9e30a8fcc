"""Pages of sheets, for officials: templates, upload, preview, confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from portal.kernel.errors import NotFoundError
from portal.kernel.text import N_
from portal.procurement import details, field_changes
from portal.procurement.repairs import REPAIRS
from portal.publishing import (
    mappings,
    queries,
    sheet_columns,
    sheet_rows,
    sheet_templates,
    upload_content,
    uploads,
)
from portal.publishing import upload_rules as rules
from portal.publishing.forms import ConfirmForm
from portal.publishing.notices.model import notice_types
from portal.publishing.permissions import DRAFT, READ
from portal.publishing.upload_forms import TakeForm, UploadForm, columns_form
from portal.publishing.upload_rules import RowState, UploadState
from portal.web import access, forms
from portal.web.filters import Filters, choose
from portal.web.locale import pick
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from portal.publishing.upload_models import Upload

bp = Blueprint("uploads", __name__)
MARGIN = 100_000  # what a form takes around its file
LOOK_AGAIN_SECONDS = 5
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


@bp.get("/office/releases/uploads")
@access.requires(READ)
def index() -> ResponseReturnValue:
    """List the files of one's governments, the newest first."""
    page = paginate(uploads.uploads_of(access.actor().government_ids_for(READ)), Filters.from_request().page)
    return render_template(
        "publishing/uploads.html", page=page, rules=rules, may_draft=access.actor().can(DRAFT), address=_address
    )


def _address(kept: Upload) -> str:
    """Give the page of a file that is of use: of its rows while they wait, of its drafts once there are some."""
    has_drafts = kept.state in {UploadState.TAKING, UploadState.TAKEN}
    may_draft = access.actor().can(DRAFT, government_id=kept.government_id)
    return url_for(".preview" if may_draft and not has_drafts else "upload_drafts.show", upload_id=kept.id)


@bp.route("/office/releases/upload", methods=["GET", "POST"])
@access.requires(DRAFT)
def upload() -> ResponseReturnValue:
    """Bring a file."""
    settings = current_app.extensions["settings"]
    request.max_content_length = settings.import_bytes + MARGIN
    governments = queries.governments(_governments())
    form = UploadForm(data={"government": str(governments[0].id) if len(governments) == 1 else ""})
    form.offer(governments)
    return forms.handle(
        form, act=_bring, then=lambda kept: url_for(".preview", upload_id=kept.id), template="publishing/upload.html",
        most_megabytes=settings.import_bytes // 1_000_000, most_rows=settings.import_rows,
    )  # fmt: skip


def _bring(form: UploadForm) -> Upload:
    with form.file.data.stream as stream:
        return uploads.keep_upload(
            uploads.Bring(
                form.file.data.filename or "", stream, int(form.government.data), access.actor().person_id,
                notice_type=form.notice_type.data or "",
            )
        )  # fmt: skip


@bp.route("/office/releases/upload/<int:upload_id>", methods=["GET", "POST"])
@access.requires(DRAFT)
def preview(upload_id: int) -> ResponseReturnValue:
    """Show how far the portal is with a file, then what every row would become, and make the good ones drafts."""
    kept = uploads.upload_in_office(upload_id, _governments())
    if request.method == "POST":
        return forms.handle(
            TakeForm(), act=lambda form: _take(upload_id, form), then=url_for(".taken", upload_id=upload_id),
            template="publishing/upload_again.html", upload=kept,
        )  # fmt: skip
    if kept.state is UploadState.ASKING:
        return redirect(url_for(".columns", upload_id=kept.id), 303)
    if kept.state is UploadState.REFUSED:
        return render_template("publishing/upload_refused.html", upload=kept, refusal=_refusal(kept))
    return _at_work(kept) if kept.state in rules.AT_WORK else _preview(kept)


@bp.route("/office/releases/upload/<int:upload_id>/stop", methods=["GET", "POST"])
@access.requires(DRAFT)
def stop(upload_id: int) -> ResponseReturnValue:
    """Throw a file away of which nothing became a draft, or make no more drafts of it."""
    return forms.handle(
        ConfirmForm(), act=lambda _: uploads.stop_upload(upload_id, governments=_governments()),
        then=lambda is_gone: url_for(".index") if is_gone else url_for("upload_drafts.show", upload_id=upload_id),
        template="publishing/upload_stop.html", upload=uploads.upload_in_office(upload_id, _governments()), rules=rules,
    )  # fmt: skip


@bp.get("/office/releases/upload/<int:upload_id>/taken")
@access.requires(DRAFT)
def taken(upload_id: int) -> ResponseReturnValue:
    """Confirm that the good rows or releases of a file are drafts."""
    kept = uploads.upload_in_office(upload_id, _governments())
    found = uploads.counts(kept)
    if kept.state is not UploadState.TAKEN or not found[RowState.KNOWN]:
        return redirect(url_for(".preview", upload_id=upload_id), 303)
    return render_template(
        "publishing/upload_taken.html", upload=kept, known=found[RowState.KNOWN], bad=found[RowState.BAD]
    )


def _at_work(kept: Upload) -> ResponseReturnValue:
    """Show how far it is; the page looks again by itself, without a script, unless one asks it not to."""
    counts, is_still = uploads.counts(kept), "still" in request.args
    answer = make_response(
        render_template("publishing/upload_progress.html", upload=kept, counts=counts, rules=rules, is_still=is_still)
    )
    if not is_still:
        answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return answer


def _preview(kept: Upload) -> ResponseReturnValue:
    filters, counts = Filters.from_request(), uploads.counts(kept)
    chosen = choose(filters.stage, list(RowState), name="stage")
    state = RowState(chosen) if chosen else None
    total = sum(counts.values()) if state is None else counts[state]
    return render_template(
        f"publishing/{'upload_package' if kept.is_ocds else 'upload_preview'}.html", form=TakeForm(), upload=kept,
        rules=rules, filters=filters, chosen=chosen, counts=counts, heading_in=sheet_columns.heading_in,
        header=None if kept.is_ocds else upload_content.header_of(kept), said_by=sheet_rows.said_by, repairs=REPAIRS,
        page=uploads.rows_page(kept, filters.page, state=state, total=total), kind_names=field_changes.KIND_NAMES,
    )  # fmt: skip


def _refusal(kept: Upload) -> str:
    said = kept.refusal or {}
    message, params = str(gettext(str(said.get("message", "")))), said.get("params")
    return message % params if params else message


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
        act=lambda form: _explain(upload_id, code, form.meanings(asked)),
        notice=notice_types()[code], asked=asked,
    )  # fmt: skip


def _explain(upload_id: int, code: str, meanings: dict[str, str]) -> None:
    mappings.save_mapping(upload_id, code, meanings, by=access.actor().person_id, governments=_governments())
    uploads.look_through_again(upload_id)


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
    if kept.is_ocds or kept.state in rules.AT_WORK:
        raise NotFoundError
    header, rows = uploads.bad_rows(kept)
    name = f"{kept.filename.rsplit('.', 1)[0]} - {gettext(ROWS)}.xlsx"
    return _file(sheet_templates.rows_sheet(header, rows), name, XLSX)


def _file(data: bytes, name: str, media_type: str) -> Response:
    answer = make_response(data)
    answer.headers["Content-Type"] = media_type
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def _governments() -> frozenset[int]:
    return access.actor().government_ids_for(DRAFT)


bp.add_app_template_global(details.sections, "sections_of")
