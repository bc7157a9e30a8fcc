"""The schemas of HSDS beside the checkout, merged with the portal's profile, lenient or strict."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from portal.opendata.hsds.describing import PROFILE

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://hsds.invalid/"
LEFT_OUT = {"openapi.json"}


def schemas(folder: Path, *, with_profile: bool = False, strict: bool = False) -> dict[str, Any]:
    """Read every object schema, with our profile merged in and unknown properties refused if wanted."""
    found = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json") if path.name not in LEFT_OUT}
    if with_profile:
        for path in PROFILE.glob("*.json"):
            found[path.name] = merge_patch(found[path.name], json.loads(path.read_text()))
    if strict:
        for schema in found.values():
            schema["additionalProperties"] = False
    return found


def validator(name: str, known: dict[str, Any]) -> Draft202012Validator:
    registry = Registry().with_resources(
        [(BASE + one, Resource(contents=schema, specification=DRAFT202012)) for one, schema in known.items()]
    )
    return Draft202012Validator({"$ref": f"{BASE}{name}"}, registry=registry, format_checker=FormatChecker())


def merge_patch(target: Any, patch: Any) -> Any:
    """Apply a JSON Merge Patch (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    merged = deepcopy(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def errors(checker: Draft202012Validator, item: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(item)]
