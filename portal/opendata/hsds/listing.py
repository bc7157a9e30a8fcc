"""Reading pages and single objects of the HSDS interface: what may be seen, narrowed by its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from portal.classification.queries import category_subtree
from portal.kernel import clock
from portal.kernel.errors import BadFilterError, NotFoundError
from portal.kernel.text import clean_line
from portal.opendata.hsds import places, rules, taxonomies, writing
from portal.opendata.hsds.writing import Around
from portal.parties.models import Organization
from portal.parties.queries import visible_organizations
from portal.ratings.queries import latest_summaries
from portal.services import queries as services
from portal.services.models import Service, ServicePlace
from portal.services.rules import Mode
from portal.storage.database import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from portal.opendata.hsds.rules import Json

PER_PAGE, MOST_PER_PAGE, MOST_PAGES = 50, 100, 1_000_000
BATCH = 200
LONGEST = 200
Item = TypeVar("Item")
FORMATS = ("json", "ndjson")


@dataclass(frozen=True)
class Asked:
    """The parameters of the HSDS interface; what is not asked for is None."""

    search: str | None = None
    page: int = 1
    per_page: int = PER_PAGE
    format: str = "json"
    taxonomy_term_id: str | None = None
    taxonomy_id: str | None = None
    organization_id: str | None = None
    region: str | None = None
    modified_after: datetime | None = None
    minimal: bool = False
    full: bool = False

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Self:
        """Read the parameters; unknown ones are ignored, empty ones count as not asked for.

        Raises:
            BadFilterError: a value that cannot be meant.
        """
        asked_format = args.get("format") or "json"
        if asked_format not in FORMATS:
            raise BadFilterError(name="format")
        return cls(
            search=_text(args, "search"), page=_number(args, "page", 1, MOST_PAGES),
            per_page=_number(args, "per_page", PER_PAGE, MOST_PER_PAGE), format=asked_format,
            taxonomy_term_id=_text(args, "taxonomy_term_id"), taxonomy_id=_text(args, "taxonomy_id"),
            organization_id=_text(args, "organization_id"), region=_text(args, "region"),
            modified_after=_moment(args, "modified_after"), minimal=_flag(args, "minimal"), full=_flag(args, "full"),
        )  # fmt: skip


def services_page(asked: Asked) -> Json:
    """Give one page of services."""
    return _page(_services(asked), asked, lambda found: _written(found, asked))


def all_services(asked: Asked) -> Iterator[Json]:
    """Give every service that is asked for, a batch at a time."""
    query, after = _services(asked).order_by(None).order_by(Service.id), 0
    while found := db.session.scalars(query.where(Service.id > after).limit(BATCH)).all():
        yield from _written(found, asked)
        after = found[-1].id


def service(identifier: str) -> Json:
    """Give one service with everything that belongs to it.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    query = services.with_details(services.visible_services().where(Service.hsds_id == identifier))
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return writing.full_service(found, _around([found]))


def organizations_page(asked: Asked) -> Json:
    """Give one page of the organisations that provide services or pay for them."""
    query = _organizations(asked).order_by(Organization.id)
    return _page(query, asked, lambda found: [writing.organization(one) for one in found])


def organization(identifier: str) -> Json:
    """Give one organisation.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    found = db.session.scalar(_organizations(Asked()).where(Organization.hsds_id == identifier))
    if found is None:
        raise NotFoundError
    return writing.organization(found)


def places_page(asked: Asked) -> Json:
    """Give one page of the places where services are given."""
    query = _places(asked).order_by(ServicePlace.id)
    return _page(query, asked, _with_service)


def place(identifier: str) -> Json:
    """Give one place where a service is given.

    Raises:
        NotFoundError: there is none, or it may not be seen.
    """
    numbers = db.session.execute(
        _places(Asked()).with_only_columns(ServicePlace.id, ServicePlace.hsds_id, Service.hsds_id)
    )
    for number, place_id, service_id in numbers:
        if rules.child_id(place_id, "service", service_id) == identifier:
            found = db.session.scalars(_places(Asked()).where(ServicePlace.id == number)).all()
            return _with_service(found)[0]
    raise NotFoundError


def listed(items: Sequence[Json], asked: Asked) -> Json:
    """Give one page of a list that is known whole."""
    start = (asked.page - 1) * asked.per_page
    chosen = [one for one in items if asked.search is None or asked.search.casefold() in str(one["name"]).casefold()]
    shown = chosen[start : start + asked.per_page]
    return rules.page_of(shown, total=len(chosen), number=asked.page, per_page=asked.per_page)


def named(items: Sequence[Json], identifier: str) -> Json:
    """Give one object of a list.

    Raises:
        NotFoundError: there is none.
    """
    found = next((one for one in items if one["id"] == identifier), None)
    if found is None:
        raise NotFoundError
    return found


def _services(asked: Asked) -> Select[Service]:
    query = services.visible_services().where(*_narrowed(asked))
    return services.with_details(query).order_by(Service.id)


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.search:
        conditions += [services.says(term) for term in asked.search.split()]
    if asked.region:
        conditions.append(services.serves(asked.region))
    if asked.modified_after:
        conditions.append(Service.changed_at >= asked.modified_after)
    if asked.organization_id:
        theirs = visible_organizations().where(Organization.hsds_id == asked.organization_id)
        conditions.append(Service.provider_id.in_(theirs.with_only_columns(Organization.id)))
    if asked.taxonomy_id:
        conditions.append(_of_taxonomy(asked.taxonomy_id))
    if asked.taxonomy_term_id:
        conditions.append(_of_term(asked.taxonomy_term_id))
    return conditions


def _of_taxonomy(identifier: str) -> ColumnElement[bool]:
    if identifier == rules.term_id(f"taxonomy:{taxonomies.CATEGORIES}"):
        return Service.category_code.is_not(None)
    if identifier == rules.term_id(f"taxonomy:{taxonomies.REGIONS}"):
        return or_(Service.region_code.is_not(None), Service.areas.any())
    return Service.id.is_(None)


def _of_term(identifier: str) -> ColumnElement[bool]:
    """Give the condition that a service is of a term or of one below it; an unknown term has none."""
    found = taxonomies.code_of(identifier)
    if found is None:
        return Service.id.is_(None)
    prefix, code = found
    if prefix == taxonomies.CATEGORIES:
        return Service.category_code.in_(category_subtree(code))
    return services.serves(code)


def _written(found: Sequence[Service], asked: Asked) -> list[Json]:
    if asked.minimal:
        return [writing.minimal_service(one) for one in found]
    around = _around(found)
    write = writing.full_service if asked.full or asked.format == "ndjson" else writing.service_summary
    return [write(one, around) for one in found]


def _around(found: Sequence[Service]) -> Around:
    """Read what services are written with: three statements, whatever their number."""
    contracts = services.contracts_of_many([one.id for one in found])
    wanted = {number for one in found for number in (one.provider_id, one.buyer_id) if number}
    wanted |= {one.supplier_id for some in contracts.values() for one in some if one.supplier_id}
    known = db.session.scalars(visible_organizations().where(Organization.id.in_(wanted)))
    return Around({one.id: one for one in known}, contracts, latest_summaries([one.id for one in found]))


def _organizations(asked: Asked) -> Select[Organization]:
    """Select organisations that provide or pay for a service that may be seen."""
    shown = services.visible_services()
    theirs = or_(
        Organization.id.in_(shown.with_only_columns(Service.provider_id).where(Service.provider_id.is_not(None))),
        Organization.id.in_(shown.with_only_columns(Service.buyer_id).where(Service.buyer_id.is_not(None))),
    )
    query = visible_organizations().where(theirs)
    if asked.search:
        words = [Organization.name.icontains(word, autoescape=True) for word in asked.search.split()]
        query = query.where(and_(*words))
    if asked.modified_after:
        query = query.where(Organization.changed_at >= asked.modified_after)
    return query


def _places(asked: Asked) -> Select[ServicePlace]:
    shown = services.visible_services().where(*_narrowed(asked)).with_only_columns(Service.id)
    query = select(ServicePlace).join(Service, Service.id == ServicePlace.service_id)
    query = query.options(selectinload(ServicePlace.hours))
    return query.where(Service.id.in_(shown), ServicePlace.mode.in_((Mode.VISIT, Mode.ONLINE)))


def _with_service(found: Sequence[ServicePlace]) -> list[Json]:
    query = select(Service).where(Service.id.in_({one.service_id for one in found}))
    theirs = {one.id: one for one in db.session.scalars(query)}
    return [places.service_at_location(theirs[one.service_id], one) for one in found]


def _page(query: Select[Item], asked: Asked, write: Callable[[Sequence[Item]], list[Json]]) -> Json:
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = query.limit(asked.per_page).offset((asked.page - 1) * asked.per_page)
    items = write(db.session.scalars(rows).all()) if (asked.page - 1) * asked.per_page < total else []
    return rules.page_of(items, total=total, number=asked.page, per_page=asked.per_page)


def _text(args: Mapping[str, str], name: str) -> str | None:
    value = clean_line(args.get(name, "")[: 2 * LONGEST])
    if len(value) > LONGEST:
        raise BadFilterError(name=name)
    return value or None


def _number(args: Mapping[str, str], name: str, default: int, most: int) -> int:
    raw = args.get(name, "").strip()
    if not raw:
        return default
    if not (raw.isascii() and raw.isdigit() and len(raw) <= len(str(most)) and 1 <= int(raw) <= most):
        raise BadFilterError(name=name)
    return int(raw)


def _flag(args: Mapping[str, str], name: str) -> bool:
    raw = args.get(name, "").strip().casefold()
    if raw not in {"", "0", "1", "true", "false"}:
        raise BadFilterError(name=name)
    return raw in {"1", "true"}


def _moment(args: Mapping[str, str], name: str) -> datetime | None:
    """Read a day, or a moment (that of Shanghai where it names no zone)."""
    raw = args.get(name, "").strip().replace(" ", "+")
    if not raw:
        return None
    try:
        found = datetime.fromisoformat(raw)
        return found if found.tzinfo else found.replace(tzinfo=clock.SHANGHAI)
    except ValueError as error:
        raise BadFilterError(name=name) from error
