"""Pages of officials: which organisations may be one, merging them or telling them apart, and undoing that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from portal.pages import merging
from portal.parties import queries, rules
from portal.parties.forms import ApartForm, MergeForm, UndoApartForm, UndoMergeForm
from portal.parties.merging import actions
from portal.parties.permissions import MERGE
from portal.web import access, forms
from portal.web.filters import Filters, number_asked
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("merge_office", __name__)
MOST_SHOWN = 200
PERSON = "person:"


@bp.get("/office/organizations")
@access.requires(MERGE)
def index() -> ResponseReturnValue:
    """List the organisations that may be one, and every merge."""
    pairs = queries.duplicates()
    page = paginate(queries.merges(), Filters.from_request().page)
    numbers = {number for pair in pairs[:MOST_SHOWN] for number in (pair.first, pair.second)}
    numbers |= {number for step in page.items for number in (step.merged_id, step.kept_id)}
    return render_template(
        "parties/duplicates.html", pairs=pairs[:MOST_SHOWN], total=len(pairs), page=page, filters=Filters(),
        names=queries.organization_names(numbers), reasons=rules.DUPLICATE_NAMES,
        standing={step.id for step in page.items if queries.standing_merge(step.merged_id) == step.id},
    )  # fmt: skip


@bp.route("/office/organizations/<int:organization_id>/merge", methods=["GET", "POST"])
@access.requires(MERGE)
def merge(organization_id: int) -> ResponseReturnValue:
    """Merge an organisation into another one."""
    found, form = queries.organization(organization_id), MergeForm()
    if request.method == "GET":
        form.kept_id.data = number_asked("into")
    return forms.handle(
        form,
        act=lambda form: merging.merge_organizations(
            organization_id, int(form.kept_id.data), by=_by(), reason=form.reason.data
        ),
        then=url_for(".index"), template="parties/merge.html", organization=found,
        names=queries.organization_names([form.kept_id.data if isinstance(form.kept_id.data, int) else None]),
    )  # fmt: skip


@bp.route("/office/organizations/merges/<int:merge_id>/undo", methods=["GET", "POST"])
@access.requires(MERGE)
def undo(merge_id: int) -> ResponseReturnValue:
    """Undo a merge."""
    found = queries.merge(merge_id)
    return forms.handle(
        UndoMergeForm(), act=lambda form: merging.undo_merge(merge_id, by=_by(), reason=form.reason.data),
        then=url_for(".index"), template="parties/undo_merge.html", step=found,
        names=queries.organization_names([found.merged_id, found.kept_id]),
        is_standing=queries.standing_merge(found.merged_id) == merge_id,
    )  # fmt: skip


@bp.route("/office/organizations/<int:first_id>/apart/<int:second_id>", methods=["GET", "POST"])
@access.requires(MERGE)
def apart(first_id: int, second_id: int) -> ResponseReturnValue:
    """Say that two organisations that look like one are two."""
    pair = [queries.organization(number) for number in (first_id, second_id)]
    return forms.handle(
        ApartForm(),
        act=lambda form: actions.tell_apart(first_id, second_id, by=_by(), reason=form.reason.data),
        then=url_for(".index"), template="parties/apart.html", pair=pair,
    )  # fmt: skip


@bp.get("/office/organizations/apart")
@access.requires(MERGE)
def told_apart() -> ResponseReturnValue:
    """List the organisations that were told apart."""
    page = paginate(queries.distinctions(), Filters.from_request().page)
    numbers = {number for step in page.items for number in (step.first_id, step.second_id)}
    return render_template(
        "parties/told_apart.html", page=page, filters=Filters(), names=queries.organization_names(numbers)
    )


@bp.route("/office/organizations/apart/<int:distinction_id>/undo", methods=["GET", "POST"])
@access.requires(MERGE)
def undo_apart(distinction_id: int) -> ResponseReturnValue:
    """Let two organisations be listed as one again."""
    found = queries.distinction(distinction_id)
    return forms.handle(
        UndoApartForm(),
        act=lambda form: actions.undo_telling_apart(distinction_id, by=_by(), reason=form.reason.data),
        then=url_for(".told_apart"), template="parties/undo_apart.html", step=found,
        names=queries.organization_names([found.first_id, found.second_id]),
        is_standing=queries.is_standing(distinction_id),
    )  # fmt: skip


def _by() -> str:
    return f"{PERSON}{access.actor().person_id}"
