"""Pages of drafts, for officials: write, check, submit, approve, publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from portal.accounts import queries as accounts
from portal.kernel.errors import NotFoundError
from portal.procurement import linking_rules
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


@bp.get("/office/releases")
@access.requires(READ)
def index() -> ResponseReturnValue:
    """List the drafts of one's governments, the most urgent first; `stage` narrows to a state."""
    filters, governments = Filters.from_request(), governments_for(READ)
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
    notice, governments = _notice_type(code), queries.governments(governments_for(DRAFT))
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
    draft = queries.draft_in_office(draft_id, governments_for(READ))
    overview, actor = overviews([draft])[0], access.actor()
    events = queries.history(draft_id)
    return render_template(
        "publishing/show.html", draft=draft, notice=overview.notice, deadlines=overview.deadlines, rules=rules,
        history=events, people=accounts.names_of(one.person_id for one in events), progress=_progress(draft),
        documents=queries.documents_of(draft_id),
        may_edit=actor.can(DRAFT, government_id=draft.government_id),
        may_publish=actor.can(PUBLISH, government_id=draft.government_id), answers=answers_of(draft),
    )  # fmt: skip


@bp.route("/office/releases/<int:draft_id>/steps/<int:number>", methods=["GET", "POST"])
@access.requires(DRAFT)
def step(draft_id: int, number: int) -> ResponseReturnValue:
    """Answer the questions of one step; what is there is kept, what is empty may be filled in later."""
    draft, notice = open_draft(draft_id)
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
    draft, notice = open_draft(draft_id)
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
    draft, notice = open_draft(draft_id)
    table, rows = _table(draft, notice, number, row or 1)
    kept = [one for place, one in enumerate(rows, start=1) if place != row]
    return forms.handle(
        draft_forms.ConfirmForm(), act=lambda _: _change(draft_id, {table.name: kept}), draft=draft,
        then=url_for(".step", draft_id=draft_id, number=number), template="publishing/confirm.html", act_name="remove",
    )  # fmt: skip


@bp.route("/office/releases/<int:draft_id>/check", methods=["GET", "POST"])
@access.requires(DRAFT)
def check(draft_id: int) -> ResponseReturnValue:
    """Check every answer, and hand the draft to the approver."""
    draft = queries.draft_in_office(draft_id, governments_for(DRAFT))
    rules.check_open(draft.status)
    overview, faults = overviews([draft])[0], actions.faults_of(draft)
    return forms.handle(
        draft_forms.ConfirmForm(), then=url_for(".sent", draft_id=draft_id), template="publishing/check.html",
        act=lambda _: actions.submit_draft(draft_id, by=access.actor().person_id, governments=governments_for(DRAFT)),
        draft=draft, notice=overview.notice, deadlines=overview.deadlines, answers=answers_of(draft), rules=rules,
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
            draft_id, ocid, by=access.actor().person_id, governments=governments_for(DRAFT)
        ),
        act_name="continue", draft=queries.draft_in_office(draft_id, governments_for(DRAFT)),
    )  # fmt: skip


@bp.get("/office/releases/<int:draft_id>/sent")
@access.requires(DRAFT)
def sent(draft_id: int) -> ResponseReturnValue:
    """Confirm that a draft was handed on, with its reference."""
    draft = queries.draft_in_office(draft_id, governments_for(DRAFT))
    return render_template("publishing/sent.html", draft=draft, deadlines=overviews([draft])[0].deadlines)


@bp.route("/office/releases/<int:draft_id>/discard", methods=["GET", "POST"])
@access.requires(DRAFT)
def discard(draft_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    return forms.handle(
        draft_forms.ConfirmForm(), then=url_for(".index"), template="publishing/confirm.html", act_name="discard",
        act=lambda _: actions.discard_draft(draft_id, by=access.actor().person_id, governments=governments_for(DRAFT)),
        draft=queries.draft_in_office(draft_id, governments_for(DRAFT)),
    )  # fmt: skip


def governments_for(permission: str) -> frozenset[int]:
    """Give the governments for which whoever asks has a permission."""
    return access.actor().government_ids_for(permission)


def _notice_type(code: str) -> NoticeType:
    if code not in notice_types():
        raise NotFoundError
    return notice_types()[code]


def open_draft(draft_id: int) -> tuple[Draft, NoticeType]:
    """Read a draft that may be written on."""
    draft = queries.draft_in_office(draft_id, governments_for(DRAFT))
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
    return actions.change_draft(draft_id, values, by=access.actor().person_id, governments=governments_for(DRAFT))


def _keep_row(draft_id: int, table: FieldSpec, row: int, said: dict[str, object]) -> Draft:
    rows = list(queries.rows_of(draft_id, table.name, governments_for(DRAFT)))
    kept = {name: value for name, value in said.items() if value is not None}
    if row:
        rows[row - 1] = ({"id": rows[row - 1]["id"]} if rows[row - 1].get("id") else {}) | kept
    elif kept:
        rows.append(kept)
    return _change(draft_id, {table.name: rows})


def answers_of(draft: Draft) -> list[tuple[int, StepSpec, list[tuple[FieldSpec, object]]]]:
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
        for number, step, _ in answers_of(draft)
    ]


bp.add_app_template_global(draft_forms.answer_text, "cell_text")
bp.add_app_template_global(draft_forms.fault_text, "fault_text")
