"""Invented use of the portal in the weeks before the demonstration's day."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.settings import Settings
from portal.usage.actions import add_counts
from portal.usage.rules import LIST, PAGE, Key, Use

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

SEED, DAYS = 77, 100
LISTS = (
    (Use.VIEW, PAGE, "home", 300), (Use.VIEW, LIST, "services", 260), (Use.VIEW, LIST, "search", 150),
    (Use.VIEW, LIST, "notices", 90), (Use.VIEW, LIST, "proposals", 120), (Use.VIEW, PAGE, "data", 12),
    (Use.DOWNLOAD, LIST, "notices", 14), (Use.DOWNLOAD, LIST, "contracts", 9), (Use.DOWNLOAD, LIST, "ocds", 6),
    (Use.FEED, LIST, "notices", 200), (Use.FEED, LIST, "services", 60), (Use.API, LIST, "services", 80),
)  # fmt: skip


def add_use(as_of: datetime, *, services: Sequence[int], ocids: Sequence[str]) -> None:
    """Add what was used on each of the days before; fewer people come at the weekend."""
    rng = Random(SEED)
    for back in range(DAYS, 0, -1):
        on = as_of - timedelta(days=back)
        share = (0.5 if on.isoweekday() > 5 else 1.0) * rng.uniform(0.7, 1.3)
        counts = {Key(use, kind, name): max(1, round(usual * share)) for use, kind, name, usual in LISTS}
        for place, number in enumerate(services[:25]):
            counts[Key(Use.VIEW, "service", str(number))] = max(1, round(40 / (place + 1) * share))
        for ocid in rng.sample(list(ocids), 12):
            counts[Key(Use.VIEW, "process", ocid)] = rng.randint(1, 6)
        with clock.frozen(on):
            add_counts(counts, months_kept=Settings.usage_months)
