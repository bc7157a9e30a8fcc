"""What each publication of a purchase changed, and what any two of them differ in: plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from portal.kernel.errors import NotFoundError
from portal.procurement import merging
from portal.procurement.field_changes import changes, groups_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.procurement.field_changes import Change, Group
    from portal.procurement.rules import Json


class Publication(Protocol):
    """What is compared: a release, which may have lost its content."""

    @property
    def id(self) -> int:
        """Give its number."""

    @property
    def ocid(self) -> str:
        """Give the process that it belongs to."""

    @property
    def is_withheld(self) -> bool:
        """Tell whether its content was destroyed."""

    @property
    def body(self) -> Json:
        """Give it as parsed."""


def states_after(bodies: Iterable[Json | None]) -> list[Json]:
    """Give what was known after each release, oldest first; one whose content was destroyed (None) adds nothing."""
    all_bodies = list(bodies)
    compiled = iter(merging.compiled_states(body for body in all_bodies if body is not None))
    found: list[Json] = []
    for body in all_bodies:
        earlier = found[-1] if found else {}
        found.append(earlier if body is None else next(compiled))
    return found


@dataclass(frozen=True)
class Part:
    """What differs in one process of a purchase."""

    ocid: str
    changes: Sequence[Change]

    @property
    def groups(self) -> list[Group]:
        """Give the changes by what they belong to, in their order."""
        return groups_of(self.changes)


@dataclass(frozen=True)
class Comparison:
    """What two publications (or one and nothing) differ in, for each process in which something does."""

    before: Publication | None
    after: Publication
    parts: Sequence[Part]

    @property
    def count(self) -> int:
        """Count the fields that differ."""
        return sum(len(part.changes) for part in self.parts)


def steps(releases: Sequence[Publication]) -> list[Comparison]:
    """Compare every release of a purchase, oldest first, with its predecessor in the same process.

    The first release of a further process is compared with what the others had told until then.
    """
    states = {ocid: iter(states_after(_bodies(some))) for ocid, some in _by_process(releases).items()}
    known: dict[str, Json] = {}
    last: dict[str, Publication] = {}
    found = []
    for release in releases:
        new, before = next(states[release.ocid]), last.get(release.ocid)
        parts = _parts(known, {release.ocid: new}) if known else []
        found.append(Comparison(before, release, parts))
        known[release.ocid], last[release.ocid] = new, release
    return found


def comparison(releases: Sequence[Publication], first: int | None, second: int | None) -> Comparison:
    """Compare what was known of a purchase after two releases, in the order of their time; without one, its neighbour.

    Raises:
        NotFoundError: a number is none of theirs.
    """
    places = {release.id: at for at, release in enumerate(releases)}
    if not places or not {first, second} - {None} <= places.keys():
        raise NotFoundError
    at, to = places.get(first or 0), places.get(second or 0)
    at = max((to or 0) - 1, 0) if at is None else at
    to = min(at + 1, len(releases) - 1) if to is None else to
    earlier, later = sorted((at, to))
    until = {release.id for release in releases[: earlier + 1]}
    old: dict[str, Json] = {}
    new: dict[str, Json] = {}
    for ocid, some in _by_process(releases[: later + 1]).items():
        states, seen = states_after(_bodies(some)), sum(one.id in until for one in some)
        new[ocid] = states[-1]
        if seen:
            old[ocid] = states[seen - 1]
    return Comparison(releases[earlier], releases[later], _parts(old, new))


def _by_process(releases: Sequence[Publication]) -> dict[str, list[Publication]]:
    found: dict[str, list[Publication]] = {}
    for release in releases:
        found.setdefault(release.ocid, []).append(release)
    return found


def _parts(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Part]:
    parts = [
        Part(ocid, changes(old[ocid], state) if ocid in old else _beyond(old.values(), state))
        for ocid, state in new.items()
    ]
    return [part for part in parts if part.changes]


def _beyond(known: Iterable[Json], state: Json) -> list[Change]:
    """List what a further process tells that no other one of the purchase had told alike."""
    said = {change for other in known for change in changes({}, other)}
    return [change for change in changes({}, {**state, "ocid": None}) if change not in said]


def _bodies(releases: Sequence[Publication]) -> list[Json | None]:
    return [None if release.is_withheld else release.body for release in releases]
