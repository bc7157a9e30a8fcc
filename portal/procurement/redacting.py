"""Destroying what a release says where the law asks for it, and saying so publicly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal.kernel import clock
from portal.kernel.canonical import sha256_hex
from portal.kernel.errors import ConflictError, NotFoundError
from portal.kernel.text import N_, clean_line
from portal.ledger.actions import withhold
from portal.outbox.actions import append_event
from portal.procurement.actions import seal_releases
from portal.procurement.models import Release, ReleasePayload
from portal.procurement.queries import NOTICE
from portal.procurement.rules import Tag
from portal.procurement.standard import LONGEST_ID
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.procurement.rules import Json

LONGEST_REASON = 150
SOURCE = "withheld by law"
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


def redact_release(ocid: str, release_id: str, *, reason: str, basis: str, by: str, approved_by: str) -> int:
    """Destroy the content of a release for good, in one transaction; twice is once.

    Its payload and salt go, the ledger gets an entry `redact`, a successor of the same process says what was
    withheld, the process is compiled without it, and search, feeds and exports follow after the commit.

    Args:
        ocid: the process.
        release_id: the release's own identifier in it.
        reason: why, without personal data; it is public.
        basis: the law that asks for it, with its article; it is public.
        by: who asks for it.
        approved_by: the second person, who approves it.

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
        found = db.session.scalar(select(Release).where(Release.ocid == ocid, Release.release_id == release_id))
        if found is None:
            raise NotFoundError
        position = withhold(found.ledger_position, reason=reason, basis=basis)
        if not found.is_withheld:
            db.session.execute(delete(ReleasePayload).where(ReleasePayload.release_id == found.id))
            db.session.expire_all()
            successor = _successor(found, position, reason=reason, basis=basis)
            report = seal_releases([successor], by=f"{clean_line(by)}, {clean_line(approved_by)}", source=SOURCE)
            assert not report.refused, report.refused  # noqa: S101 - written here, so it is right
            append_event(NOTICE, found.id, "withheld")
        return position


def _successor(release: Release, position: int, *, reason: str, basis: str) -> Json:
    """Write the release that says what was withheld, and nothing of what it was."""
    tag, number = Tag(release.tag), f"{release.release_id}-withheld"
    return {
        "ocid": release.ocid,
        "id": number if len(number) <= LONGEST_ID else f"withheld-{sha256_hex(release.release_id.encode())[:32]}",
        "date": clock.now().astimezone(clock.SHANGHAI).isoformat(timespec="seconds"),
        "tag": [UPDATES.get(tag, tag).value],
        "initiationType": "tender",
        "withheldInformation": [
            {
                "id": f"ledger-{position}", "name": release.release_id, "field": "release",
                "rationale": f"{reason} ({basis})",
            }
        ],
    }  # fmt: skip
