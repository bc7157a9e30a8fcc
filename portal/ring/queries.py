"""Reads of the ring: what a thing is joined to, seen from either end."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from flask_babel import gettext
from sqlalchemy import or_, select, tuple_

from portal.ring.models import RingLink
from portal.ring.rules import BACKWARD, FORWARD, Described, Describer, Kind, Neighbour, Relation
from portal.storage.database import db
from portal.web import links
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

describers: dict[Kind, Describer] = {}


def links_from(kind: Kind, object_id: str) -> Sequence[RingLink]:
    """Read the links that begin at a thing, oldest first."""
    return db.session.scalars(
        select(RingLink).where(RingLink.from_kind == kind, RingLink.from_id == object_id).order_by(RingLink.id)
    ).all()


def links_to(kind: Kind, object_id: str) -> Sequence[RingLink]:
    """Read the links that end at a thing, oldest first."""
    return db.session.scalars(
        select(RingLink).where(RingLink.to_kind == kind, RingLink.to_id == object_id).order_by(RingLink.id)
    ).all()


def targets(relation: Relation, from_ids: Iterable[str]) -> dict[str, list[str]]:
    """Read where links of one relation lead, for many beginnings at once: one statement."""
    found: dict[str, list[str]] = defaultdict(list)
    query = select(RingLink.from_id, RingLink.to_id).where(
        RingLink.relation == relation, RingLink.from_id.in_(list(from_ids))
    )
    for from_id, to_id in db.session.execute(query.order_by(RingLink.id)):
        found[from_id].append(to_id)
    return dict(found)


def sources(relation: Relation, to_ids: Iterable[str]) -> dict[str, list[str]]:
    """Read where links of one relation come from, for many ends at once: one statement."""
    found: dict[str, list[str]] = defaultdict(list)
    query = select(RingLink.from_id, RingLink.to_id).where(
        RingLink.relation == relation, RingLink.to_id.in_(list(to_ids))
    )
    for from_id, to_id in db.session.execute(query.order_by(RingLink.id)):
        found[to_id].append(from_id)
    return dict(found)


def neighbours(kind: Kind, object_id: str) -> list[Neighbour]:
    """Read what a thing is joined to, ready to be shown; hidden things are left out.

    One statement for the links and one for each kind at their other ends.
    """
    return neighbours_of([(kind, object_id)]).get((kind, object_id), [])


def neighbours_of(things: Sequence[tuple[Kind, str]]) -> dict[tuple[Kind, str], list[Neighbour]]:
    """Read the neighbours of many things at once."""
    rows = _rows(things)
    described = describe([(row.to_kind, row.to_id) for row in rows] + [(row.from_kind, row.from_id) for row in rows])
    found: dict[tuple[Kind, str], list[Neighbour]] = defaultdict(list)
    wanted = set(things)
    for row in rows:
        start, end = (row.from_kind, row.from_id), (row.to_kind, row.to_id)
        if start in wanted and end in described:
            found[start].append(_neighbour(row, described[end], forward=True))
        if end in wanted and start in described:
            found[end].append(_neighbour(row, described[start], forward=False))
    return dict(found)


def describe(things: Iterable[tuple[Kind, str]]) -> dict[tuple[Kind, str], Described]:
    """Name things of any kinds: one call per kind; what nobody may see is missing."""
    by_kind: dict[Kind, set[str]] = defaultdict(set)
    for kind, object_id in things:
        by_kind[kind].add(object_id)
    return {
        (kind, object_id): said
        for kind, ids in by_kind.items()
        if kind in describers
        for object_id, said in describers[kind](sorted(ids)).items()
    }


def url_of(said: Described) -> str:
    """Tell the local address of a described thing in the language of the request."""
    url = links.path(said.endpoint, locale=None, **said.values)
    return f"{url}#{said.anchor}" if said.anchor else url


def _rows(things: Sequence[tuple[Kind, str]]) -> Sequence[RingLink]:
    if not things:
        return []
    pairs = [(kind, object_id) for kind, object_id in things]
    starts = tuple_(RingLink.from_kind, RingLink.from_id).in_(pairs)
    ends = tuple_(RingLink.to_kind, RingLink.to_id).in_(pairs)
    return db.session.scalars(select(RingLink).where(or_(starts, ends)).order_by(RingLink.id)).all()


def _neighbour(row: RingLink, said: Described, *, forward: bool) -> Neighbour:
    kind = row.to_kind if forward else row.from_kind
    label = gettext((FORWARD if forward else BACKWARD)[row.relation])
    direction = "forward" if forward else "back"
    return Neighbour(kind, row.relation, direction, label, pick(said.title, said.title_en), url_of(said), row.note)
