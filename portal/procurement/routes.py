"""Pages of purchases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, render_template, url_for

from portal.classification.queries import category_choices, region_choices
from portal.parties.queries import organization_names
from portal.procurement import details, joins, merging, queries, rules
from portal.ring.queries import neighbours_of
from portal.ring.rules import Kind
from portal.web import access
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("procurement", __name__)


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
    """Show one purchase: its timeline, its contracts, and what it is joined to."""
    found, purchase = queries.process(ocid), joins.purchase_of(ocid)
    ocids = purchase.ocids if purchase and purchase.lead.ocid == ocid else [ocid]
    contracts, releases = queries.contracts_of(*ocids), queries.releases_of(*ocids)
    keys = {f"{one.ocid}#{one.contract_id}": (Kind.CONTRACT, f"{one.ocid}#{one.contract_id}") for one in contracts}
    joined = neighbours_of([*((Kind.PROCESS, one) for one in ocids), *keys.values()])
    parties = [found.buyer_id, *(contract.supplier_id for contract in contracts)]
    return render_template(
        "procurement/process.html", process=found, releases=releases, contracts=contracts, purchase=purchase,
        neighbours=[each for one in ocids for each in joined.get((Kind.PROCESS, one), [])], shown=ocids,
        of_contract={name: joined.get(key, []) for name, key in keys.items()}, names=rules,
        parties=organization_names(parties),
        details=details.sections(queries.compiled(ocid, [one for one in releases if one.ocid == ocid])),
    )  # fmt: skip


@bp.get("/processes/<path:ocid>/history")
@access.public
def history(ocid: str) -> ResponseReturnValue:
    """Show what each release changed."""
    found, releases = queries.process(ocid), queries.releases_of(ocid)
    told = [release for release in releases if not release.is_withheld]
    states = merging.compiled_states(release.body for release in told)
    changes = [details.changes_between(old, new) for old, new in zip([{}, *states], states, strict=False)]
    by_release = dict(zip([release.id for release in told], changes, strict=True))
    return render_template(
        "procurement/history.html", process=found, names=rules,
        steps=[(release, by_release.get(release.id, [])) for release in releases],
    )  # fmt: skip


@bp.get("/processes/<path:ocid>/releases/<int:release_id>")
@access.public
def release(ocid: str, release_id: int) -> ResponseReturnValue:
    """Show one immutable release."""
    found = queries.release(release_id, ocid=ocid)
    said = {} if found.is_withheld else found.body
    return render_template(
        "procurement/release.html", release=found, names=rules, details=details.sections(said),
        raw=json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True),
    )  # fmt: skip


@bp.get("/processes/<path:ocid>/releases/<int:release_id>.json")
@access.public
def release_json(ocid: str, release_id: int) -> ResponseReturnValue:
    """Give one release as the very bytes whose SHA-256 the ledger holds."""
    found = queries.release(release_id, ocid=ocid)
    return Response(found.public_bytes, mimetype="application/json")


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
