"""Pages and machine addresses of the public memory (C2SP tlog-tiles)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, render_template
from flask_babel import gettext

from portal.kernel.errors import NotFoundError
from portal.ledger import keys, queries, rules
from portal.web import access
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("ledger", __name__)
IMMUTABLE = "public, max-age=31536000, immutable"


@bp.get("/ledger")
@access.public
def index() -> ResponseReturnValue:
    """Explain the ledger and list its entries, newest first."""
    settings = current_app.extensions["settings"]
    public_key = keys.signing_key(settings.data_dir / "keys").public_key().public_bytes_raw()
    return render_template(
        "ledger/index.html",
        page=paginate(queries.entries(), Filters.from_request().page),
        filters=Filters.from_request(),
        checkpoint=queries.checkpoint(),
        entry_types=_entry_types(),
        verifier_key=rules.verifier_key(settings.ledger_origin, public_key),
    )


@bp.get("/ledger/entries/<int:position>")
@access.public
def entry(position: int) -> ResponseReturnValue:
    """Show one entry with its proof of inclusion in the newest signed head."""
    found = queries.entry(position)
    head = queries.checkpoint()
    is_signed = head is not None and position < head.size
    proof = rules.inclusion_proof(position, head.size, queries.node) if head and is_signed else []
    salt = queries.salt(position)
    return render_template(
        "ledger/entry.html", entry=found, said=json.loads(found.body), checkpoint=head if is_signed else None,
        entry_types=_entry_types(), proof=[step.hex() for step in proof], salt=salt.hex() if salt else None,
    )  # fmt: skip


@bp.get("/ledger/checkpoint")
@access.public
def checkpoint() -> ResponseReturnValue:
    """Serve the newest signed head."""
    head = queries.checkpoint()
    if head is None:
        raise NotFoundError
    return Response(head.note, content_type="text/plain; charset=utf-8")


@bp.get("/ledger/tile/<path:path>")
@access.public
def tile(path: str) -> ResponseReturnValue:
    """Serve one tile or one bundle of entries; a full one never changes."""
    try:
        asked = rules.read_tile_path(path)
    except rules.BadTilePathError as error:
        raise NotFoundError from error
    response = Response(queries.tile(asked), content_type="application/octet-stream")
    if asked.is_full:
        response.headers["Cache-Control"] = IMMUTABLE
    return response


def _entry_types() -> dict[str, str]:
    return {name: gettext(title) for name, title in rules.ENTRY_TYPES.items()}
