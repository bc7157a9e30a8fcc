"""What releases can be found by, kept as plain text beside them, so that exports need not parse their bodies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal.kernel.text import without_unseen
from portal.procurement import values
from portal.procurement.models import ReleasePayload, ReleaseText
from portal.storage.batches import insert_rows
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.procurement.rules import Json

BATCH = 500


def keep(said: Iterable[tuple[int, Json]]) -> None:
    """Keep the texts of releases, by their numbers, inside the transaction that seals them."""
    insert_rows(ReleaseText, [{"release_id": number, "text": text_of(body)} for number, body in said])


def rebuild() -> int:
    """Throw all texts away and write them anew from the payloads; return how many there are."""
    count, last = 0, 0
    with transaction():
        db.session.execute(delete(ReleaseText))
        while rows := _payloads_after(last):
            keep((number, json.loads(body)) for number, body in rows)
            count, last = count + len(rows), rows[-1][0]
    return count


def read_missing(release_ids: Sequence[int]) -> Mapping[int, str]:
    """Write, without keeping them, the texts of releases that were sealed before texts were kept."""
    if not release_ids:
        return {}
    query = select(ReleasePayload.release_id, ReleasePayload.body).where(ReleasePayload.release_id.in_(release_ids))
    return {number: text_of(json.loads(body)) for number, body in db.session.execute(query)}


def text_of(body: Json) -> str:
    """Tell everything a release can be found by, without characters that a database or file cannot hold."""
    return without_unseen(values.searched_text(body))


def _payloads_after(number: int) -> Sequence[tuple[int, bytes]]:
    query = select(ReleasePayload.release_id, ReleasePayload.body).where(ReleasePayload.release_id > number)
    rows = db.session.execute(query.order_by(ReleasePayload.release_id).limit(BATCH)).all()
    return [(found, body) for found, body in rows]
