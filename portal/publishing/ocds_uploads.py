"""OCDS files that officials bring: releases as they would be published, repaired, known, or refused."""

from __future__ import annotations

import json
import zipfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from flask_babel import gettext
from sqlalchemy import select

from portal.kernel.canonical import canonical_json, sha256_hex
from portal.kernel.errors import Reason
from portal.kernel.text import N_
from portal.procurement import field_changes
from portal.procurement.doubts import doubts_in
from portal.procurement.models import Release
from portal.procurement.queries import with_bodies
from portal.procurement.reading import NOTHING, Found, check_file, stream_file
from portal.procurement.repairs import Repair
from portal.procurement.rules import Problem
from portal.procurement.screening import personal_in
from portal.procurement.standard import faults_of
from portal.procurement.titling import spare_title_in, title_in
from portal.procurement.unpacking import BADLY_PACKED, GZIP, ZIP, BombError, UnreadableError
from portal.publishing import queries
from portal.publishing import upload_rules as rules
from portal.publishing.notices.model import notice_types
from portal.publishing.rules import UnknownPurchaseError
from portal.publishing.upload_rules import RowState
from portal.storage.batches import batches
from portal.storage.database import db
from portal.web.errors import told, told_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from portal.parties.models import Government
    from portal.procurement.field_changes import Change, Group
    from portal.procurement.rules import Json
    from portal.procurement.sheet_lines import Limits

LONGEST_OCID = 100
BOM, UTF_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
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

    def repeat(self, _number: int) -> None:
        """Object that an earlier release of the file has the same identifier."""
        self.problems.append(str(gettext(TWICE)))

    @property
    def title(self) -> str:
        """Tell what it is about."""
        return title_in(self.release) or spare_title_in(self.release)

    @property
    def groups(self) -> list[Group]:
        """Give what differs from the published release by the part of the purchase that it belongs to."""
        return field_changes.groups_of(self.changes)

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


def is_ocds(path: Path) -> bool:
    """Tell whether a file holds JSON or an archive of it, and no sheet."""
    with path.open("rb") as file:
        data = file.read(64)
    if data.startswith(GZIP):
        return True
    if data.startswith(ZIP):
        try:
            with zipfile.ZipFile(path) as archive:
                return not any(name.startswith("xl/") for name in archive.namelist())
        except (zipfile.BadZipFile, OSError):
            return False
    head = data.removeprefix(BOM)
    if data.startswith(UTF_16):
        head = data[2:].replace(b"\x00", b"")
    return head.lstrip()[:1] in {b"{", b"["}


def open_file(path: Path, limits: Limits) -> tuple[int, Iterator[Found]]:
    """Read a file to its end once: how many places for a release it has; then go through them.

    Raises:
        UploadError: it is no OCDS data, is damaged, or is larger than the office takes.
    """
    with _refused():
        total = check_file(path)
    if total > limits.rows:
        raise rules.TooManyRowsError(field="file", most=f"{limits.rows:,}")
    return total, _go_through(path)


def _go_through(path: Path) -> Iterator[Found]:
    with _refused():
        yield from stream_file(path)


@contextmanager
def _refused() -> Iterator[None]:
    """Say in the words of the office why a file is refused."""
    try:
        yield
    except UnreadableError as error:
        if isinstance(error, BombError):
            raise rules.BombError(field="file") from error
        if error.reason == NOTHING:
            raise rules.NothingInItError(field="file") from error
        if error.reason.message == BADLY_PACKED:
            raise rules.DamagedFileError(field="file") from error
        raise rules.NoOcdsError(field="file", reason=told_reason(error.reason)) from error
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise rules.DamagedFileError(field="file") from error


def key_of(found: Found) -> str:
    """Tell a release of a file from the others: by its identifiers, whatever it says."""
    said = found.release or {}
    names = json.dumps([str(said.get("ocid")), str(said.get("id"))], ensure_ascii=False)
    return sha256_hex(names.encode("utf-8", "surrogatepass"))


def said_in(found: Found) -> dict[str, object]:
    """Write one place of a file as it is kept."""
    problem = found.problem
    reason = None if problem is None else problem.reason
    return {
        "place": found.place, "release": found.release, "repairs": [asdict(one) for one in found.repairs],
        "problem": reason and (
            [reason.message, _plain(reason.values)] if isinstance(reason, Reason) else [str(reason), {}]
        ),
    }  # fmt: skip


def found_from(said: Mapping[str, Any]) -> Found:
    """Give one place of a file that was kept (JSON of `said_in`)."""
    problem = said["problem"]
    return Found(
        said["place"], said["release"], [Repair(**one) for one in said["repairs"]],
        None if problem is None else Problem(said["place"], Reason(problem[0], **problem[1])),
    )  # fmt: skip


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    """Write what fills a reason as JSON can hold it; reasons in it are told in English."""
    return {name: one if isinstance(one, int | float) else str(one) for name, one in values.items()}


def imported_of(found: Sequence[tuple[int, Found]], government: Government) -> list[Imported]:
    """Look through releases of a file: what is wrong, what is published already, what would be changed.

    Args:
        found: places of the file with their numbers.
        government: for which it was brought.
    """
    read_ones = [_imported(number, one) for number, one in found]
    right = [one for one in read_ones if not one.problems]
    sealed = _sealed({str(one.release["ocid"]) for one in right})
    mine: dict[str, bool] = {}
    for one in right:
        ocid, release_id = str(one.release["ocid"]), str(one.release["id"])
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
    for path, reason in (*personal_in(found.release), *doubts_in(found.release)):
        one.problems.append(f"{path}: {told_reason(reason)}")
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
            one.changes = field_changes.changes(before.body, one.release)
            one.problems += [] if one.changes else [str(gettext(CHANGED_LITTLE))]


def _sealed(ocids: set[str]) -> Mapping[str, dict[str, tuple[int, str]]]:
    """Tell of each purchase what is published of it: number and digest by the release's identifier."""
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for batch in batches(sorted(ocids)):
        query = select(Release.ocid, Release.release_id, Release.id, Release.sha256).where(Release.ocid.in_(batch))
        for ocid, release_id, number, digest in db.session.execute(query):
            found.setdefault(ocid, {})[release_id] = (number, digest)
    return found
