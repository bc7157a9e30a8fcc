"""Pages of the second person, who approves a draft or gives it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, url_for

from portal.procurement import details, field_changes
from portal.publishing import actions, queries, rules
from portal.publishing import forms as draft_forms
from portal.publishing.office import answers_of, bp, governments_for
from portal.publishing.overviews import overviews
from portal.publishing.permissions import PUBLISH
from portal.publishing.rules import DraftStatus
from portal.web import access, forms

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@bp.route("/office/releases/<int:draft_id>/approve", methods=["GET", "POST"])
@access.requires(PUBLISH)
def approve(draft_id: int) -> ResponseReturnValue:
    """Read the release as it would be, what it changes, and approve it."""
    governments, person = governments_for(PUBLISH), access.actor().person_id
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
        is_own=person in queries.authors(draft_id), rules=rules, answers=answers_of(draft),
    )  # fmt: skip


@bp.get("/office/releases/<int:draft_id>/approved")
@access.requires(PUBLISH)
def approved(draft_id: int) -> ResponseReturnValue:
    """Confirm that a draft was approved: published at once, or at its moment."""
    draft = queries.draft_in_office(draft_id, governments_for(PUBLISH))
    if draft.status not in {DraftStatus.APPROVED, DraftStatus.PUBLISHED}:
        return redirect(url_for(".show", draft_id=draft_id), 303)
    return render_template("publishing/approved.html", draft=draft)


@bp.route("/office/releases/<int:draft_id>/return", methods=["GET", "POST"])
@access.requires(PUBLISH)
def send_back(draft_id: int) -> ResponseReturnValue:
    """Give a draft back, with what is to be changed."""
    governments = governments_for(PUBLISH)
    return forms.handle(
        draft_forms.ReasonForm(), then=url_for(".index"), template="publishing/reason.html", act_name="return",
        act=lambda form: actions.return_draft(
            draft_id, form.reason.data or "", by=access.actor().person_id, governments=governments
        ),
        draft=queries.draft_in_office(draft_id, governments),
    )  # fmt: skip
