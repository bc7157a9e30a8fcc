"""What a search can be narrowed to, with how much there is of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.classification import queries as classification
from portal.disclosure.rules import FORMAT_NAMES
from portal.kernel.text import N_
from portal.parties.queries import kept_id, organization_names
from portal.procurement.rules import STAGE_NAMES, Stage
from portal.search import registry
from portal.search.matching import BANDS
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from portal.classification.queries import Names
    from portal.web.filters import Filters

MOST_VALUES = 10
NAMES: Mapping[str, str] = {
    "stage": N_("Stage"),
    "category": N_("Field of service"),
    "region": N_("Area"),
    "buyer": N_("Buyer"),
    "supplier": N_("Supplier"),
    "year": N_("Year"),
    "amount": N_("Amount"),
    "format": N_("Kind of document"),
}
ORGANIZATIONS = frozenset({"buyer", "supplier"})
BAND_NAMES: Mapping[str, str] = {
    "500": N_("5 million yuan or more"),
    "100": N_("1 to 5 million yuan"),
    "50": N_("500,000 to 1 million yuan"),
    "10": N_("100,000 to 500,000 yuan"),
    "0": N_("under 100,000 yuan"),
}


@dataclass(frozen=True)
class Value:
    """One value to narrow to; `value` is as in the address."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """One group of values, the most frequent first; how many more there are."""

    name: str
    title: str
    values: Sequence[Value]
    more: int = 0

    @property
    def chosen(self) -> Value | None:
        """The value that is chosen, if one is."""
        return next((value for value in self.values if value.is_chosen), None)


def kinds(counts: Mapping[str, int], filters: Filters) -> list[Value]:
    """List the kinds of things that were found, in the order of the portal."""
    return [
        Value(kind, gettext(indexer.title), counts[kind], filters.kind == kind)
        for kind, indexer in registry.indexers().items()
        if counts.get(kind)
    ]


def facets(counts: Mapping[str, Mapping[str, int]], filters: Filters) -> list[Facet]:
    """Name and order what was counted; a group that offers no choice is left out."""
    found = [_facet(name, counts.get(name, {}), filters) for name in NAMES]
    return [facet for facet in found if len(facet.values) > 1 or facet.chosen is not None]


def _facet(name: str, counts: Mapping[str, int], filters: Filters) -> Facet:
    chosen = chosen_value(name, filters)
    if name in {"region", "category"}:
        tree = classification.regions() if name == "region" else classification.categories()
        counts = rolled_up(counts, tree, chosen)
    ordered = _in_order(name, counts)
    shown = ordered[:MOST_VALUES]
    if chosen is not None and chosen not in shown:
        shown = [*shown[: MOST_VALUES - 1], chosen]
    labels = _labels(name, shown)
    values = [Value(value, labels(value), counts.get(value, 0), value == chosen) for value in shown]
    return Facet(name, gettext(NAMES[name]), values, more=len(ordered) - len(shown))


def chosen_value(name: str, filters: Filters) -> str | None:
    """Tell what a group is narrowed to; the number of a merged organisation stands for the one that is kept."""
    value = getattr(filters, name)
    if value is None:
        return None
    return str(kept_id(value) if name in ORGANIZATIONS else value)


def _in_order(name: str, counts: Mapping[str, int]) -> list[str]:
    """Years fall, stages and amounts keep their own order, all else by frequency."""
    match name:
        case "year":
            return sorted(counts, reverse=True)
        case "stage":
            return [stage for stage in Stage if stage in counts]
        case "amount":
            return [band for band, _ in BANDS if band in counts]
    return sorted(counts, key=lambda value: (-counts[value], value))


def _labels(name: str, values: Sequence[str]) -> Callable[[str], str]:
    match name:
        case "region":
            return classification.region_name
        case "category":
            return classification.category_name
        case "buyer" | "supplier":
            names = organization_names([int(value) for value in values if value.isdecimal()])
            return lambda value: pick(*names.get(int(value), (value, None)))
        case "stage":
            return lambda value: gettext(STAGE_NAMES[Stage(value)])
        case "amount":
            return lambda value: gettext(BAND_NAMES[value])
        case "format":
            return lambda value: gettext(FORMAT_NAMES.get(value, value))
    return str


def rolled_up(counts: Mapping[str, int], tree: Names, chosen: str | None) -> dict[str, int]:
    """Count by the codes next below the chosen one (or the highest that tell things apart).

    Each is counted with everything below it, as its link finds it; the chosen code stays, to be let go of.
    """
    parents = {child: parent for parent, children in tree.children.items() for child in children}
    lines = {code: _line(code, parents) for code in counts}
    depth = 0
    if chosen is not None:
        depth = len(_line(chosen, parents))
    elif lines:
        depth = next((level for level in range(max(map(len, lines.values()))) if len({*_at(lines, level)}) > 1), 0)
    shown = {line[min(depth, len(line) - 1)] for line in lines.values() if chosen is None or chosen in line}
    if chosen is not None:
        shown.add(chosen)
    return {code: sum(count for below, count in counts.items() if code in lines[below]) for code in shown}


def _line(code: str, parents: Mapping[str, str]) -> list[str]:
    """List a code's ancestors from the highest down to itself."""
    line = [code]
    while line[0] in parents:
        line.insert(0, parents[line[0]])
    return line


def _at(lines: Mapping[str, Sequence[str]], level: int) -> list[str]:
    return [line[min(level, len(line) - 1)] for line in lines.values()]
