"""The schemas of OCDS 1.1.5 with extensions put in, read beside the checkout; nothing is fetched."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from portal.procurement.extensions import ADDRESS, FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from portal.procurement.rules import Json

    Schema = dict[str, Any]  # JSON Schema, as parsed

ROOT = "https://standard.open-contracting.org/schema/1__1__5/"
RELEASE, RELEASE_PACKAGE, RECORD_PACKAGE = "release-schema", "release-package-schema", "record-package-schema"
NAMES = (RELEASE, RELEASE_PACKAGE, RECORD_PACKAGE, "versioned-release-validation-schema")
OWN = "/ocds/extensions/"
OWN_FOLDER = Path(__file__).parents[1] / "portal" / "opendata" / "data" / "extension"
CHECKED_BY = jsonschema.Draft4Validator.FORMAT_CHECKER


@dataclass
class Standard:
    """The standard, and the extensions beside it."""

    folder: Path

    def __post_init__(self) -> None:
        """Begin without patched schemas."""
        self._made: dict[tuple[str, ...], Mapping[str, Schema]] = {}
        self._whole: jsonschema.Draft4Validator | None = None

    @cached_property
    def _schemas(self) -> Mapping[str, Schema]:
        return {name: json.loads((self.folder / f"schema/1__1__5/{name}.json").read_text()) for name in NAMES}

    def extension(self, address: str) -> Path:
        """Find the copy of a declared extension."""
        name, version = address.split("/")[-3:-1]
        if OWN in address:
            return OWN_FOLDER
        return self.folder / "extensions" / ("v1.1.5" if version == "v1.1.5" else "") / name

    def patched(self, declared: Iterable[str]) -> Mapping[str, Schema]:
        """Give the schemas, each with the extensions that are declared."""
        key = tuple(declared)
        if key not in self._made:
            self._made[key] = patched = copy.deepcopy(dict(self._schemas))
            for address in key:
                for name in NAMES:
                    patch = self.extension(address) / f"{name}.json"
                    if patch.exists():
                        _merge(patched[name], json.loads(patch.read_text()))
        return self._made[key]

    def validator(self, declared: Iterable[str], name: str) -> jsonschema.Draft4Validator:
        """Give a way to check a package or release."""
        patched = self.patched(declared)
        registry: Registry[Schema] = Registry().with_resources(
            (f"{ROOT}{one}.json", Resource.from_contents(schema, default_specification=DRAFT4))
            for one, schema in patched.items()
        )
        return jsonschema.Draft4Validator(patched[name], registry=registry, format_checker=CHECKED_BY)

    def faults(self, package: Json, name: str) -> list[str]:
        """List what is wrong with a package by the schemas, patched with the extensions that it declares."""
        declared = package.get("extensions")
        found = self.validator(declared if isinstance(declared, list) else (), name).iter_errors(package)
        return [f"{error.json_path}: {error.message[:200]}" for error in found]

    @property
    def all_extensions(self) -> list[str]:
        """List the addresses of every extension that the portal may declare."""
        return [*(ADDRESS.format(name) for name in FIELDS), f"{OWN}sanwen/extension.json"]

    def faults_of_release(self, release: Json) -> list[str]:
        """List what is wrong with a release by the schema, patched with every extension."""
        validator = self._whole or self.validator(self.all_extensions, RELEASE)
        self._whole = validator
        return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(release)]

    def declares(self, path: str, declared: Iterable[str]) -> bool:
        """Tell whether a member of a release, such as `tender/lots/title`, stands in the patched schema."""
        schema = self.patched(declared)[RELEASE]
        found = [schema]
        for name in path.split("/"):
            found = [one for above in found for one in _members(above, name, schema)]
        return bool(found)


def member_paths(value: object, path: str = "") -> set[str]:
    """List the path of every member of a release, places in lists left out."""
    if isinstance(value, list):
        return {found for one in value for found in member_paths(one, path)}
    if not isinstance(value, dict):
        return set()
    here = {name: f"{path}/{name}" if path else name for name in value}
    return {*here.values(), *(found for name, one in value.items() for found in member_paths(one, here[name]))}


def _members(schema: Schema, name: str, root: Schema) -> Iterator[Schema]:
    for one in _meant(schema, root):
        if name in one.get("properties", {}):
            yield one["properties"][name]
        yield from (found for sign, found in one.get("patternProperties", {}).items() if re.search(sign, name))


def _meant(schema: Schema, root: Schema) -> Iterator[Schema]:
    """Follow references, choices and lists to what an object may be."""
    if "$ref" in schema:
        yield from _meant(root["definitions"][schema["$ref"].rsplit("/", 1)[-1]], root)
        return
    yield schema
    choices = [one for name in ("anyOf", "oneOf", "allOf") for one in schema.get(name, ())]
    for one in [*choices, *([schema["items"]] if isinstance(schema.get("items"), dict) else [])]:
        yield from _meant(one, root)


def _merge(target: Schema, patch: Schema) -> None:
    """Apply a JSON merge patch (RFC 7396), but keep the members of lists such as `required`."""
    for name, value in patch.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            _merge(target[name], value)
        elif value is None:
            target.pop(name, None)
        elif not (value == [] and name == "required"):
            target[name] = value
