"""Pages and machine addresses of the public memory (C2SP tlog-tiles)."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask_babel import gettext

from portal.kernel.errors import NotFoundError
from portal.ledger import keys, openings, queries, rules, verify
from portal.web import access, links
from portal.web.filters import Filters
from portal.web.paging import paginate
from portal.web.streaming import Streamed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from portal.ledger.models import LedgerCheckpoint

bp = Blueprint("ledger", __name__)
VERIFIER = Path(verify.__file__).read_bytes()
IMMUTABLE = "public, max-age=31536000, immutable"


@bp.get("/ledger")
@access.public
def index() -> ResponseReturnValue:
    """Explain the ledger and list its entries, newest first."""
    filters = Filters.from_request()
    return render_template(
        "ledger/index.html", page=paginate(queries.entries(), filters.page), filters=filters,
        checkpoint=queries.checkpoint(), entry_types=_entry_types(), verifier_key=_key(),
        verifier_sha256=sha256(VERIFIER).hexdigest(), announcements=queries.announcements(),
        portal=links.public_url(),
    )  # fmt: skip


@bp.get("/ledger/verify.py")
@access.public
def verifier() -> ResponseReturnValue:
    """Give the file with which everybody can check the ledger."""
    return Response(VERIFIER, content_type="text/x-python; charset=utf-8")


@bp.get("/ledger/key")
@access.public
def key() -> ResponseReturnValue:
    """Give the key that checkpoints are checked with."""
    return Response(f"{_key()}\n", content_type="text/plain; charset=utf-8")


@bp.get("/ledger/entries/<int:position>")
@access.public
def entry(position: int) -> ResponseReturnValue:
    """Show one entry with its proof of inclusion in the newest signed head."""
    found, proof = queries.entry(position), queries.inclusion(position)
    [opening] = openings.openings([position])
    return render_template(
        "ledger/entry.html", entry=found, said=json.loads(found.body), checkpoint=proof.checkpoint, opening=opening,
        entry_types=_entry_types(), proof=proof.steps, redaction=queries.redaction_of(found),
    )  # fmt: skip


@bp.get("/ledger/entries/<int:position>.json")
@access.public
def entry_json(position: int) -> ResponseReturnValue:
    """Give one entry with its salt, its public bytes and its proof of inclusion."""
    found, proof = queries.entry(position), queries.inclusion(position)
    [opening] = openings.openings([position])
    checkpoint = proof.checkpoint.note if proof.checkpoint else None
    return jsonify(
        opening.as_json()
        | {"entry": found.body.decode(), "leaf": found.leaf.hex(), "proof": proof.steps, "checkpoint": checkpoint}
    )


@bp.get("/ledger/openings/<int:number>.jsonl")
@access.public
def bundle_of_openings(number: int) -> ResponseReturnValue:
    """Give the salts and public bytes of one bundle of entries, a line each."""
    signed = queries.signed_size()
    if number * rules.TILE_WIDTH >= signed:
        raise NotFoundError
    lines = Streamed(lambda: openings.lines(number, signed))
    return Response(lines, content_type="application/jsonl; charset=utf-8")


@bp.get("/ledger/heads")
@access.public
def heads() -> ResponseReturnValue:
    """List every signed head, newest first."""
    filters = Filters.from_request()
    return render_template(
        "ledger/heads.html", page=paginate(queries.checkpoints(), filters.page), filters=filters,
        newest=queries.checkpoint(),
    )  # fmt: skip


@bp.get("/ledger/consistency/<int:old>/<int:new>")
@access.public
def consistency(old: int, new: int) -> ResponseReturnValue:
    """Show the proof that one signed head continues another."""
    first, second, steps = queries.consistency(old, new)
    return render_template("ledger/consistency.html", old=first, new=second, proof=steps, portal=links.public_url())


@bp.get("/ledger/consistency/<int:old>/<int:new>.json")
@access.public
def consistency_json(old: int, new: int) -> ResponseReturnValue:
    """Give the same proof for machines."""
    first, second, steps = queries.consistency(old, new)
    return jsonify({"old": first.note, "new": second.note, "proof": steps})


@bp.get("/ledger/checkpoint")
@access.public
def checkpoint() -> ResponseReturnValue:
    """Serve the newest signed head."""
    return _note(queries.checkpoint())


@bp.get("/ledger/checkpoint/<int:size>")
@access.public
def checkpoint_of(size: int) -> ResponseReturnValue:
    """Serve the signed head for a number of entries."""
    return _note(queries.checkpoint_of(size))


@bp.get("/ledger/tile/<path:path>")
@access.public
def tile(path: str) -> ResponseReturnValue:
    """Serve one tile or one bundle of entries; a full one never changes."""
    try:
        asked = rules.read_tile_path(path)
    except rules.BadTilePathError as error:
        raise NotFoundError from error
    response = Response(queries.tile(asked, queries.signed_size()), content_type="application/octet-stream")
    if asked.is_full:
        response.headers["Cache-Control"] = IMMUTABLE
    return response


def _note(head: LedgerCheckpoint | None) -> Response:
    if head is None:
        raise NotFoundError
    return Response(head.note, content_type="text/plain; charset=utf-8")


def _key() -> str:
    settings = current_app.extensions["settings"]
    public_key = keys.signing_key(settings.data_dir / "keys").public_key().public_bytes_raw()
    return rules.verifier_key(settings.ledger_origin, public_key)


def _entry_types() -> dict[str, str]:
    return {name: gettext(title) for name, title in rules.ENTRY_TYPES.items()}
