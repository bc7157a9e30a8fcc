"""Pages of the documents that are published with a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, request, url_for

from portal.publishing import draft_documents, queries
from portal.publishing import forms as draft_forms
from portal.publishing.office import bp, governments_for, open_draft
from portal.publishing.permissions import DRAFT
from portal.web import access, forms

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


MARGIN = 100_000  # what a form takes around its file


@bp.route("/office/releases/<int:draft_id>/documents", methods=["GET", "POST"])
@access.requires(DRAFT)
def documents(draft_id: int) -> ResponseReturnValue:
    """Hand in documents that are published with the notice, or attach those that are handed in already."""
    request.max_content_length = current_app.extensions["settings"].upload_bytes + MARGIN
    draft, notice = open_draft(draft_id)
    form = draft_forms.DocumentsForm()
    form.document.offer([(str(one.id), one.title) for one in queries.documents_to_attach(draft)])
    return forms.handle(
        form, act=lambda form: _attach(draft_id, form), then=url_for(".documents", draft_id=draft_id),
        template="publishing/documents.html", draft=draft, notice=notice, documents=queries.documents_of(draft_id),
    )  # fmt: skip


def _attach(draft_id: int, form: draft_forms.DocumentsForm) -> None:
    person, governments = access.actor().person_id, governments_for(DRAFT)
    if form.document.data:
        draft_documents.attach_document(draft_id, int(form.document.data), by=person, governments=governments)
    if form.file.data:
        with form.file.data.stream as stream:
            draft_documents.hand_in_document(
                draft_id, stream.read(), filename=form.file.data.filename or "", title=form.title.data or "",
                by=person, governments=governments,
            )  # fmt: skip


@bp.route("/office/releases/<int:draft_id>/documents/<int:document_id>/remove", methods=["GET", "POST"])
@access.requires(DRAFT)
def detach(draft_id: int, document_id: int) -> ResponseReturnValue:
    """Take a document away from a draft."""
    draft, _ = open_draft(draft_id)
    return forms.handle(
        draft_forms.ConfirmForm(), then=url_for(".documents", draft_id=draft_id), draft=draft, act_name="detach",
        act=lambda _: draft_documents.detach_document(
            draft_id, document_id, by=access.actor().person_id, governments=governments_for(DRAFT)
        ),
        template="publishing/confirm.html",
    )  # fmt: skip
