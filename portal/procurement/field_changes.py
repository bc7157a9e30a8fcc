"""What differs between two states of a purchase, field by field, told so that people can read it: plain functions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.text import N_
from portal.procurement import merging
from portal.procurement.field_names import code_name, field_name
from portal.procurement.values import amount, first_text, is_removed, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from portal.procurement.rules import Json

BETWEEN = "、"


LAST_YEAR = 9999


_NOTHING: Sequence[object] = (None, {}, [])


LONGEST_NAME = 60


MONEY = frozenset({"amount", "currency"})


WHOLE_DAYS = frozenset({time(0, 0), time(23, 59, 59), time(23, 59)})


class ChangeKind(StrEnum):
    """What became of a field."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


KIND_NAMES: Mapping[ChangeKind, str] = {
    ChangeKind.ADDED: N_("new"),
    ChangeKind.REMOVED: N_("taken away"),
    ChangeKind.CHANGED: N_("changed"),
}


@dataclass(frozen=True)
class Step:
    """One step of a path: a field by its label (a msgid), or a thing of a list, or an unknown field as it is."""

    text: str
    label: str | None = None
    is_item: bool = False


@dataclass(frozen=True)
class Said:
    """A value: money, a moment, a day, msgids of codes, or a text."""

    text: str = ""
    codes: tuple[str, ...] = ()
    at: datetime | None = None
    on: date | None = None
    minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Change:
    """One field that differs; None before or after means that nothing was said."""

    path: tuple[Step, ...]
    before: Said | None
    after: Said | None
    whole_from: int | None = None  # how many steps name the thing that came or went as a whole with it

    @property
    def kind(self) -> ChangeKind:
        """Tell whether the field came, went or changed."""
        if self.before is None:
            return ChangeKind.ADDED
        return ChangeKind.REMOVED if self.after is None else ChangeKind.CHANGED


@dataclass(frozen=True)
class Group:
    """The changes of one part of a purchase, such as one award; their paths go on from its own.

    `kind` is what became of all of them, None where it differs.
    """

    path: tuple[Step, ...]
    kind: ChangeKind | None
    changes: Sequence[Change]


@dataclass(frozen=True)
class _Place:
    """Where we are: what is shown of the path, and the names of its fields alone."""

    steps: tuple[Step, ...] = ()
    names: tuple[str, ...] = ()
    whole_from: int | None = None

    def field(self, name: str) -> _Place:
        names = (*self.names, name)
        return _Place((*self.steps, Step(name, field_name(names))), names, self.whole_from)

    def item(self, name: str) -> _Place:
        return _Place((*self.steps, Step(name, is_item=True)), self.names, self.whole_from)

    def beside(self, old: object, new: object) -> _Place:
        """Remember where a thing begins that is on one side only."""
        is_whole = self.whole_from is None and (old in _NOTHING or new in _NOTHING)
        return replace(self, whole_from=len(self.steps)) if is_whole else self


def changes(old: Json, new: Json) -> list[Change]:
    """List what differs between two compiled states, field by field; things in lists are matched by their id."""
    said = [{name: value for name, value in state.items() if name not in merging.OMITTED} for state in (old, new)]
    return list(_changes(said[0], said[1], _Place()))


def groups_of(some: Sequence[Change]) -> list[Group]:
    """Give changes by the part that they belong to, in their order."""
    found: dict[tuple[Step, ...], list[Change]] = {}
    for change in some:
        found.setdefault(change.path[: _head_of(change.path)], []).append(change)
    return [_group(path, changed) for path, changed in found.items()]


def _head_of(path: tuple[Step, ...]) -> int:
    """Tell how many steps name the part: the field, and the thing of its list; nothing for a plain field."""
    return min(2 if path[1:] and path[1].is_item else 1, len(path) - 1)


def _group(path: tuple[Step, ...], some: Sequence[Change]) -> Group:
    kinds = {change.kind for change in some}
    rest = [Change(change.path[len(path) :], change.before, change.after) for change in some]
    is_whole = all(change.whole_from is not None and change.whole_from <= len(path) for change in some)
    return Group(path, kinds.pop() if len(kinds) == 1 and path and is_whole else None, rest)


def _changes(old: object, new: object, place: _Place) -> Iterator[Change]:
    if old == new and isinstance(old, bool) == isinstance(new, bool):
        return
    place = place.beside(old, new)
    if _both(_is_object, old, new):
        yield from _of_objects(_object(old), _object(new), place)
    elif _both(_is_list, old, new):
        yield from _of_lists(_items(old), _items(new), place)
    else:
        before, after = _said(old, place.names), _said(new, place.names)
        if before != after:
            yield Change(place.steps, before, after, place.whole_from)


def _of_objects(old: Json, new: Json, place: _Place) -> Iterator[Change]:
    for name in dict.fromkeys([*new, *old]):
        yield from _changes(old.get(name), new.get(name), place.field(name))


def _of_lists(old: Sequence[Json], new: Sequence[Json], place: _Place) -> Iterator[Change]:
    before, after = _by_id(old), _by_id(new)
    keys = list(dict.fromkeys([*after, *before]))
    names = {key: _name_of(after[key] if key in after else before[key]) for key in keys}
    times = Counter(names.values())
    for key in keys:
        name = names[key] if names[key] and times[names[key]] == 1 else " ".join(filter(None, (names[key], key)))
        yield from _changes(before.get(key), after.get(key), place.item(name))


def _by_id(items: Sequence[Json]) -> dict[str, Json]:
    """Tell things apart by id, by place where they have none; a second one of the same id by its place too.

    What a correction took out is not there.
    """
    found: dict[str, Json] = {}
    for at, one in enumerate(items, start=1):
        if is_removed(one):
            continue
        key = str(at if one.get("id") is None else one["id"])
        found[f"{key} ({at})" if key in found else key] = one
    return found


def _name_of(one: Json) -> str:
    return first_text(one.get("title"), one.get("name"), one.get("description"))[:LONGEST_NAME]


def _said(value: object, names: Sequence[str]) -> Said | None:
    """Tell a value that is not taken apart."""
    if value in (None, {}, []):
        return None
    if isinstance(value, dict):
        found = amount(value) if set(value) <= MONEY else None
        return Said(minor=found.minor, currency=found.currency) if found else Said(text=_text(value))
    if isinstance(value, list):
        codes = [code_name(names, one) for one in value if isinstance(one, str)]
        if len(codes) == len(value) and all(codes):
            return Said(codes=tuple(filter(None, codes)))
        return Said(text=_text(value))
    if isinstance(value, str):
        return _said_text(value, names)
    return Said(text=_text(value), codes=_claim(value))


def _said_text(value: str, names: Sequence[str]) -> Said:
    code, at = code_name(names, value), moment(value)
    if code:
        return Said(codes=(code,))
    if at is None or at.year >= LAST_YEAR:
        return Said(text=value)
    is_whole_day = at.astimezone(clock.SHANGHAI).time().replace(microsecond=0) in WHOLE_DAYS
    return Said(on=clock.day_of(at)) if is_whole_day else Said(at=at)


def _claim(value: object) -> tuple[str, ...]:
    return (N_("yes") if value else N_("no"),) if isinstance(value, bool) else ()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        return f"{value:,}"
    if isinstance(value, list):
        return BETWEEN.join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        return BETWEEN.join(f"{name}: {_text(one)}" for name, one in value.items())
    return str(value)


def _both(is_kind: Callable[[object], bool], old: object, new: object) -> bool:
    """Tell whether two values are of a kind, or one of them is and the other is not there."""
    return any(map(is_kind, (old, new))) and all(one in (None, {}, []) or is_kind(one) for one in (old, new))


def _is_object(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and not (set(value) <= MONEY and amount(value) is not None)


def _is_list(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> Sequence[Json]:
    return value if isinstance(value, list) else ()
