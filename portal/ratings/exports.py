"""Ratings as data: published summaries only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.exporting import meanings
from portal.exporting.codelists import Codelist, of_names
from portal.exporting.dataset import NUMBER, UPDATED_AT, URL, Column, ColumnType, Dataset
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
CHANNELS = Codelist("rating-channels", N_("Channels of ratings"), codes=of_names(rules.CHANNEL_NAMES))
STEPS = Codelist("rating-steps", N_("What may be shown of ratings"), codes=of_names(rules.STEP_NAMES))
_LEVEL_COLUMNS = [
    Column(
        name,
        rules.LEVEL_NAMES[level],
        ColumnType.INTEGER,
        unit="1",
        description=N_("Empty under 10 answers."),
        source=meanings.RESIDENT,
    )
    for level, name in zip(rules.LEVEL_NAMES, LEVELS, strict=True)
]


def _figure(name: str, title: str, description: str) -> Column:
    return Column(name, title, ColumnType.NUMBER, unit="1", description=description, source=meanings.COMPUTED)


RATINGS = Dataset(
    name="ratings",
    title=N_("Ratings"),
    description=N_("What residents say of services, as published figures: nothing under 5 answers, no score under 10."),
    columns=(
        NUMBER, URL, UPDATED_AT,
        Column(
            "service", N_("Service"), ColumnType.INTEGER, description=N_("Number of the service."),
            source=meanings.GIVEN,
        ),
        Column(
            "channel", N_("Channel"), description=N_("open or invited (after using the service); never mixed."),
            codelist=CHANNELS, source=meanings.GIVEN,
        ),
        Column(
            "period", N_("Quarter"), description=N_("In which the week was closed, for example 2026Q4."),
            source=meanings.GIVEN,
        ),
        Column(
            "as_of", N_("Counted up to"), ColumnType.DATE, description=N_("Last day whose answers are counted."),
            source=meanings.GIVEN,
        ),
        Column(
            "answers", N_("Answers"), ColumnType.INTEGER, unit="1", description=N_("Residents who answered."),
            source=meanings.COMPUTED,
        ),
        Column(
            "step", N_("What may be shown"), description=N_("too-few (5 to 9), score (10 to 29), comparison (30)."),
            codelist=STEPS, source=meanings.COMPUTED,
        ),
        *_LEVEL_COLUMNS,
        _figure("satisfied_share", N_("Satisfied share"), N_("0 to 1.")),
        _figure("not_dissatisfied_share", N_("Not dissatisfied share"), N_("0 to 1.")),
        _figure("low", N_("Lower bound"), _BOUND),
        _figure("high", N_("Upper bound"), _BOUND),
        _figure("mean", N_("Mean level"), N_("1 (worst) to 5 (best).")),
        _figure("score", N_("Score"), N_("Mean drawn towards the category.")),
        Column(
            "ledger_position", N_("Ledger entry"), ColumnType.INTEGER, description=meanings.LEDGER_ENTRY,
            source=meanings.LEDGER,
        ),
    ),
    rows=Table(queries.summaries, _rows, key=(RatingSummary.id,)),
    filters=("q", "region", "category", "buyer", "supplier", "stage", "from", "to"),
    choices={"stage": list(ServiceStatus)},
    follows=Follows(Kind.RATING, also=(Affected(Kind.SERVICE, queries.summary_ids_of, (HIDDEN, RESTORED)),)),
)  # fmt: skip
