"""Rating a service, closing a week, and letting a figure inform a need."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.kernel.canonical import canonical_json
from portal.ledger.actions import append_entry
from portal.outbox.actions import append_event
from portal.ratings import queries, rules
from portal.ratings.models import Rating, RatingAnswer, RatingDimension, RatingSummary, RatingVersion
from portal.ratings.rules import Channel, Promise
from portal.ring.actions import add_link, remove_link
from portal.ring.queries import describe, links_from, targets
from portal.ring.rules import Kind, Relation
from portal.services.queries import service as visible_service
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DIMENSIONS = Path(__file__).parent / "data" / "dimensions.csv"


@dataclass(frozen=True)
class Opinion:
    """What somebody says of a service; only the level must be said."""

    level: int
    promise_kept: Promise | None = None
    comment: str = ""
    is_by_family: bool = False
    answers: Mapping[str, int] = field(default_factory=dict)


def rate_service(service_id: int, opinion: Opinion, *, by: int, channel: Channel = Channel.OPEN) -> Rating:
    """Keep what a resident says of a service this quarter; said again, it replaces what was said.

    No event: nothing public changes before the week is closed.

    Raises:
        NotFoundError: there is no such service to be seen.
        RatedPartyError: the person works for the provider or the buyer.
        UnknownLevelError, UnknownDimensionError: naming the field.
    """
    with transaction():
        service, now = visible_service(service_id), clock.now()
        if queries.is_rated_party(by, service):
            raise rules.RatedPartyError
        _check(opinion)
        rating = queries.own_rating(service_id, by)
        if rating is None:
            rating = Rating(
                service_id=service_id, person_id=by, period=rules.period_of(clock.day_of(now)), ocid=service.ocid,
                contract_id=service.contract_id, channel=channel, created_at=now,
            )  # fmt: skip
            db.session.add(rating)
        else:
            db.session.add(_version(rating))
        _say(rating, opinion)
        rating.changed_at = now
        db.session.flush()
        return rating


def close_week(as_of: date) -> Sequence[int]:
    """Publish new figures where at least five residents answered since the last ones.

    Counted is what was said before the Monday of the week of `as_of`, so that figures move weekly
    and no single answer can be read off a step. Called again, it changes nothing.

    Returns:
        The identifiers of the new summaries.
    """
    last_day = rules.week_start(as_of) - timedelta(days=1)
    with transaction():
        counted, before = queries.counts_before(queries.cutoff(last_day)), queries.counted_so_far()
        priors = _priors(counted)
        return [
            _publish(service_id, channel, counts, prior=priors[service_id, channel], last_day=last_day, new=new).id
            for (service_id, channel), counts in sorted(counted.items())
            if (new := sum(counts) - before.get((service_id, channel), 0)) >= rules.LEAST_NEW_ANSWERS
        ]


def inform_need(summary_id: int, need_id: int, *, note: str = "") -> None:
    """Note that a need rests on what residents said.

    Raises:
        NotFoundError: there is no such summary to be seen.
        UnknownNeedError: there is no such need to be seen.
    """
    with transaction():
        queries.summary(summary_id)
        if not describe([(Kind.NEED, str(need_id))]):
            raise rules.UnknownNeedError(field="need")
        add_link(Relation.INFORMS, str(summary_id), str(need_id), note=note)


def load_dimensions(path: Path = DIMENSIONS) -> int:
    """Read the further questions from a file into their table; twice changes nothing.

    Returns:
        How many there are in the file.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with transaction():
        for row in rows:
            question = RatingDimension(
                code=row["code"], name=row["name"], name_en=row["name_en"], position=int(row["position"]),
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None, source=row["source"],
            )  # fmt: skip
            db.session.merge(question)
    return len(rows)


def _check(opinion: Opinion) -> None:
    rules.check_level(opinion.level)
    asked = {dimension.code for dimension in queries.dimensions(clock.today())} if opinion.answers else set()
    for code, level in opinion.answers.items():
        if code not in asked:
            raise rules.UnknownDimensionError(field=code)
        rules.check_level(level, field=code)


def _say(rating: Rating, opinion: Opinion) -> None:
    rating.level, rating.promise_kept = opinion.level, opinion.promise_kept
    rating.comment, rating.is_by_family = opinion.comment, opinion.is_by_family
    kept = {answer.dimension_code: answer for answer in rating.answers}
    for code in kept.keys() - opinion.answers.keys():
        rating.answers.remove(kept[code])
    for code, level in opinion.answers.items():
        if code in kept:
            kept[code].level = level
        else:
            rating.answers.append(RatingAnswer(dimension_code=code, level=level))


def _version(rating: Rating) -> RatingVersion:
    said: dict[str, object] = {
        "level": rating.level,
        "promise_kept": rating.promise_kept.value if rating.promise_kept else None,
        "comment": rating.comment,
        "is_by_family": rating.is_by_family,
        "answers": {answer.dimension_code: answer.level for answer in rating.answers},
    }
    return RatingVersion(rating_id=rating.id, said=said, said_at=rating.changed_at, replaced_at=clock.now())


def _priors(
    counted: Mapping[tuple[int, Channel], Sequence[int]],
) -> Mapping[tuple[int, Channel], list[float]]:
    """Take the distribution of the category in the same channel as what few answers are drawn towards."""
    categories = queries.categories_of([service_id for service_id, _ in counted])
    totals: dict[tuple[str | None, Channel], Counter[int]] = {}
    for (service_id, channel), counts in counted.items():
        totals.setdefault((categories[service_id], channel), Counter()).update(dict(enumerate(counts)))
    priors = {key: rules.prior_of([total[level] for level in range(rules.BEST)]) for key, total in totals.items()}
    return {(service_id, channel): priors[categories[service_id], channel] for service_id, channel in counted}


def _publish(
    service_id: int, channel: Channel, counts: list[int], *, prior: list[float], last_day: date, new: int
) -> RatingSummary:
    now = clock.now()
    figures = rules.satisfaction(counts, prior=prior)
    summary = RatingSummary(
        service_id=service_id, channel=channel, period=rules.period_of(last_day), as_of=last_day, new_answers=new,
        exact_counts=counts, prior=prior, closed_at=now, ledger_position=0, **asdict(figures),
    )  # fmt: skip
    db.session.add(summary)
    db.session.flush()
    public = canonical_json(public_form(summary))
    summary.ledger_position = append_entry("rating-count", summary.id, action="publish", public=public, at=now)
    _join(summary)
    append_event(Kind.RATING, summary.id, "published")
    append_event(Kind.SERVICE, service_id)
    return summary


def public_form(summary: RatingSummary) -> dict[str, object]:
    """Write the closing count as it is published: numbers only, by level from ten answers on."""
    return {
        "summary": summary.id, "service": summary.service_id, "channel": summary.channel.value,
        "as_of": summary.as_of.isoformat(), "n": summary.n, "counts": summary.counts,
        "prior": summary.prior if summary.counts else None,
    }  # fmt: skip


def _join(summary: RatingSummary) -> None:
    """Link the service to its newest figures; older ones stay in the ring only where a need rests on them."""
    service = str(summary.service_id)
    older = [link.to_id for link in links_from(Kind.SERVICE, service) if link.relation is Relation.RATED_IN]
    used, known = targets(Relation.INFORMS, older), queries.summaries_by_id(older)
    for number in older:
        found = known.get(number)
        if number not in used and found is not None and found.channel is summary.channel:
            remove_link(Relation.RATED_IN, service, number)
    add_link(Relation.RATED_IN, service, str(summary.id))
