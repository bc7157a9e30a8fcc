"""Places in a release: `contracts[contract]/value`, with the parts of the notice for names in brackets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portal.procurement.rules import Json

_STEP = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?:\[([a-z_]*|\*)\])?")


def put(root: Json, path: str, value: object, parts: Mapping[str, str]) -> None:
    """Put a value at a path, making objects and lists on the way; `[]` adds to a list, `[*]` goes to each."""
    *above, last = path.split("/")
    for target in _targets(root, above, parts):
        name, part = _split(last)
        if part is None:
            target[name] = value
        elif value not in target.setdefault(name, []):
            target[name].append(value)


def get(root: Mapping[str, object], path: str, parts: Mapping[str, str]) -> Any:  # noqa: ANN401 - a release holds anything
    """Read what stands at a path; None where nothing does. `[]` and `[*]` give the first of a list."""
    found: Any = root
    for step in path.split("/"):
        name, part = _split(step)
        found = found.get(name) if isinstance(found, dict) else None
        if part is not None:
            items = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
            if part in {"", "*"}:
                found = items[0] if items else None
            else:
                found = next((one for one in items if str(one.get("id")) == parts.get(part)), None)
    return found


def _targets(root: Json, above: list[str], parts: Mapping[str, str]) -> Iterator[Any]:
    targets: list[Any] = [root]
    for step in above:
        name, part = _split(step)
        if part is None:
            targets = [target.setdefault(name, {}) for target in targets]
        elif part == "*":
            targets = [one for target in targets for one in target.get(name, [])]
        else:
            targets = [_of_list(target.setdefault(name, []), parts[part]) for target in targets]
    yield from targets


def _of_list(items: list[Any], number: str) -> Any:  # noqa: ANN401 - as above
    found = next((one for one in items if one.get("id") == number), None)
    if found is None:
        found = {"id": number}
        items.append(found)
    return found


def _split(step: str) -> tuple[str, str | None]:
    found = _STEP.fullmatch(step)
    assert found is not None  # noqa: S101 - paths are checked when they are read
    return found[1], found[2]
