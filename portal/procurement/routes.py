"""Pages of purchases."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, render_template, url_for

from portal.classification.queries import category_choices, region_choices
from portal.parties.queries import organization_names
from portal.procurement import details, field_changes, process_rules, queries, rules, verdicts, withholding
from portal.procurement import history as comparisons
from portal.procurement.process_page import process_page
from portal.procurement.withdrawals import tombstones_of
from portal.web import access, links
from portal.web.filters import Filters, number_asked
from portal.web.locale import pick
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from portal.procurement.models import Release

bp = Blueprint("procurement", __name__)
NOT_KEPT = {"Cache-Control": "no-store"}


@bp.get("/processes")
@access.public
def processes() -> ResponseReturnValue:
    """List purchases."""
    filters = Filters.from_request()
    page = paginate(queries.processes(filters), filters.page)
    parties = organization_names([*(item.buyer_id for item in page.items), filters.buyer, filters.supplier])
    return render_template(
        "procurement/processes.html", page=page, filters=filters, names=rules, regions=region_choices(),
        categories=category_choices(), buyers=parties,
    )  # fmt: skip


@bp.get("/processes/<path:ocid>")
@access.public
def process(ocid: str) -> ResponseReturnValue:
    """Show one purchase: the answer first, then its stages, then everything that is known of it."""
    page = process_page(ocid)
    parties = [page.process.buyer_id, *page.suppliers, *(contract.supplier_id for contract in page.contracts)]
    return render_template(
        "procurement/process.html", page=page, process=page.process, purchase=page.purchase, names=rules,
        limits=verdicts, parties=organization_names(parties), details=page.sections,
    )  # fmt: skip


@bp.get("/processes/<path:ocid>/history")
@access.public
def history(ocid: str) -> ResponseReturnValue:
    """Show what each release changed, or what any two of them differ in."""
    found, purchase = queries.process(ocid), queries.shown_with(ocid)
    releases = queries.releases_of(*purchase)
    asked = number_asked("from_release"), number_asked("to_release")
    is_comparison = any(asked)
    steps = [comparisons.comparison(releases, *asked)] if is_comparison else comparisons.steps(releases)
    ends = steps[-1].before, steps[-1].after
    return render_template(
        "procurement/history.html", process=found, names=rules, kind_names=field_changes.KIND_NAMES, steps=steps,
        releases=releases, is_comparison=is_comparison, asked=[end and end.id for end in ends],
        tombstones=tombstones_of(*purchase), titles=purchase,
    )  # fmt: skip


@bp.get("/processes/<path:ocid>/releases/<int:release_id>")
@access.public
def release(ocid: str, release_id: int) -> ResponseReturnValue:
    """Show one immutable release, or 410 with what is told of one that is withheld."""
    found = queries.release(release_id, ocid=ocid)
    if found.is_withheld:
        page = render_template(
            "procurement/withheld.html", release=found, names=rules, near=queries.near(found),
            withholding=withholding.withholding_of(found),
        )  # fmt: skip
        return Response(page, HTTPStatus.GONE, NOT_KEPT)
    return render_template(
        "procurement/release.html", release=found, names=rules, details=details.sections(found.body),
        raw=json.dumps(found.body, ensure_ascii=False, indent=2, sort_keys=True), near=queries.near(found),
        withheld=withholding.withheld_by(found),
    )  # fmt: skip


@bp.get("/processes/<path:ocid>/releases/<int:release_id>.json")
@access.public
def release_json(ocid: str, release_id: int) -> ResponseReturnValue:
    """Give one release as the very bytes whose SHA-256 the ledger holds, or 410 with why there are none."""
    found = queries.release(release_id, ocid=ocid)
    if found.is_withheld:
        problem = json.dumps(_problem(found), ensure_ascii=False)
        return Response(problem, HTTPStatus.GONE, NOT_KEPT, content_type="application/problem+json; charset=utf-8")
    return Response(found.public_bytes, mimetype="application/json")


def _problem(release: Release) -> dict[str, object]:
    """Say for machines what the page of a withheld release says."""
    told = withholding.withholding_of(release)
    problem: dict[str, object] = {
        "type": "about:blank", "title": pick(release.title, release.title_en), "status": int(HTTPStatus.GONE),
        "code": rules.PayloadWithheldError.code,
    }  # fmt: skip
    if told.entry is not None:
        problem |= {
            "reason": told.entry.reason,
            "ledger_entry": links.absolute("ledger.entry_json", position=told.entry.position),
        }
    if told.successor is not None:
        number = told.successor.id
        problem["successor"] = links.absolute("procurement.release_json", ocid=release.ocid, release_id=number)
    return problem


@bp.get("/notices")
@access.public
def notices() -> ResponseReturnValue:
    """List every publication, newest first."""
    filters = Filters.from_request()
    page = paginate(queries.notices(filters), filters.page)
    return render_template(
        "procurement/notices.html", page=page, filters=filters, names=rules, regions=region_choices(),
        categories=category_choices(), buyers=queries.buyers_of([item.ocid for item in page.items]),
        parties=organization_names([filters.buyer, filters.supplier]),
    )  # fmt: skip


@bp.get("/notices/<int:notice_id>")
@access.public
def notice(notice_id: int) -> ResponseReturnValue:
    """Lead from a notice to its release, for good."""
    found = queries.release(notice_id)
    return redirect(url_for("procurement.release", ocid=found.ocid, release_id=found.id), 301)


def _event_name(code: str) -> str:
    event = process_rules.events()[code]
    return pick(event.name, event.name_en)


bp.add_app_template_global(_event_name, "event_name")
