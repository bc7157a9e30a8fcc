"""Published counts of ratings as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.exporting.dataset import ID, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.kernel.text import N_
from portal.ratings import queries
from portal.ratings.models import RatingSummary
from portal.storage.database import db
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portal.web.filters import Filters

_COUNTS = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied")


def _rows(filters: Filters) -> Iterator[Mapping[str, object]]:
    del filters
    for item in db.session.scalars(queries.visible_summaries().order_by(RatingSummary.id)):
        yield {
            "id": item.id,
            "url": links.absolute("ratings.show", service_id=item.service_id, summary_id=item.id),
            "updated_at": item.as_of,
            "service": item.service_id,
            "n": item.n,
            **{name: getattr(item, name) for name in _COUNTS},
            "satisfied_percent": round(100 * item.satisfied_share, 1),
            "low_percent": round(100 * item.low, 1),
            "high_percent": round(100 * item.high, 1),
            "ledger_position": item.ledger_position,
        }


RATINGS = Dataset(
    name="ratings",
    title=N_("Ratings"),
    description=N_("Published counts of ratings, each with at least five answers more than the one before."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("service", N_("Service"), ColumnType.INTEGER, description=N_("Number of the service.")),
        Column("n", N_("Answers"), ColumnType.INTEGER),
        Column("very_satisfied", N_("very satisfied"), ColumnType.INTEGER),
        Column("satisfied", N_("satisfied"), ColumnType.INTEGER),
        Column("basically_satisfied", N_("basically satisfied"), ColumnType.INTEGER),
        Column("dissatisfied", N_("dissatisfied"), ColumnType.INTEGER),
        Column("very_dissatisfied", N_("very dissatisfied"), ColumnType.INTEGER),
        Column("satisfied_percent", N_("Share satisfied"), ColumnType.NUMBER, unit="%", description=N_("The two best levels.")),
        Column("low_percent", N_("Lower bound"), ColumnType.NUMBER, unit="%", description=N_("Wilson interval at 95 percent.")),
        Column("high_percent", N_("Upper bound"), ColumnType.NUMBER, unit="%", description=N_("Wilson interval at 95 percent.")),
        Column("ledger_position", N_("Ledger entry"), ColumnType.INTEGER),
    ),
    rows=_rows,
)  # fmt: skip
