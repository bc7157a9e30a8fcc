"""Ratings as data: published summaries only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.exporting.dataset import ID, UPDATED_AT, URL, Column, ColumnType, Dataset
from portal.exporting.following import Affected, Follows
from portal.exporting.table import Table
from portal.kernel.text import N_
from portal.moderation.rules import HIDDEN, RESTORED
from portal.ratings import queries, rules
from portal.ratings.models import RatingSummary
from portal.ring.rules import Kind
from portal.services.rules import ServiceStatus
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FIGURES = ("satisfied_share", "not_dissatisfied_share", "low", "high", "mean", "score")
LEVELS = [f"level_{level}" for level in rules.LEVEL_NAMES]


def _rows(items: Sequence[RatingSummary]) -> Iterator[Mapping[str, object]]:
    for item in items:
        is_scored = rules.is_scored(item.n)
        yield {
            "id": item.id,
            "url": links.absolute("ratings.show", service_id=item.service_id, summary_id=item.id),
            "updated_at": item.closed_at,
            "service": item.service_id,
            "channel": item.channel.value,
            "period": item.period,
            "as_of": item.as_of,
            "answers": item.n,
            "step": rules.step_of(item.n).value,
            **(_figures(item) if is_scored else dict.fromkeys([*LEVELS, *FIGURES])),
            "ledger_position": item.ledger_position,
        }


def _figures(item: RatingSummary) -> dict[str, object]:
    counts = {f"level_{level}": item.exact_counts[level - 1] for level in rules.LEVEL_NAMES}
    return counts | {name: getattr(item, name) for name in FIGURES}


_BOUND = N_("Of the satisfied share: Wilson interval, confidence 0.95.")
_LEVEL_COLUMNS = [
    Column(name, rules.LEVEL_NAMES[level], ColumnType.INTEGER, description=N_("Empty under 10 answers."))
    for level, name in zip(rules.LEVEL_NAMES, LEVELS, strict=True)
]
RATINGS = Dataset(
    name="ratings",
    title=N_("Ratings"),
    description=N_("What residents say of services, as published figures: nothing under 5 answers, no score under 10."),
    columns=(
        ID, URL, UPDATED_AT,
        Column("service", N_("Service"), ColumnType.INTEGER, description=N_("Number of the service.")),
        Column("channel", N_("Channel"), description=N_("open or invited (after using the service); never mixed.")),
        Column("period", N_("Quarter"), description=N_("In which the week was closed, for example 2026Q4.")),
        Column("as_of", N_("Counted up to"), ColumnType.DATE),
        Column("answers", N_("Answers"), ColumnType.INTEGER),
        Column("step", N_("What may be shown"), description=N_("too-few (5 to 9), score (10 to 29), comparison (30).")),
        *_LEVEL_COLUMNS,
        Column("satisfied_share", N_("Satisfied share"), ColumnType.NUMBER, description=N_("0 to 1.")),
        Column("not_dissatisfied_share", N_("Not dissatisfied share"), ColumnType.NUMBER, description=N_("0 to 1.")),
        Column("low", N_("Lower bound"), ColumnType.NUMBER, description=_BOUND),
        Column("high", N_("Upper bound"), ColumnType.NUMBER, description=_BOUND),
        Column("mean", N_("Mean level"), ColumnType.NUMBER, description=N_("1 (worst) to 5 (best).")),
        Column("score", N_("Score"), ColumnType.NUMBER, description=N_("Mean drawn towards the category.")),
        Column("ledger_position", N_("Ledger entry"), ColumnType.INTEGER),
    ),
    rows=Table(queries.summaries, _rows, key=(RatingSummary.id,)),
    filters=("q", "region", "category", "buyer", "supplier", "stage", "from", "to"),
    choices={"stage": list(ServiceStatus)},
    follows=Follows(Kind.RATING, also=(Affected(Kind.SERVICE, queries.summary_ids_of, (HIDDEN, RESTORED)),)),
)  # fmt: skip
