"""The catalogue as bytes: Turtle and JSON-LD, the same for the same data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from flask import current_app

from portal.opendata import snapshots
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rdflib import Graph

    from portal.settings import Settings

TURTLE, JSON_LD = "ttl", "jsonld"
MEDIA_TYPES: Mapping[str, str] = {TURTLE: "text/turtle; charset=utf-8", JSON_LD: "application/ld+json; charset=utf-8"}
_EXTENSION = "catalogue"


def written(extension: str) -> bytes:
    """Write the catalogue; both formats are made once in each process until something in it changes."""
    state: Callable[[], str] = current_app.extensions["change_state"]
    root = snapshots.root()
    made = sorted(folder.name for folder in root.iterdir()) if root.exists() else []  # making one is no event
    key = (state(), links.public_url(), *made)
    kept = current_app.extensions.get(_EXTENSION)
    if kept is None or kept[0] != key:
        kept = current_app.extensions[_EXTENSION] = (key, _made())
    return cast("bytes", kept[1][extension])


def _made() -> Mapping[str, bytes]:
    from portal.opendata.catalogue.graph import Catalogue  # noqa: PLC0415 - 17 MB and 0.3 s that only this takes

    settings: Settings = current_app.extensions["settings"]
    graph = Catalogue(settings).build()
    return {TURTLE: graph.serialize(format="turtle", encoding="utf-8"), JSON_LD: _json_ld(graph)}


def _json_ld(graph: Graph) -> bytes:
    context = {prefix: str(namespace) for prefix, namespace in graph.namespaces() if prefix != "xml"}
    text = graph.serialize(format="json-ld", context=context, auto_compact=True)
    document = _in_order(json.loads(text))
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _in_order(value: object) -> object:
    """Put values that have no order of their own (a graph has none) into one."""
    if isinstance(value, dict):
        return {name: _in_order(one) for name, one in value.items()}
    if isinstance(value, list):
        return sorted((_in_order(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value
