"""OCDS files that officials bring: releases as they would be published, repaired, known, or refused."""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from flask_babel import gettext
from sqlalchemy import select

from portal.kernel.canonical import canonical_json, sha256_hex
from portal.kernel.text import N_
from portal.procurement import history as comparisons
from portal.procurement.models import Release
from portal.procurement.queries import with_bodies
from portal.procurement.reading import stream_file
from portal.procurement.screening import personal_in
from portal.procurement.standard import faults_of
from portal.procurement.titling import spare_title_in, title_in
from portal.procurement.unpacking import GZIP, ZIP, BombError, UnreadableError
from portal.publishing import queries
from portal.publishing import upload_rules as rules
from portal.publishing.notices.model import notice_types
from portal.publishing.rules import UnknownPurchaseError
from portal.publishing.upload_rules import RowState
from portal.storage.batches import batches
from portal.storage.database import db
from portal.web.errors import told, told_reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.parties.models import Government
    from portal.procurement.history import Change, Group
    from portal.procurement.reading import Found
    from portal.procurement.repairs import Repair
    from portal.procurement.rules import Json

LONGEST_OCID = 100
BOM, UTF_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
BLOCK = 1 << 20
LONG_OCID = N_("Its ocid has more than 100 characters.")
CHANGED = N_(
    "A release with this identifier is published and says something else. Published releases are never changed: give"
    " the change an identifier of its own."
)
CHANGED_LITTLE = N_("Only its date or its tags differ.")
TWICE = N_("A release before it in the file has the same identifier.")
FALLBACK = "tender"


@dataclass
class Imported:
    """One release of a file: what was repaired, what is wrong, and how it differs from one that is published."""

    number: int
    place: str
    release: Json
    repairs: Sequence[Repair] = ()
    problems: list[str] = field(default_factory=list)
    changes: Sequence[Change] = ()
    release_id: int | None = None
    draft_id: int | None = None

    @property
    def state(self) -> RowState:
        """Tell what becomes of it."""
        if self.problems:
            return RowState.BAD
        return RowState.GOOD if self.draft_id is None and self.release_id is None else RowState.KNOWN

    @property
    def title(self) -> str:
        """Tell what it is about."""
        return title_in(self.release) or spare_title_in(self.release)

    @property
    def groups(self) -> list[Group]:
        """Give what differs from the published release by the part of the purchase that it belongs to."""
        return comparisons.groups_of(self.changes)

    @property
    def notice_type(self) -> str:
        """Find the notice type that fits its tags."""
        tags = self.release.get("tag")
        said = {str(tag) for tag in tags} if isinstance(tags, list) else set()
        for one in notice_types().values():
            if said & {tag.value for tag in (*one.tags.new, *one.tags.continuing, *one.tags.correction)}:
                return one.code
        return FALLBACK

    @property
    def digest(self) -> str:
        """Tell it from every other release, by the bytes that would be published."""
        return sha256_hex(canonical_json(self.release))


def is_ocds(data: bytes) -> bool:
    """Tell whether a file holds JSON or an archive of it, and no sheet."""
    if data.startswith(GZIP):
        return True
    if data.startswith(ZIP):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return not any(name.startswith("xl/") for name in archive.namelist())
        except (zipfile.BadZipFile, OSError):
            return False
    head = data[:64].removeprefix(BOM)
    if data.startswith(UTF_16):
        head = data[2:64].replace(b"\x00", b"")
    return head.lstrip()[:1] in {b"{", b"["}


def read(data: bytes) -> list[Found]:
    """Read every place of a file at which a release may stand.

    Raises:
        UploadError: it is no OCDS data, is damaged, or is larger than the office takes.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data)
        try:
            _check_unpacked(path)
            found = list(islice(stream_file(path), rules.MOST_ROWS + 1))
        except UnreadableError as error:
            if isinstance(error, BombError):
                raise rules.BombError(field="file") from error
            raise rules.NoOcdsError(field="file", reason=told_reason(error.reason)) from error
        except (zipfile.BadZipFile, OSError, EOFError) as error:
            raise rules.DamagedFileError(field="file") from error
    if len(found) > rules.MOST_ROWS:
        raise rules.TooManyRowsError(field="file", most=rules.MOST_ROWS)
    if not found:
        raise rules.NothingInItError(field="file")
    return found


def imported_of(found: Sequence[Found], government: Government) -> list[Imported]:
    """Look through the releases of a file: what is wrong, what is published already, what would be changed."""
    read_ones = [_imported(number, one) for number, one in enumerate(found, start=1)]
    right = [one for one in read_ones if not one.problems]
    sealed = _sealed({str(one.release["ocid"]) for one in right})
    mine: dict[str, bool] = {}
    seen: set[tuple[str, str]] = set()
    for one in right:
        ocid, release_id = str(one.release["ocid"]), str(one.release["id"])
        if (ocid, release_id) in seen:
            one.problems.append(str(gettext(TWICE)))
        seen.add((ocid, release_id))
        if ocid in sealed:
            if ocid not in mine:
                mine[ocid] = queries.purchase_of(ocid, government) is not None
            _compare(one, sealed[ocid].get(release_id), is_mine=mine[ocid])
    return read_ones


def _imported(number: int, found: Found) -> Imported:
    one = Imported(number, found.place, found.release or {}, found.repairs)
    if found.problem is not None or found.release is None:
        one.problems.append(told_reason(found.problem.reason) if found.problem else "")
        return one
    one.problems += [f"/{path}: {told_reason(reason)}" for path, reason in faults_of(found.release)]
    if not one.problems and len(str(found.release["ocid"])) > LONGEST_OCID:
        one.problems.append(str(gettext(LONG_OCID)))
    one.problems += [f"{path}: {told_reason(reason)}" for path, reason in personal_in(found.release)]
    return one


def _compare(one: Imported, published: tuple[int, str] | None, *, is_mine: bool) -> None:
    """Tell whether a release of a known purchase is published already, or would change a published one."""
    if not is_mine:
        one.problems.append(told(UnknownPurchaseError()))
    elif published is not None and published[1] == one.digest:
        one.release_id = published[0]
    elif published is not None:
        one.problems.append(str(gettext(CHANGED)))
        before = db.session.scalar(with_bodies(select(Release)).where(Release.id == published[0]))
        if before is not None and not before.is_withheld:
            one.changes = comparisons.changes(before.body, one.release)
            one.problems += [] if one.changes else [str(gettext(CHANGED_LITTLE))]


def _sealed(ocids: set[str]) -> Mapping[str, dict[str, tuple[int, str]]]:
    """Tell of each purchase what is published of it: number and digest by the release's identifier."""
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for batch in batches(sorted(ocids)):
        query = select(Release.ocid, Release.release_id, Release.id, Release.sha256).where(Release.ocid.in_(batch))
        for ocid, release_id, number, digest in db.session.execute(query):
            found.setdefault(ocid, {})[release_id] = (number, digest)
    return found


def _check_unpacked(path: Path) -> None:
    """Refuse an archive that unpacks to more than the office takes."""
    with path.open("rb") as file:
        head = file.read(len(ZIP))
    unpacked = 0
    if head.startswith(ZIP):
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
    elif head.startswith(GZIP):
        with gzip.open(path) as stream:
            while unpacked <= rules.MOST_UNPACKED and (block := stream.read(BLOCK)):
                unpacked += len(block)
    if unpacked > rules.MOST_UNPACKED:
        raise rules.BombError(field="file")
