"""The demonstration has readers too, so that its statistics can be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.demo import loader
from portal.kernel import clock
from portal.storage.database import db
from portal.usage import statistics
from portal.usage.models import UsageDay

if TYPE_CHECKING:
    from flask import Flask


def test_the_demonstration_is_used_and_the_page_of_statistics_tells_it(app: Flask, demonstration: None) -> None:
    days = db.session.scalars(select(UsageDay.day).distinct().order_by(UsageDay.day)).all()
    assert len(days) == 100
    assert days[-1] < clock.day_of(loader.AS_OF)
    with app.test_request_context("/statistics"), clock.frozen(loader.AS_OF):
        figures = statistics.figures()
    assert figures.last_month == "2026-10"
    assert len(figures.most_seen) == 10
    assert all(count > 0 for _, count in figures.days[statistics.CHARTED[0]])
