"""When and as what a notice is published: everything that is not typed into its form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.procurement.rules import Json

NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True)
class Occasion:
    """When and as what a notice is published: everything that is not typed into its form.

    Args:
        number: the draft's number; parts that every notice has of its own are named by it.
        at: the moment of publication (RFC 3339).
        reason, corrects: why a published notice is corrected, and the identifier of its release.
        before: the release that is corrected, else what the purchase compiles to so far.
        names: names of regions and categories by code.
    """

    ocid: str
    release_id: str
    number: int
    at: str
    reason: str = ""
    corrects: str = ""
    before: Json = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    documents: Sequence[Json] = ()
