"""States of a service, and how old a check of its listing may be."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from portal.kernel.text import N_

if TYPE_CHECKING:
    from datetime import date

FRESH_DAYS, STALE_DAYS = 90, 180


class ServiceStatus(StrEnum):
    """State of a service (HSDS `service.status`)."""

    ACTIVE = "active"
    TEMPORARILY_CLOSED = "temporarily closed"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"


class Freshness(StrEnum):
    """How far the facts of a listing may be trusted."""

    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"
    UNKNOWN = "unknown"


STATUS_NAMES = {
    ServiceStatus.ACTIVE: N_("open"),
    ServiceStatus.TEMPORARILY_CLOSED: N_("closed for a while"),
    ServiceStatus.INACTIVE: N_("not running"),
    ServiceStatus.DEFUNCT: N_("ended"),
}
FRESHNESS_NAMES = {
    Freshness.FRESH: N_("checked"),
    Freshness.AGEING: N_("checked some time ago"),
    Freshness.STALE: N_("phone first: the listing is old"),
    Freshness.UNKNOWN: N_("phone first: nobody has checked the listing"),
}


def freshness(assured_on: date | None, today: date) -> Freshness:
    """Tell how far a listing checked on a day may be trusted today."""
    if assured_on is None:
        return Freshness.UNKNOWN
    age = (today - assured_on).days
    if age <= FRESH_DAYS:
        return Freshness.FRESH
    return Freshness.AGEING if age <= STALE_DAYS else Freshness.STALE
