"""Reads of proposals to erase, for the office of their government alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, or_, select

from portal.kernel.errors import NotFoundError
from portal.procurement.models import Process, Release
from portal.publishing import queries as publishing
from portal.publishing.erasures import rules
from portal.publishing.erasures.models import Erasure
from portal.publishing.erasures.rules import ErasureStatus
from portal.publishing.models import Draft
from portal.publishing.rules import DraftStatus
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from portal.parties.models import Government


def erasures(government_ids: Collection[int]) -> Select[Erasure]:
    """Select the proposals of some governments: what waits first, then the newest."""
    query = select(Erasure).where(Erasure.government_id.in_(government_ids))
    return query.order_by(Erasure.status != ErasureStatus.PROPOSED, Erasure.id.desc())


def erasure_in_office(erasure_id: int, government_ids: Collection[int], *, for_update: bool = False) -> Erasure:
    """Read a proposal in any state, for the staff of its government.

    Raises:
        NotFoundError: there is none, or it belongs to another government.
    """
    query = select(Erasure).where(Erasure.id == erasure_id, Erasure.government_id.in_(government_ids))
    found = db.session.scalar(query.with_for_update(of=Erasure) if for_update else query)
    if found is None:
        raise NotFoundError
    return found


def release_to_erase(name: str, government_ids: Collection[int]) -> tuple[Release, Government]:
    """Find the publication that somebody named, hidden and withdrawn ones too, and the government that it is of.

    That is the one whose draft became it, or one that may publish about its purchase.

    Raises:
        UnknownReleaseError: there is none; names the field `release`.
        AlreadyErasedError: it was erased; names the field `release`.
        NotFoundError: it belongs to another government.
    """
    release = _release(rules.named(name))
    if release.is_withheld:
        raise rules.AlreadyErasedError(field="release")
    drafted = db.session.scalar(select(Draft.government_id).where(Draft.release_id == release.id))
    for government in publishing.governments(government_ids):
        theirs = select(Process.ocid).where(Process.ocid == release.ocid, publishing.belongs_to(government))
        if government.id == drafted or db.session.scalar(theirs) is not None:
            return release, government
    raise NotFoundError


def _release(named: rules.Named) -> Release:
    by_id = Release.id == named.number
    by_name = and_(Release.ocid == named.ocid, Release.release_id == named.release_id)
    found = db.session.scalar(select(Release).where(by_id if named.number is not None else by_name))
    if found is None:
        raise rules.UnknownReleaseError(field="release")
    return found


def is_waiting(release_id: int) -> bool:
    """Tell whether the erasure of a publication is proposed and not decided."""
    query = select(Erasure.id).where(Erasure.release_id == release_id, Erasure.status == ErasureStatus.PROPOSED)
    return db.session.scalar(query) is not None


def drafts_holding(release_id: int) -> Sequence[Draft]:
    """Read the drafts that hold what a publication says.

    That is the one that became it, and those that were to correct or withdraw it and were never published.
    """
    corrects = and_(Draft.corrects_id == release_id, Draft.status != DraftStatus.PUBLISHED)
    query = select(Draft).where(or_(Draft.release_id == release_id, corrects)).order_by(Draft.id)
    return db.session.scalars(query).all()


def other_drafts(ocid: str, held: Collection[int]) -> Sequence[Draft]:
    """Read the other drafts of a purchase."""
    return db.session.scalars(select(Draft).where(Draft.ocid == ocid, Draft.id.not_in(held))).all()
