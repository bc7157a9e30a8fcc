"""Destroying what a release says where the law asks for it, and saying so publicly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from portal.kernel import clock
from portal.kernel.errors import ConflictError, NotFoundError
from portal.kernel.text import N_, clean_line
from portal.ledger.actions import withhold
from portal.ledger.queries import entry
from portal.moderation.rules import WITHHELD
from portal.outbox.actions import append_event
from portal.parties.actions import withhold_organizations
from portal.procurement import withholding
from portal.procurement.actions import seal_releases
from portal.procurement.models import Release, ReleasePayload
from portal.procurement.queries import NOTICE, with_bodies
from portal.procurement.rules import Tag
from portal.procurement.sealing import own_title
from portal.ring.rules import Kind
from portal.storage.database import db
from portal.storage.erasing import empty_write_ahead_log, overwrite_what_goes
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from portal.procurement.rules import Json

LONGEST_REASON = 150
UPDATES: Mapping[Tag, Tag] = {
    Tag.PLANNING: Tag.PLANNING_UPDATE,
    Tag.TENDER: Tag.TENDER_UPDATE,
    Tag.AWARD: Tag.AWARD_UPDATE,
    Tag.CONTRACT: Tag.CONTRACT_UPDATE,
    Tag.IMPLEMENTATION: Tag.IMPLEMENTATION_UPDATE,
}
"""What a successor that only takes back is called; other tags stay."""


class SamePersonError(ConflictError):
    """Raised when the person who approves is the one who asks."""

    code = "redaction-same-person"
    message = N_("A second person must approve that something published is destroyed.")


def redact_release(
    ocid: str, release_id: str, *, reason: str, basis: str, by: str, approved_by: str, told_by: str = ""
) -> int:
    """Destroy the content of a release for good, in one transaction; twice is once.

    Its payload, salt, title and hash go, the ledger gets an entry `redact`, a successor of the same process says what
    was withheld, and the process is compiled without it. Other releases lose a title that only this one gave them,
    organisations that nothing but this release names lose their name. Search subtracts all of that at once.

    Args:
        ocid: the process.
        release_id: the release's own identifier in it.
        reason: why, without personal data; it is public.
        basis: the law that asks for it, with its article; it is public.
        by: who asks for it.
        approved_by: the second person, who approves it.
        told_by: who is named publicly as the one that sealed the successor; the two persons, if left empty.

    Returns:
        The position of the ledger entry `redact`.

    Raises:
        NotFoundError: there is no such release.
        SamePersonError: nobody else approves.
        NoReasonError: reason or basis is missing.
    """
    if not approved_by.strip() or clean_line(by) == clean_line(approved_by):
        raise SamePersonError
    reason, basis = clean_line(reason)[:LONGEST_REASON], clean_line(basis)[:LONGEST_REASON]
    with transaction():
        query = select(Release).where(Release.ocid == ocid, Release.release_id == release_id)
        found = db.session.scalar(query.with_for_update())
        if found is None:
            raise NotFoundError
        position = withhold(found.ledger_position, reason=reason, basis=basis)
        if not found.is_withheld:
            said = found.body
            _destroy(found, position)
            names = told_by or f"{clean_line(by)}, {clean_line(approved_by)}"
            report = seal_releases([_successor(found, position)], by=names, source=withholding.SOURCE)
            assert not report.refused, report.refused  # noqa: S101 - written here, so it is right
            withhold_organizations(_parties(said), reason=entry(position).reason)
    empty_write_ahead_log()
    return position


def _destroy(release: Release, position: int) -> None:
    """Take everything out of the rows of a release that it said, and tell whoever follows."""
    overwrite_what_goes()
    number, ocid, lost = release.id, release.ocid, release.title
    title, title_en = withholding.titles(position, entry(position).reason)
    db.session.execute(delete(ReleasePayload).where(ReleasePayload.release_id == number))
    blank = {"title": title, "title_en": title_en, "source": withholding.SOURCE, "sha256": ""}
    db.session.execute(update(Release).where(Release.id == number).values(**blank))
    db.session.expire_all()
    _take_title_from_others(ocid, lost)
    append_event(NOTICE, number, WITHHELD)
    append_event(Kind.PROCESS, ocid, WITHHELD)


def _take_title_from_others(ocid: str, lost: str) -> None:
    """Let releases without a title of their own that showed the lost one show the newest that is left before them."""
    newest: tuple[datetime, str] | None = None
    known = with_bodies(select(Release)).where(Release.ocid == ocid, Release.sha256 != "").order_by(Release.id)
    for one in db.session.scalars(known).all():
        title, own = one.title, own_title(one.body)
        if not own and title == lost:
            title = newest[1] if newest else ocid
            db.session.execute(update(Release).where(Release.id == one.id).values(title=title))
        if newest is None or one.date_at >= newest[0]:
            newest = (one.date_at, title)
    db.session.expire_all()


def _parties(said: object) -> Iterator[Json]:
    """Go through everything in a release that may name an organisation."""
    if isinstance(said, dict):
        if said.get("name") or said.get("identifier"):
            yield said
        for value in said.values():
            yield from _parties(value)
    elif isinstance(said, list):
        for value in said:
            yield from _parties(value)


def _successor(release: Release, position: int) -> Json:
    """Write the release that says what was withheld, and nothing of what it was."""
    tag = Tag(release.tag)
    return {
        "ocid": release.ocid,
        "id": withholding.successor_id(release.release_id),
        "date": clock.now().astimezone(clock.SHANGHAI).isoformat(timespec="seconds"),
        "tag": [UPDATES.get(tag, tag).value],
        "initiationType": "tender",
        withholding.FIELD: [
            {
                "id": f"ledger-{position}", "name": release.release_id, "field": "release",
                "rationale": entry(position).reason,
            }
        ],
    }  # fmt: skip
