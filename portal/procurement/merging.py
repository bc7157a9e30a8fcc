"""Compiling the releases of one process into one (OCDS 1.1.5, "Merging").

Objects are merged field by field. Lists of objects are merged by `id`; an object without one is added.
Lists of anything else, and those in `WHOLE_LISTS`, are replaced whole. Null takes a field away.
`id`, `date` and `tag` of the compiled release are its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.procurement.rules import Json

OWN_FIELDS = frozenset({"id", "date", "tag"})
# Lists of objects that the schema marks `wholeListMerge`, by their name: it marks every list of that name.
WHOLE_LISTS = frozenset({"additionalIdentifiers", "additionalClassifications"})


def compile_releases(releases: Iterable[Json]) -> Json:
    """Merge the releases of one ocid, in the order of their dates, into the compiled release."""
    compiled: Json = {"tag": ["compiled"]}
    for release in in_order(releases):
        compiled["ocid"] = release.get("ocid")
        compiled["id"] = f"{release.get('ocid')}-{release.get('date')}"
        compiled["date"] = release.get("date")
        _merge_object(compiled, {name: value for name, value in release.items() if name not in OWN_FIELDS})
    return compiled


def compiled_states(releases: Iterable[Json]) -> list[Json]:
    """Give the compiled release after each release, oldest first."""
    ordered = in_order(releases)
    return [compile_releases(ordered[: count + 1]) for count in range(len(ordered))]


def in_order(releases: Iterable[Json]) -> list[Json]:
    """Sort releases by date; equal dates keep the order in which they were given."""
    return sorted(releases, key=lambda release: str(release.get("date")))


def differences(old: object, new: object, path: str = "") -> list[tuple[str, object, object]]:
    """List what differs between two states: (path, before, after), objects in lists told apart by id."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = sorted({*old, *new} - (OWN_FIELDS if not path else frozenset()))
        return [change for name in names for change in differences(old.get(name), new.get(name), f"{path}/{name}")]
    if _are_objects(old) and _are_objects(new):
        before, after = _by_id(old), _by_id(new)
        keys = list(dict.fromkeys([*before, *after]))
        return [change for key in keys for change in differences(before.get(key), after.get(key), f"{path}/{key}")]
    return [] if old == new else [(path, old, new)]


def _merge_object(target: Json, source: Json) -> None:
    for name, value in source.items():
        present = target.get(name)
        if value is None:
            target.pop(name, None)
        elif isinstance(value, dict):
            merged: Json = dict(present) if isinstance(present, dict) else {}
            _merge_object(merged, value)
            if merged or not value:
                target[name] = merged
            else:
                target.pop(name, None)
        elif isinstance(value, list) and name not in WHOLE_LISTS and value and _are_objects(value):
            target[name] = _merge_list(present if isinstance(present, list) else [], value)
        else:
            target[name] = value


def _merge_list(present: Sequence[object], added: Sequence[object]) -> list[object]:
    merged = list(present)
    places = {str(one["id"]): at for at, one in enumerate(merged) if isinstance(one, dict) and "id" in one}
    for one in added:
        if not isinstance(one, dict):
            continue
        key = str(one["id"]) if "id" in one else None
        if key is not None and key in places:
            old = merged[places[key]]
            renewed: Json = dict(old) if isinstance(old, dict) else {}
            _merge_object(renewed, one)
            merged[places[key]] = renewed
        else:
            fresh: Json = {}
            _merge_object(fresh, one)
            merged.append(fresh)
            if key is not None:
                places[key] = len(merged) - 1
    return merged


def _are_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _by_id(items: object) -> Json:
    assert isinstance(items, list)  # noqa: S101 - told by _are_objects
    return {str(one.get("id", at)): one for at, one in enumerate(items)}
