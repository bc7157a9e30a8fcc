"""Pages that begin the correction or withdrawal of a published notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for

from portal.procurement import queries as procurement
from portal.procurement import rules as release_rules
from portal.publishing import actions, queries
from portal.publishing import forms as draft_forms
from portal.publishing.office import bp, governments_for
from portal.publishing.permissions import DRAFT
from portal.publishing.rules import Purpose
from portal.web import access, forms
from portal.web.filters import Filters

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@bp.get("/office/releases/published")
@access.requires(DRAFT)
def published() -> ResponseReturnValue:
    """Find a published notice, however it was published, to correct or withdraw it."""
    filters = Filters.from_request()
    found = queries.purchases_like(filters.q, queries.governments(governments_for(DRAFT))) if filters.q else []
    releases = procurement.releases_of(*(one.ocid for one in found)) if found else []
    return render_template("publishing/published.html", filters=filters, releases=releases, names=release_rules)


@bp.route("/office/releases/published/<int:release_id>/<any(correct, withdraw):act>", methods=["GET", "POST"])
@access.requires(DRAFT)
def change(release_id: int, act: str) -> ResponseReturnValue:
    """Begin the correction or withdrawal of a published notice, with its reason."""
    release, _ = queries.publication_of(release_id, queries.governments(governments_for(DRAFT)))
    return forms.handle(
        draft_forms.ReasonForm(), template="publishing/reason.html", act_name=act, release=release,
        act=lambda form: actions.correct_release(
            release_id, purpose=Purpose(act), reason=form.reason.data or "", by=access.actor().person_id,
            governments=governments_for(DRAFT),
        ),
        then=lambda draft: url_for(".check", draft_id=draft.id),
    )  # fmt: skip
