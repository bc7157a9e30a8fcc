"""The guiding catalogue and the administrative divisions as HSDS taxonomies, with prefixed codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.classification import queries as classification
from portal.kernel.text import N_
from portal.opendata.hsds.rules import Json, child_id, term_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.classification.queries import Names

CATEGORIES, REGIONS = "cat", "reg"
NAMES = {
    CATEGORIES: N_("Guiding catalogue of services that governments purchase"),
    REGIONS: N_("Administrative divisions (GB/T 2260)"),
}


def taxonomies() -> list[Json]:
    """List the taxonomies there are."""
    return [
        {"id": term_id(f"taxonomy:{prefix}"), "name": gettext(name), "description": gettext(name)}
        for prefix, name in NAMES.items()
    ]


def terms(*, taxonomy_id: str | None = None) -> list[Json]:
    """List the terms of all taxonomies, or of one, in the order of their codes."""
    found: list[Json] = []
    for prefix, names in _sources().items():
        if taxonomy_id in {None, term_id(f"taxonomy:{prefix}")}:
            parents = {child: parent for parent, children in names.children.items() for child in children}
            found += [_term(prefix, code, names, parents.get(code)) for code in sorted(names.names)]
    return found


def code_of(identifier: str) -> tuple[str, str] | None:
    """Find the prefix and code of a term by its identifier."""
    for name, names in _sources().items():
        for code in names.names:
            if term_id(f"{name}:{code}") == identifier:
                return name, code
    return None


def attribute(parent: str, entity: str, code: str, link_type: str) -> Json | None:
    """Say that something is of a term; None where the term is not known."""
    prefix, bare = code.split(":", 1)
    names = _sources()[prefix]
    if bare not in names.names:
        return None
    return {
        "id": child_id(parent, link_type, code), "link_id": parent, "link_entity": entity, "link_type": link_type,
        "value": code, "taxonomy_term_id": term_id(code),
        "taxonomy_term": _term(prefix, bare, names, _parent(bare, names)),
    }  # fmt: skip


def line_of_region(code: str | None) -> Sequence[str]:
    """Name a region and those above it in Chinese, the highest first."""
    names = classification.regions().names
    if not code or code not in names:
        return []
    line = [code[:2] + "0000", code[:4] + "00", code]
    return [names[one][0] for one in dict.fromkeys(line) if one in names]


def _sources() -> dict[str, Names]:
    return {CATEGORIES: classification.categories(), REGIONS: classification.regions()}


def _term(prefix: str, code: str, names: Names, parent: str | None) -> Json:
    chinese, english = names.names[code]
    said: Json = {
        "id": term_id(f"{prefix}:{code}"), "code": f"{prefix}:{code}", "name": chinese,
        "description": english or chinese,
        "taxonomy": gettext(NAMES[prefix]), "taxonomy_id": term_id(f"taxonomy:{prefix}"), "language": "zh",
    }  # fmt: skip
    return said | ({"parent_id": term_id(f"{prefix}:{parent}")} if parent else {})


def _parent(code: str, names: Names) -> str | None:
    return next((parent for parent, children in names.children.items() if code in children), None)
