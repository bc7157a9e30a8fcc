"""Reading files of OCDS data: packages, arrays of packages, records and bare releases become releases."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portal.kernel.canonical import sha256_hex
from portal.procurement.repairs import repair
from portal.procurement.rules import Json, Problem, Tag
from portal.procurement.values import DEEPEST, child, children, depth_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from portal.procurement.repairs import Repair

LARGEST_FILE = 1_000_000_000
PACKAGE_DEPTH = DEEPEST + 10
# A link to a release (OCDS `linkedRelease`) has an address, a release that is embedded has none.
LINK = "url"


class UnreadableError(Exception):
    """Raised when a file is no OCDS data at all; the message says why."""


@dataclass
class Reading:
    """What a file holds: releases with their places, the repairs they got, and what was refused."""

    releases: list[tuple[str, Json]] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)


def read_file(path: Path) -> Reading:
    """Read one file of OCDS data.

    Raises:
        UnreadableError: it is no JSON in UTF-8 or UTF-16, or no OCDS data.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UnreadableError("is larger than 1 GB; split it by year")
        return read(path.read_bytes())
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise UnreadableError(message) from error


def read(data: bytes) -> Reading:
    """Read OCDS data from bytes; see `read_file`."""
    reading, count = Reading(), 0
    parsed = _parsed(data)
    if depth_of(parsed) > PACKAGE_DEPTH:
        raise UnreadableError(f"has lists and objects more than {PACKAGE_DEPTH} levels deep")
    for place, release in _releases(parsed, reading):
        count += 1
        if not isinstance(release, dict):
            reading.refused.append(Problem(place, "is no object"))
            continue
        repaired, repairs = repair(release, place)
        reading.releases.append((place, repaired))
        reading.repairs += repairs
    if count == 0 and not reading.refused:
        raise UnreadableError("holds no releases or records")
    return reading


def _parsed(data: bytes) -> object:
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"is not encoded in {encoding.upper()} (byte {error.start}); save it as UTF-8"
        raise UnreadableError(message) from error
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
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
        yield from _of_record(value, reading, place)
    elif isinstance(releases, list):
        for at, release in enumerate(releases):
            yield f"{place}/releases/{at}", _as_release(release, {}) if _is_compiled(release) else release
    elif "ocid" in value:
        yield place, _as_release(value, {}) if _is_compiled(value) else value
    else:
        reading.refused.append(Problem(place or "/", "has neither releases nor records nor an ocid"))


def _of_record(record: object, reading: Reading, place: str) -> Iterator[tuple[str, object]]:
    """Go through the releases of a record; without embedded ones its compiled release becomes one."""
    if not isinstance(record, dict):
        reading.refused.append(Problem(place, "is no object"))
        return
    releases = record.get("releases")
    embedded = [
        (f"{place}/releases/{at}", one)
        for at, one in enumerate(releases if isinstance(releases, list) else ())
        if not (isinstance(one, dict) and LINK in one)
    ]
    compiled = record.get("compiledRelease")
    if embedded:
        yield from embedded
    elif isinstance(compiled, dict):
        yield f"{place}/compiledRelease", _as_release(compiled, record)
    else:
        reading.refused.append(Problem(place or "/", "has only links to releases and no compiled release"))


def _is_compiled(release: object) -> bool:
    return isinstance(release, dict) and release.get("tag") == [Tag.COMPILED]


def _as_release(compiled: Json, record: Json) -> Json:
    """Make one release of a compiled one: its tags say everything that it tells of."""
    release = {**({"ocid": record["ocid"]} if "ocid" in record else {}), **compiled}
    carried_out = any(child(contract, "implementation") for contract in children(compiled, "contracts"))
    said = {
        Tag.PLANNING: release.get("planning"), Tag.TENDER: release.get("tender"), Tag.AWARD: release.get("awards"),
        Tag.CONTRACT: release.get("contracts"), Tag.IMPLEMENTATION: carried_out,
    }  # fmt: skip
    release["tag"] = [tag.value for tag, content in said.items() if content] or [Tag.PLANNING.value]
    if not release.get("id"):
        digest = sha256_hex(json.dumps(compiled, sort_keys=True).encode())
        release["id"] = f"{release.get('ocid')}-{digest[:16]}"
    return release
