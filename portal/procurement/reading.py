"""Reading files of OCDS data: packages, records, arrays of them, JSON Lines and bare releases become releases."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portal.kernel.canonical import sha256_hex
from portal.kernel.errors import Reason
from portal.kernel.text import N_
from portal.procurement.json_stream import JsonStream
from portal.procurement.repairs import repair
from portal.procurement.rules import Json, Problem, Tag
from portal.procurement.standard import TOO_DEEP
from portal.procurement.unpacking import UnreadableError, explained, streams
from portal.procurement.values import DEEPEST, child, children, depth_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from portal.procurement.repairs import Repair

DEEPEST_LIST = 10
# A link to a release (OCDS `linkedRelease`) has an address, a release that is embedded has none.
LINK = "url"
NOTHING = Reason(N_("holds no releases or records"))
ONLY_LINKS = Reason(N_("has only links to releases and no compiled release"))
NO_OBJECT = Reason(N_("is no object"))
NO_PACKAGE = Reason(N_("is neither a package nor a list of packages"))
NO_CONTENT = Reason(N_("has neither releases nor records nor an ocid"))


@dataclass(frozen=True)
class Found:
    """What stands at one place of a file: a release with the repairs it got, or why there is none."""

    place: str
    release: Json | None = None
    repairs: Sequence[Repair] = ()
    problem: Problem | None = None


@dataclass
class Reading:
    """All that some data hold: releases with their places, the repairs they got, and what was refused."""

    releases: list[tuple[str, Json]] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)


def stream_file(path: Path, advance: Callable[[int], None] | None = None) -> Iterator[Found]:
    """Go through the releases of a file, repaired as the table says; memory does not grow with the file.

    Call `check_file` before anything that it holds is sealed: a fault may stand at the end.

    Args:
        path: of JSON in UTF-8, UTF-16 or UTF-32, plain, gzip or zip.
        advance: is told how many bytes of the file were read meanwhile.

    Raises:
        UnreadableError: it is no OCDS data, or damaged.
    """
    for place, value in _of_file(path, advance):
        yield _found(place, value)


def check_file(path: Path, advance: Callable[[int], None] | None = None) -> int:
    """Read a file to its end without keeping anything; return how many releases it may hold.

    Raises:
        UnreadableError: as `stream_file`.
    """
    count = sum(1 for _ in _of_file(path, advance))
    if count == 0:
        raise UnreadableError(NOTHING)
    return count


def read(data: bytes) -> Reading:
    """Read OCDS data that are at hand whole; see `stream_file`."""
    reading, count = Reading(), 0
    for place, value in _values(JsonStream(io.BytesIO(data)), ""):
        count += 1
        found = _found(place, value)
        if found.problem:
            reading.refused.append(found.problem)
        if found.release is not None:
            reading.releases.append((place, found.release))
            reading.repairs += found.repairs
    if count == 0:
        raise UnreadableError(NOTHING)
    return reading


def _of_file(path: Path, advance: Callable[[int], None] | None) -> Iterator[tuple[str, object]]:
    with explained():
        for name, raw in streams(path, advance):
            try:
                yield from _values(JsonStream(raw), name)
            except UnreadableError as error:
                reason = Reason("%(file)s: %(reason)s", file=name, reason=error.reason) if name else error.reason
                raise type(error)(reason) from error


def _found(place: str, value: object) -> Found:
    if isinstance(value, Problem):
        return Found(place, problem=value)
    if not isinstance(value, dict):
        return Found(place, problem=Problem(place, NO_OBJECT))
    if depth_of(value) > DEEPEST:
        return Found(place, problem=Problem(place, Reason(TOO_DEEP, most=DEEPEST)))
    release, repairs = repair(value, place)
    return Found(place, release, repairs)


def _values(stream: JsonStream, place: str) -> Iterator[tuple[str, object]]:
    """Go through whatever may be a release (or a `Problem` that says why not), with its place."""
    if stream.is_lines():
        yield from _of_lines(stream, place)
        return
    yield from _of_value(stream, place, 0)
    if stream.peek():
        raise UnreadableError(Reason(N_("is no JSON: more follows after its end")))


def _of_lines(stream: JsonStream, place: str) -> Iterator[tuple[str, object]]:
    """Read one value a line; a line that is no JSON is refused and the others are taken."""
    number = 0
    while stream.peek():
        # Empty lines are passed over, so that lines are counted by what stands on them.
        number += 1
        here = f"{place}#{number}"
        try:
            yield from _of_value(JsonStream(io.BytesIO(stream.line().encode("utf-8", "surrogatepass"))), here, 0)
        except UnreadableError as error:
            yield here, Problem(here, error.reason)


def _of_value(stream: JsonStream, place: str, depth: int) -> Iterator[tuple[str, object]]:
    if depth > DEEPEST_LIST:
        raise UnreadableError(Reason(N_("has lists more than %(most)s levels deep"), most=DEEPEST_LIST))
    if stream.peek() == "[":
        for at in stream.elements():
            yield from _of_value(stream, f"{place}/{at}", depth + 1)
    elif stream.peek() == "{":
        yield from _of_object(stream, place)
    else:
        stream.value()
        yield place, Problem(place or "/", NO_PACKAGE)


def _of_object(stream: JsonStream, place: str) -> Iterator[tuple[str, object]]:
    """Go through a package, a record or a release: its lists one by one, whatever else it says kept whole."""
    said: Json = {}
    lists, given = 0, 0
    for name in stream.names():
        if name not in LISTS or stream.peek() != "[":
            said[name] = stream.value()
            continue
        lists += 1
        for at in stream.elements():
            for found in LISTS[name](stream.value(), f"{place}/{name}/{at}"):
                given += 1
                yield found
    if not given:
        yield from _of_rest(said, place, has_lists=lists > 0)


def _of_rest(said: Json, place: str, *, has_lists: bool) -> Iterator[tuple[str, object]]:
    """Tell what an object is that has no releases in a list."""
    if _is_record(said):
        yield from _of_record(said, place)
    elif has_lists and "ocid" in said:
        yield place, Problem(place or "/", ONLY_LINKS)
    elif "ocid" in said:
        yield from _of_release(said, place)
    elif not has_lists:
        yield place, Problem(place or "/", NO_CONTENT)


def _of_release(release: object, place: str) -> Iterator[tuple[str, object]]:
    """Take a release as it is, and a compiled one with tags of its own; a link to one says nothing."""
    if isinstance(release, dict) and release.get("tag") == [Tag.COMPILED]:
        yield place, _as_release(release, {})
    elif not _is_link(release):
        yield place, release


def _of_record(record: object, place: str) -> Iterator[tuple[str, object]]:
    """Go through the releases of a record; without embedded ones its compiled release becomes one."""
    if not isinstance(record, dict):
        yield place, Problem(place, NO_OBJECT)
        return
    releases = record.get("releases")
    embedded = [
        (f"{place}/releases/{at}", one)
        for at, one in enumerate(releases if isinstance(releases, list) else ())
        if not _is_link(one)
    ]
    compiled = record.get("compiledRelease")
    if embedded:
        yield from embedded
    elif isinstance(compiled, dict):
        yield f"{place}/compiledRelease", _as_release(compiled, record)
    else:
        yield place, Problem(place or "/", ONLY_LINKS)


def _is_record(said: Json) -> bool:
    return "compiledRelease" in said or "versionedRelease" in said


def _is_link(release: object) -> bool:
    return isinstance(release, dict) and LINK in release


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


LISTS: Mapping[str, Callable[[object, str], Iterator[tuple[str, object]]]] = {
    "records": _of_record,
    "releases": _of_release,
}
