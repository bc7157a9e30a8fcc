"""Sealing many releases at a time: each is checked, stored byte by byte, entered in the ledger and announced."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.canonical import canonical_json, sha256_hex
from portal.kernel.text import clean_line
from portal.ledger.actions import NewEntry, append_entries
from portal.outbox.actions import append_events
from portal.procurement import conflicts, texts, values
from portal.procurement.compiling import NAME_LENGTH, TITLE_LENGTH, Told
from portal.procurement.field_kinds import LONGEST_ID
from portal.procurement.models import Release, ReleasePayload
from portal.procurement.queries import NOTICE
from portal.procurement.rules import Json, Problem, SealReport, Tag
from portal.procurement.standard import faults_of
from portal.procurement.titling import spare_title_in, title_in
from portal.storage.batches import batches, insert_rows
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

OPERATOR_LENGTH = 100
RANKS = {tag.value: rank for rank, tag in enumerate(Tag)}


@dataclass(frozen=True)
class _Fresh:
    """A release that is right and not known yet; `said` is what its public bytes say."""

    ocid: str
    release_id: str
    date_at: datetime
    public: bytes
    digest: str
    said: Json


@dataclass
class _Shelf:
    """What is known of the releases of one process: their digests, and the newest title."""

    digests: dict[str, str]
    newest: tuple[datetime, str] | None = None

    def title(self, release: _Fresh) -> str:
        """Give the title of a release, its own or the newest one before it was sealed, and note it."""
        newest = self.newest[1] if self.newest else ""
        title = own_title(release.said) or newest or spare_title_in(release.said)[:TITLE_LENGTH] or release.ocid
        if self.newest is None or release.date_at >= self.newest[0]:
            self.newest = (release.date_at, title)
        return title


class Sealer:
    """Seals batches of releases inside one transaction, and remembers what is to be compiled."""

    def __init__(self, *, by: str, source: str) -> None:
        """Keep who answers for the releases and where they come from."""
        self.report = SealReport()
        self.at_hand: dict[str, list[Told]] = {}
        self._touched: dict[str, None] = {}
        self._shelves: dict[str, _Shelf] = {}
        self._by, self._source = by[:OPERATOR_LENGTH], source[:NAME_LENGTH]

    @property
    def touched(self) -> list[str]:
        """List the processes that got a release."""
        return list(self._touched)

    def seal(self, releases: Sequence[Mapping[str, object]], *, first: int) -> None:
        """Seal those of a batch that are right and not known yet.

        Args:
            releases: as parsed from JSON.
            first: number of the first one among all, for the report.
        """
        self._look_up({str(release.get("ocid")) for release in releases})
        fresh: list[_Fresh] = []
        disputes: list[conflicts.Dispute] = []
        for number, raw in enumerate(releases, first):
            release = dict(raw)
            problems = _problems(release, number)
            self.report.refused += problems
            if not problems:
                self._sort(release, number, fresh, disputes)
        self._keep(fresh)
        self.report.refused += conflicts.problems_of(disputes)
        self.report.refused.sort(key=lambda problem: problem.number or 0)

    def _look_up(self, ocids: Iterable[str]) -> None:
        """Read what is sealed already of processes that were not met before."""
        columns = select(Release.ocid, Release.release_id, Release.sha256, Release.date_at, Release.title)
        new = sorted(set(ocids) - self._shelves.keys())
        self._shelves |= {ocid: _Shelf({}) for ocid in new}
        for batch in batches(new):
            known = columns.where(Release.ocid.in_(batch)).order_by(Release.date_at, Release.id)
            for ocid, release_id, digest, date_at, title in db.session.execute(known):
                self._shelves[ocid].digests[release_id] = digest
                if digest:  # none is left of what is withheld; its title says only that
                    self._shelves[ocid].newest = (date_at, title)
        self.at_hand |= {ocid: [] for ocid in new if not self._shelves[ocid].digests}

    def _sort(self, release: Json, number: int, fresh: list[_Fresh], disputes: list[conflicts.Dispute]) -> None:
        ocid, release_id, date_at = str(release["ocid"]), str(release["id"]), values.moment(release["date"])
        assert date_at is not None  # noqa: S101 - checked by the typed model
        public = canonical_json(release)
        digest, digests = sha256_hex(public), self._shelves[ocid].digests
        if release_id not in digests:
            digests[release_id] = digest
            fresh.append(_Fresh(ocid, release_id, date_at, public, digest, json.loads(public)))
        elif digests[release_id] == digest:
            self.report.unchanged += 1
        else:
            disputes.append(conflicts.Dispute(ocid, release_id, release, place_of(release, number), number))

    def _keep(self, fresh: Sequence[_Fresh]) -> None:
        if not fresh:
            return
        now = clock.now()
        entries = [NewEntry("release", f"{one.ocid} {one.release_id}", one.public, "publish") for one in fresh]
        position = append_entries(entries, at=now)
        rows = [self._row(one, at, now) for at, one in enumerate(fresh, position)]
        last = db.session.scalar(select(func.max(Release.id))) or 0  # true until the end: the ledger's lock is held
        insert_rows(Release, rows)
        added = select(Release.id).where(Release.id > last).order_by(Release.ledger_position)
        numbers = db.session.scalars(added).all()
        payloads = [{"release_id": at, "body": one.public} for at, one in zip(numbers, fresh, strict=True)]
        insert_rows(ReleasePayload, payloads)
        texts.keep((at, one.said) for at, one in zip(numbers, fresh, strict=True))
        append_events((NOTICE, number, "published") for number in numbers)
        self.report.sealed += numbers
        for number, one in zip(numbers, fresh, strict=True):
            self._touched[one.ocid] = None
            if one.ocid in self.at_hand:
                self.at_hand[one.ocid].append(Told(one.date_at, number, one.said))

    def _row(self, fresh: _Fresh, position: int, now: datetime) -> dict[str, object]:
        return {
            "ocid": fresh.ocid, "release_id": fresh.release_id, "date_at": fresh.date_at,
            "tag": max(values.tags(fresh.said), key=RANKS.__getitem__),
            "title": self._shelves[fresh.ocid].title(fresh),
            "title_en": title_in(fresh.said, "title_en")[:TITLE_LENGTH] or None, "sha256": fresh.digest,
            "source": self._source, "sealed_by": self._by, "sealed_at": now, "ledger_position": position,
        }  # fmt: skip


def own_title(release: Json) -> str:
    """Give the Chinese title that a release has itself; empty where it shows that of an earlier one."""
    return title_in(release)[:TITLE_LENGTH]


def place_of(release: Json, number: int) -> str:
    """Name a release in a message, by its identifier where it has one."""
    said = release.get("id")
    return f"release {clean_line(str(said))[:LONGEST_ID] if isinstance(said, str | int) else number}"


def _problems(release: Json, number: int) -> list[Problem]:
    return [Problem(f"{place_of(release, number)} /{path}", reason, number) for path, reason in faults_of(release)]
