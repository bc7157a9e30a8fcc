"""What is told of a publication whose content the law had destroyed: its title, its entry, and what follows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.kernel.canonical import sha256_hex
from portal.ledger.queries import redaction_at
from portal.procurement.field_kinds import LONGEST_ID
from portal.procurement.models import Release
from portal.procurement.queries import visible_releases
from portal.procurement.values import children
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.ledger.models import LedgerEntry

SOURCE = "withheld by law"
FIELD = "withheldInformation"
"""Field of the portal's own extension, by which a successor says what is withheld."""


@dataclass(frozen=True)
class Withholding:
    """Why there is nothing to read any more: the entry that says so, and the release that follows."""

    entry: LedgerEntry | None
    successor: Release | None


def titles(position: int, said: str) -> tuple[str, str]:
    """Give the titles, Chinese and English, of a publication that an entry of the ledger withholds, and why."""
    return f"依法不予公开（账本第 {position} 条：{said}）", f"Withheld by law (ledger entry {position}: {said})"


def successor_id(release_id: str) -> str:
    """Name the release that says that another one is withheld."""
    number = f"{release_id}-withheld"
    return number if len(number) <= LONGEST_ID else f"withheld-{sha256_hex(release_id.encode())[:32]}"


def withholding_of(release: Release) -> Withholding:
    """Read why a publication is withheld and what follows it."""
    following = visible_releases().where(Release.ocid == release.ocid, Release.source == SOURCE)
    successor = db.session.scalar(following.where(Release.release_id == successor_id(release.release_id)))
    return Withholding(redaction_at(release.ledger_position), successor)


def withheld_by(release: Release) -> Sequence[Release]:
    """Read the publications that a successor says to be withheld."""
    said = [] if release.is_withheld else children(release.body, FIELD)
    names = {str(one.get("name")) for one in said}
    if not names:
        return []
    query = visible_releases().where(Release.ocid == release.ocid, Release.release_id.in_(names), Release.sha256 == "")
    return db.session.scalars(query.order_by(Release.id)).all()
