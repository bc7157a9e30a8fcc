"""What a release or a purchase is called: one rule for lists, feeds, search and drafts. Plain functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.procurement.notice_titles import says_only_kind
from portal.procurement.values import child, children, first_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.procurement.rules import Json

LONGEST_NAME = 120  # signs of a description that stand for a title


def title_in(release: Json, name: str = "title") -> str:
    """Give the first title that names the purchase: of tender, release, awards, contracts, or the budget's project.

    Args:
        release: a release or a compiled one.
        name: `title`, or `title_en` for the English one.

    Returns:
        The title on one line; empty where all there is names only a kind of notice ("中标", "Award").
    """
    titles = [first_text(part.get(name)) for part in _parts(release)]
    if name == "title":
        titles.append(first_text(child(child(release, "planning"), "budget").get("project")))
    return next((title for title in titles if title and not says_only_kind(title)), "")


def spare_title_in(release: Json) -> str:
    """Give what stands for a title where nothing names the purchase: a description, else any title there is."""
    parts = list(_parts(release))
    described = [*parts, *(item for part in parts for item in children(part, "items"))]
    said = first_text(*(part.get("description") for part in described), child(release, "planning").get("rationale"))
    if said:
        return said if len(said) <= LONGEST_NAME else f"{said[: LONGEST_NAME - 1].rstrip()}…"
    return first_text(*(part.get("title") for part in parts))


def _parts(release: Json) -> Iterator[Json]:
    yield child(release, "tender")
    yield release
    yield from children(release, "awards")
    yield from children(release, "contracts")
