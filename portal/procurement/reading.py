"""Reading files of OCDS data: packages, arrays of packages, records and bare releases become releases."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portal.kernel.canonical import sha256_hex
from portal.procurement.repairs import repair
from portal.procurement.rules import Json, Problem, Tag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from portal.procurement.repairs import Repair

LARGEST_FILE = 1_000_000_000
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


class UnreadableError(Exception):
    """Raised when a file is no OCDS data at all; the message says why."""


@dataclass
class Reading:
    """What a file holds: releases ready to be sealed, the repairs they got, and what was refused."""

    releases: list[Json] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)


def read_file(path: Path) -> Reading:
    """Read one file of OCDS data.

    Raises:
        UnreadableError: it is no JSON in UTF-8 or UTF-16, or no OCDS data.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise UnreadableError("is larger than 1 GB; split it by year")
    return read(path.read_bytes())


def read(data: bytes) -> Reading:
    """Read OCDS data from bytes; see `read_file`."""
    reading, count = Reading(), 0
    for place, release in _releases(_parsed(data), reading):
        count += 1
        if not isinstance(release, dict):
            reading.refused.append(Problem(place, "is no object"))
            continue
        repaired, repairs = repair(release)
        reading.releases.append(repaired)
        reading.repairs += repairs
    if count == 0 and not reading.refused:
        raise UnreadableError("holds no releases or records")
    return reading


def _parsed(data: bytes) -> object:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"is not encoded in {encoding.upper()} (byte {error.start}); save it as UTF-8"
        raise UnreadableError(message) from error
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (json.JSONDecodeError, RecursionError) as error:
        message = f"is no JSON: {error}"
        raise UnreadableError(message) from error


def _refuse_constant(name: str) -> object:
    message = f"is no JSON: {name} is no number"
    raise UnreadableError(message)


def _releases(value: object, reading: Reading, place: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _releases(item, reading, f"{place}/{at}")
    elif not isinstance(value, dict):
        reading.refused.append(Problem(place or "/", "is neither a package nor a list of packages"))
    elif isinstance(value.get("records"), list):
        for at, record in enumerate(value["records"]):
            yield from _of_record(record, reading, f"{place}/records/{at}")
    else:
        yield from _of_object(value, reading, place)


def _of_object(value: Json, reading: Reading, place: str) -> Iterator[tuple[str, object]]:
    releases = value.get("releases")
    if "compiledRelease" in value or "versionedRelease" in value:
        yield from _of_record(value, reading, place or "/")
    elif isinstance(releases, list):
        yield from ((f"{place}/releases/{at}", release) for at, release in enumerate(releases))
    elif "ocid" in value:
        yield place or "/", value
    else:
        reading.refused.append(Problem(place or "/", "has neither releases nor records nor an ocid"))


def _of_record(record: object, reading: Reading, place: str) -> Iterator[tuple[str, object]]:
    """Go through the releases of a record; without embedded ones its compiled release becomes one."""
    if not isinstance(record, dict):
        reading.refused.append(Problem(place, "is no object"))
        return
    releases = record.get("releases")
    embedded = (
        [one for one in releases if isinstance(one, dict) and "ocid" in one] if isinstance(releases, list) else []
    )
    compiled = record.get("compiledRelease")
    if embedded:
        yield from ((f"{place}/releases/{at}", release) for at, release in enumerate(embedded))
    elif isinstance(compiled, dict):
        yield f"{place}/compiledRelease", _as_release(compiled, record)
    else:
        reading.refused.append(Problem(place, "has only links to releases and no compiled release"))


def _as_release(compiled: Json, record: Json) -> Json:
    """Make one release of a compiled one: its tag says how far the process has come."""
    release = {"ocid": record.get("ocid"), **compiled}
    sections = (("contracts", Tag.CONTRACT), ("awards", Tag.AWARD), ("tender", Tag.TENDER), ("planning", Tag.PLANNING))
    release["tag"] = [next((tag.value for name, tag in sections if release.get(name)), Tag.PLANNING.value)]
    if not isinstance(release.get("id"), str) or not release["id"]:
        digest = sha256_hex(json.dumps(compiled, sort_keys=True).encode())
        release["id"] = f"{release['ocid']}-{digest[:16]}"
    return release
