"""Compiling the releases of one process into one.

Objects are merged field by field. Lists of objects are merged by `id`; an object without one is added.
Lists of anything else, and those of `WHOLE_LISTS`, are replaced whole. Null takes a field away.
`id`, `date` and `tag` of the compiled release are its own.

Source: OCDS 1.1.5, "Merging", https://standard.open-contracting.org/1.1/en/schema/merging/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.procurement.rules import Tag
from portal.procurement.values import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from portal.procurement.rules import Json

# Fields of a release that say nothing of the process (`omitWhenMerged`).
OMITTED = frozenset({"id", "date", "tag"})
# Lists that are replaced whole (`wholeListMerge`, lists of texts, lists of objects without an id): paths
# in the release schema. Lists of texts are known by what is in them; they stand here for the empty ones.
WHOLE_LISTS = frozenset({
    "parties/additionalIdentifiers",
    "parties/roles",
    "buyer/additionalIdentifiers",
    "tender/procuringEntity/additionalIdentifiers",
    "tender/items/additionalClassifications",
    "tender/additionalProcurementCategories",
    "tender/submissionMethod",
    "tender/tenderers/additionalIdentifiers",
    "tender/amendments/changes",
    "tender/amendment/changes",
    "awards/suppliers/additionalIdentifiers",
    "awards/items/additionalClassifications",
    "awards/amendments/changes",
    "awards/amendment/changes",
    "contracts/items/additionalClassifications",
    "contracts/implementation/transactions/payer/additionalIdentifiers",
    "contracts/implementation/transactions/payee/additionalIdentifiers",
    "contracts/relatedProcesses/relationship",
    "contracts/amendments/changes",
    "contracts/amendment/changes",
    "relatedProcesses/relationship",
    # Of extensions.
    "parties/details/classifications",
    "tender/participationFees",
    "tender/sustainability",
    "tender/lots/sustainability",
    "tender/lots/awardCriteria/criteria",
    "tender/lotGroups/awardCriteria/criteria",
})  # fmt: skip


def compile_releases(releases: Iterable[Json]) -> Json:
    """Merge the releases of one ocid, in the order of their dates, into the compiled release."""
    return compiled_states(releases)[-1]


def compile_said(ocid: str, releases: Sequence[Json]) -> Json:
    """Merge what is left of the releases of one ocid; where all was destroyed, nothing but its name."""
    return compile_releases(releases) if releases else {"ocid": ocid, "tag": [Tag.COMPILED.value]}


def compiled_states(releases: Iterable[Json]) -> list[Json]:
    """Give the compiled release after each release, oldest first; the states share what did not change."""
    states: list[Json] = []
    for release in in_order(releases):
        said = {name: value for name, value in release.items() if name not in OMITTED}
        states.append(
            {
                **_merged(states[-1] if states else {}, said, ""),
                "id": f"{release.get('ocid')}-{release.get('date')}",
                "date": release.get("date"),
                "tag": [Tag.COMPILED.value],
            }
        )
    return states


def in_order(releases: Iterable[Json]) -> list[Json]:
    """Sort releases by date; equal dates keep the order in which they were given."""
    return sorted(releases, key=_moment_of)


def differences(old: object, new: object, path: str = "") -> list[tuple[str, object, object]]:
    """List what differs between two states: (path, before, after), objects in lists told apart by id."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = sorted({*old, *new} - (OMITTED if not path else frozenset()))
        return [change for name in names for change in differences(old.get(name), new.get(name), f"{path}/{name}")]
    if _are_objects(old) and _are_objects(new):
        before, after = _by_id(old), _by_id(new)
        keys = list(dict.fromkeys([*before, *after]))
        return [change for key in keys for change in differences(before.get(key), after.get(key), f"{path}/{key}")]
    return [] if old == new else [(path, old, new)]


def _moment_of(release: Json) -> tuple[bool, datetime | str]:
    """Order by moment: publishers write the same one with different offsets."""
    found = moment(release.get("date"))
    return (True, str(release.get("date"))) if found is None else (False, found)


def _merged(old: Mapping[str, object], new: Mapping[str, object], path: str) -> Json:
    """Give the object that two make together; neither is changed."""
    merged = dict(old)
    for name, value in new.items():
        here = f"{path}/{name}" if path else name
        if value is None:
            merged.pop(name, None)
        elif here in WHOLE_LISTS or not (isinstance(value, dict) or _are_objects(value)):
            merged[name] = value
        elif value:
            merged[name] = _merged_part(merged.get(name), value, here)
    return merged


def _merged_part(old: object, new: object, path: str) -> object:
    """Merge an object or a list of objects into what stands there, which may be of another kind."""
    if isinstance(new, dict):
        return _merged(old if isinstance(old, dict) else {}, new, path)
    there = _items(old)
    merged = {_key(one, number): one for number, one in enumerate(there) if isinstance(one, dict)}
    for number, one in enumerate(_items(new), len(there)):
        if isinstance(one, dict):
            key = _key(one, number)
            earlier = merged.get(key, {})
            merged[key] = _merged(earlier, one, path) | {name: earlier[name] for name in ("id",) if name in earlier}
    return list(merged.values())


def _key(one: Json, number: int) -> object:
    """Tell what an object in a list is known by: 1 and "1" are the same one; the spelling that came first stays."""
    return number if one.get("id") is None else str(one["id"])


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _are_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _by_id(items: object) -> Json:
    assert isinstance(items, list)  # noqa: S101 - told by _are_objects
    return {str(one.get("id", at)): one for at, one in enumerate(items)}
