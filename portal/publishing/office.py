"""Pages of drafts, for officials: write, check, submit, approve, publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from portal.accounts import queries as accounts
from portal.kernel.errors import NotFoundError
from portal.procurement import details, field_changes, linking_rules
from portal.procurement import queries as procurement
from portal.procurement import rules as release_rules
from portal.publishing import actions, queries, rules
from portal.publishing import forms as draft_forms
from portal.publishing.notices.filling import options_of
from portal.publishing.notices.model import notice_types
from portal.publishing.overviews import overviews
from portal.publishing.permissions import DRAFT, PUBLISH, READ
from portal.publishing.rules import DraftStatus, Purpose
from portal.web import access, forms
from portal.web.filters import Filters, choose
from portal.web.paging import paginate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from portal.publishing.models import Draft
    from portal.publishing.notices.model import FieldSpec, NoticeType, StepSpec

bp = Blueprint("publishing", __name__)
MARGIN = 100_000  # what a form takes around its file


@bp.get("/office/releases")
@access.requires(READ)
def index() -> ResponseReturnValue:
    """List the drafts of one's governments, the most urgent first; `stage` narrows to a state."""
    filters, governments = Filters.from_request(), _governments(READ)
    status = choose(filters.stage, list(DraftStatus), name="stage")
    page = paginate(queries.drafts(governments, DraftStatus(status) if status else None), filters.page)
    return render_template(
        "publishing/index.html", page=page, filters=filters, rules=rules, counts=queries.counts(governments),
        overviews=overviews(page.items), may_draft=access.actor().can(DRAFT), chosen=status,
    )  # fmt: skip


@bp.get("/office/releases/new")
@access.requires(DRAFT)
def new() -> ResponseReturnValue:
    """Choose what kind of notice to write."""
    return render_template("publishing/new.html", types=notice_types().values())


@bp.route("/office/releases/new/<code>", methods=["GET", "POST"])
@access.requires(DRAFT)
def begin(code: str) -> ResponseReturnValue:
    """Find the purchase that the notice continues, or begin a new one."""
    notice, governments = _notice_type(code), queries.governments(_governments(DRAFT))
    found = queries.purchases_like(Filters.from_request().q or "", governments)
    form = draft_forms.BeginForm(data={"government": str(governments[0].id) if len(governments) == 1 else ""})
    form.offer(governments, found, begins=notice.begins)
    return forms.handle(
        form, act=lambda form: _begin(notice, form), template="publishing/begin.html",
        then=lambda draft: url_for(".step", draft_id=draft.id, number=1), notice=notice, found=found,
        filters=Filters.from_request(),
    )  # fmt: skip


def _begin(notice: NoticeType, form: draft_forms.BeginForm) -> Draft:
    ocid = None if form.ocid.data == draft_forms.NEW else form.ocid.data
    return actions.begin_draft(
        actions.Begin(notice.code, int(form.government.data), access.actor().person_id, ocid=ocid)
    )


@bp.get("/office/releases/<int:draft_id>")
@access.requires(READ)
def show(draft_id: int) -> ResponseReturnValue:
    """Show a draft in any state, with what can be done with it."""
    draft = queries.draft_in_office(draft_id, _governments(READ))
    overview, actor = overviews([draft])[0], access.actor()
    events = queries.history(draft_id)
    return render_template(
        "publishing/show.html", draft=draft, notice=overview.notice, deadlines=overview.deadlines, rules=rules,
        history=events, people=accounts.names_of(one.person_id for one in events), progress=_progress(draft),
        documents=queries.documents_of(draft_id),
        may_edit=actor.can(DRAFT, government_id=draft.government_id),
        may_publish=actor.can(PUBLISH, government_id=draft.government_id), answers=_answers(draft),
    )  # fmt: skip


@bp.route("/office/releases/<int:draft_id>/steps/<int:number>", methods=["GET", "POST"])
@access.requires(DRAFT)
def step(draft_id: int, number: int) -> ResponseReturnValue:
    """Answer the questions of one step; what is there is kept, what is empty may be filled in later."""
    draft, notice = _open(draft_id)
    spec = _step(notice, number)
    following = _after(draft, number)
    if spec.table is not None:
        return _rows(draft, notice, number, spec.table)
    specs = _asked(draft, spec.fields)
    form = draft_forms.questions_form(specs, draft.values, queries.basis_of(draft))
    return forms.handle(
        form, act=lambda form: _change(draft_id, form.values), then=following, template="publishing/step.html",
        draft=draft, notice=notice, step=spec, number=number, specs=specs, names=draft_forms,
    )  # fmt: skip


def _rows(draft: Draft, notice: NoticeType, number: int, table: FieldSpec) -> ResponseReturnValue:
    if request.method == "POST":
        return redirect(_after(draft, number), 303)
    return render_template(
        "publishing/rows.html", draft=draft, notice=notice, step=_step(notice, number), number=number, table=table,
        rows=draft.values.get(table.name) or [], following=_after(draft, number),
    )  # fmt: skip


@bp.route("/office/releases/<int:draft_id>/steps/<int:number>/rows/<int:row>", methods=["GET", "POST"])
@access.requires(DRAFT)
def row(draft_id: int, number: int, row: int) -> ResponseReturnValue:
    """Fill in one row of a table; row 0 is a new one."""
    draft, notice = _open(draft_id)
    table, rows = _table(draft, notice, number, row)
    form = draft_forms.questions_form(table.columns, rows[row - 1] if row else {}, {})
    return forms.handle(
        form, act=lambda form: _keep_row(draft_id, table, row, form.values), template="publishing/row.html",
        then=url_for(".step", draft_id=draft_id, number=number), draft=draft, notice=notice, table=table, row=row,
        number=number, specs=table.columns, names=draft_forms,
    )  # fmt: skip


@bp.route("/office/releases/<int:draft_id>/steps/<int:number>/rows/<int:row>/remove", methods=["GET", "POST"])
@access.requires(DRAFT)
def remove_row(draft_id: int, number: int, row: int) -> ResponseReturnValue:
    """Take a row out of a table."""
    draft, notice = _open(draft_id)
    table, rows = _table(draft, notice, number, row or 1)
    kept = [one for place, one in enumerate(rows, start=1) if place != row]
    return forms.handle(
        draft_forms.ConfirmForm(), act=lambda _: _change(draft_id, {table.name: kept}), draft=draft,
        then=url_for(".step", draft_id=draft_id, number=number), template="publishing/confirm.html", act_name="remove",
    )  # fmt: skip


@bp.route("/office/releases/<int:draft_id>/documents", methods=["GET", "POST"])
@access.requires(DRAFT)
def documents(draft_id: int) -> ResponseReturnValue:
    """Hand in documents that are published with the notice, or attach those that are handed in already."""
    request.max_content_length = current_app.extensions["settings"].upload_bytes + MARGIN
    draft, notice = _open(draft_id)
    form = draft_forms.DocumentsForm()
    form.document.offer([(str(one.id), one.title) for one in queries.documents_to_attach(draft)])
    return forms.handle(
        form, act=lambda form: _attach(draft_id, form), then=url_for(".documents", draft_id=draft_id),
        template="publishing/documents.html", draft=draft, notice=notice, documents=queries.documents_of(draft_id),
    )  # fmt: skip


def _attach(draft_id: int, form: draft_forms.DocumentsForm) -> None:
    person, governments = access.actor().person_id, _governments(DRAFT)
    if form.document.data:
        actions.attach_document(draft_id, int(form.document.data), by=person, governments=governments)
    if form.file.data:
        with form.file.data.stream as stream:
            actions.hand_in_document(
                draft_id, stream.read(), filename=form.file.data.filename or "", title=form.title.data or "",
                by=person, governments=governments,
            )  # fmt: skip


@bp.route("/office/releases/<int:draft_id>/documents/<int:document_id>/remove", methods=["GET", "POST"])
@access.requires(DRAFT)
def detach(draft_id: int, document_id: int) -> ResponseReturnValue:
    """Take a document away from a draft."""
    draft, _ = _open(draft_id)
    return forms.handle(
        draft_forms.ConfirmForm(), then=url_for(".documents", draft_id=draft_id), draft=draft, act_name="detach",
        act=lambda _: actions.detach_document(
            draft_id, document_id, by=access.actor().person_id, governments=_governments(DRAFT)
        ),
        template="publishing/confirm.html",
    )  # fmt: skip


@bp.route("/office/releases/<int:draft_id>/check", methods=["GET", "POST"])
@access.requires(DRAFT)
def check(draft_id: int) -> ResponseReturnValue:
    """Check every answer, and hand the draft to the approver."""
    draft = queries.draft_in_office(draft_id, _governments(DRAFT))
    rules.check_open(draft.status)
    overview, faults = overviews([draft])[0], actions.faults_of(draft)
    return forms.handle(
        draft_forms.ConfirmForm(), then=url_for(".sent", draft_id=draft_id), template="publishing/check.html",
        act=lambda _: actions.submit_draft(draft_id, by=access.actor().person_id, governments=_governments(DRAFT)),
        draft=draft, notice=overview.notice, deadlines=overview.deadlines, answers=_answers(draft), rules=rules,
        is_unchanged=queries.changes_nothing(draft), faults=faults, documents=queries.documents_of(draft_id),
        link_names=linking_rules,
        likely=() if faults else queries.likely_purchases(draft),
    )  # fmt: skip


@bp.route("/office/releases/<int:draft_id>/continue/<path:ocid>", methods=["GET", "POST"])
@access.requires(DRAFT)
def continue_purchase(draft_id: int, ocid: str) -> ResponseReturnValue:
    """Let a draft continue a purchase that is there already."""
    return forms.handle(
        draft_forms.ConfirmForm(), then=url_for(".check", draft_id=draft_id), template="publishing/confirm.html",
        act=lambda _: actions.continue_purchase(
            draft_id, ocid, by=access.actor().person_id, governments=_governments(DRAFT)
        ),
        act_name="continue", draft=queries.draft_in_office(draft_id, _governments(DRAFT)),
    )  # fmt: skip


@bp.get("/office/releases/<int:draft_id>/sent")
@access.requires(DRAFT)
def sent(draft_id: int) -> ResponseReturnValue:
    """Confirm that a draft was handed on, with its reference."""
    draft = queries.draft_in_office(draft_id, _governments(DRAFT))
    return render_template("publishing/sent.html", draft=draft, deadlines=overviews([draft])[0].deadlines)


@bp.route("/office/releases/<int:draft_id>/discard", methods=["GET", "POST"])
@access.requires(DRAFT)
def discard(draft_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    return forms.handle(
        draft_forms.ConfirmForm(), then=url_for(".index"), template="publishing/confirm.html", act_name="discard",
        act=lambda _: actions.discard_draft(draft_id, by=access.actor().person_id, governments=_governments(DRAFT)),
        draft=queries.draft_in_office(draft_id, _governments(DRAFT)),
    )  # fmt: skip


@bp.route("/office/releases/<int:draft_id>/approve", methods=["GET", "POST"])
@access.requires(PUBLISH)
def approve(draft_id: int) -> ResponseReturnValue:
    """Read the release as it would be, what it changes, and approve it."""
    governments, person = _governments(PUBLISH), access.actor().person_id
    draft = queries.draft_in_office(draft_id, governments)
    overview, preview = overviews([draft])[0], queries.preview_of(draft)
    return forms.handle(
        draft_forms.ApprovalForm(data={"revision": str(draft.revision)}), then=url_for(".approved", draft_id=draft_id),
        act=lambda form: actions.approve_draft(
            draft_id, revision=form.revision_read, by=person, governments=governments, publish_at=form.moment
        ),
        template="publishing/approve.html", draft=draft, notice=overview.notice, deadlines=overview.deadlines,
        details=details.sections(preview.body), groups=preview.groups,
        kind_names=field_changes.KIND_NAMES, documents=queries.documents_of(draft_id),
        is_own=person in queries.authors(draft_id), rules=rules, answers=_answers(draft),
    )  # fmt: skip


@bp.get("/office/releases/<int:draft_id>/approved")
@access.requires(PUBLISH)
def approved(draft_id: int) -> ResponseReturnValue:
    """Confirm that a draft was approved: published at once, or at its moment."""
    draft = queries.draft_in_office(draft_id, _governments(PUBLISH))
    if draft.status not in {DraftStatus.APPROVED, DraftStatus.PUBLISHED}:
        return redirect(url_for(".show", draft_id=draft_id), 303)
    return render_template("publishing/approved.html", draft=draft)


@bp.route("/office/releases/<int:draft_id>/return", methods=["GET", "POST"])
@access.requires(PUBLISH)
def send_back(draft_id: int) -> ResponseReturnValue:
    """Give a draft back, with what is to be changed."""
    governments = _governments(PUBLISH)
    return forms.handle(
        draft_forms.ReasonForm(), then=url_for(".index"), template="publishing/reason.html", act_name="return",
        act=lambda form: actions.return_draft(
            draft_id, form.reason.data or "", by=access.actor().person_id, governments=governments
        ),
        draft=queries.draft_in_office(draft_id, governments),
    )  # fmt: skip


@bp.get("/office/releases/published")
@access.requires(DRAFT)
def published() -> ResponseReturnValue:
    """Find a published notice, however it was published, to correct or withdraw it."""
    filters = Filters.from_request()
    found = queries.purchases_like(filters.q, queries.governments(_governments(DRAFT))) if filters.q else []
    releases = procurement.releases_of(*(one.ocid for one in found)) if found else []
    return render_template("publishing/published.html", filters=filters, releases=releases, names=release_rules)


@bp.route("/office/releases/published/<int:release_id>/<any(correct, withdraw):act>", methods=["GET", "POST"])
@access.requires(DRAFT)
def change(release_id: int, act: str) -> ResponseReturnValue:
    """Begin the correction or withdrawal of a published notice, with its reason."""
    release, _ = queries.publication_of(release_id, queries.governments(_governments(DRAFT)))
    return forms.handle(
        draft_forms.ReasonForm(), template="publishing/reason.html", act_name=act, release=release,
        act=lambda form: actions.correct_release(
            release_id, purpose=Purpose(act), reason=form.reason.data or "", by=access.actor().person_id,
            governments=_governments(DRAFT),
        ),
        then=lambda draft: url_for(".check", draft_id=draft.id),
    )  # fmt: skip


def _governments(permission: str) -> frozenset[int]:
    return access.actor().government_ids_for(permission)


def _notice_type(code: str) -> NoticeType:
    if code not in notice_types():
        raise NotFoundError
    return notice_types()[code]


def _open(draft_id: int) -> tuple[Draft, NoticeType]:
    """Read a draft that may be written on."""
    draft = queries.draft_in_office(draft_id, _governments(DRAFT))
    rules.check_open(draft.status)
    if draft.purpose is Purpose.WITHDRAW or draft.body is not None:
        raise NotFoundError
    return draft, notice_types()[draft.notice_type]


def _step(notice: NoticeType, number: int) -> StepSpec:
    if not 1 <= number <= len(notice.steps):
        raise NotFoundError
    return notice.steps[number - 1]


def _after(draft: Draft, number: int) -> str:
    """Tell where to go after a step: to the check when one came from there, or after the last."""
    steps = len(notice_types()[draft.notice_type].steps)
    if request.args.get("from") == "check":
        return url_for(".check", draft_id=draft.id)
    if number < steps:
        return url_for(".step", draft_id=draft.id, number=number + 1)
    return url_for(".documents", draft_id=draft.id)


def _asked(draft: Draft, fields: Sequence[FieldSpec]) -> list[FieldSpec]:
    """Leave out what a correction cannot change, and choices between nothing."""
    basis = queries.basis_of(draft)
    return [
        one
        for one in fields
        if not (one.locked and draft.purpose is Purpose.CORRECT)
        and not (one.kind == "part" and (draft.purpose is Purpose.CORRECT or not options_of(one, basis)))
    ]


def _table(draft: Draft, notice: NoticeType, number: int, row: int) -> tuple[FieldSpec, list[dict[str, object]]]:
    table = _step(notice, number).table
    rows = draft.values.get(table.name) if table else None
    found = rows if isinstance(rows, list) else []
    if table is None or row > len(found):
        raise NotFoundError
    return table, found


def _change(draft_id: int, values: dict[str, object]) -> Draft:
    return actions.change_draft(draft_id, values, by=access.actor().person_id, governments=_governments(DRAFT))


def _keep_row(draft_id: int, table: FieldSpec, row: int, said: dict[str, object]) -> Draft:
    rows = list(queries.rows_of(draft_id, table.name, _governments(DRAFT)))
    kept = {name: value for name, value in said.items() if value is not None}
    if row:
        rows[row - 1] = ({"id": rows[row - 1]["id"]} if rows[row - 1].get("id") else {}) | kept
    elif kept:
        rows.append(kept)
    return _change(draft_id, {table.name: rows})


def _answers(draft: Draft) -> list[tuple[int, StepSpec, list[tuple[FieldSpec, object]]]]:
    """List every answer with the step that it belongs to."""
    if draft.purpose is Purpose.WITHDRAW or draft.body is not None:
        return []
    return [
        (number, step, [(one, draft.values.get(one.name)) for one in step.fields])
        for number, step in enumerate(notice_types()[draft.notice_type].steps, start=1)
    ]


def _progress(draft: Draft) -> list[tuple[int, StepSpec, bool]]:
    """Tell of every step whether something is missing in it."""
    wanting = {fault.field.name for fault in actions.faults_of(draft)}
    return [
        (
            number,
            step,
            not wanting & {name for one in step.fields for name in (one.name, *(c.name for c in one.columns))},
        )
        for number, step, _ in _answers(draft)
    ]


bp.add_app_template_global(draft_forms.answer_text, "cell_text")
bp.add_app_template_global(draft_forms.fault_text, "fault_text")
