"""The reference of the API for people: a page with every dataset, parameter and error, and a form to try each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, current_app, render_template
from flask_babel import gettext

from portal.exporting.dataset import ID
from portal.kernel.errors import BadFilterError, NotFoundError, PortalError, TooManyError
from portal.opendata.api import listing, rules, schemas
from portal.outbox.queries import last_position
from portal.procurement.rules import PayloadWithheldError, WithdrawnError
from portal.web import access, limiting, links
from portal.web.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from portal.exporting.dataset import Dataset
    from portal.settings import Settings

bp = Blueprint("api_reference", __name__)
PROBLEMS: Sequence[type[PortalError]] = (
    BadFilterError, rules.UnusedFilterError, rules.UnknownFieldError, rules.LimitError, rules.BadCursorError,
    rules.UnknownPositionError, rules.TooFarBackError, NotFoundError, WithdrawnError, PayloadWithheldError,
    TooManyError,
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field of the form of a dataset: its name in the address, what it means, the values offered."""

    name: str
    meaning: str
    type: str
    choices: Sequence[str]


@dataclass(frozen=True)
class Described:
    """A dataset with its address, an address of one of its rows, and what it may be asked."""

    dataset: Dataset
    url: str
    example: str | None
    fields: Sequence[Field]


class _Left(dict[str, object]):
    """Stands for what a message says of one case."""

    def __missing__(self, key: str) -> str:
        return "…"


@bp.get("/data/api")
@access.public
def page() -> ResponseReturnValue:
    """Show how programs read what is published here."""
    settings: Settings = current_app.extensions["settings"]
    described = [_described(dataset) for dataset in listing.datasets()]
    first = described[0]
    return render_template(
        "opendata/api/reference.html",
        described=described,
        first=first,
        paging=[Field(name, gettext(told), "", ()) for name, (_, told) in schemas.PAGING.items()],
        narrowing=[Field(name, gettext(told), "", ()) for name, (_, told) in schemas.FILTERS.items()],
        problems=[(int(one.status), one.code, gettext(one.message) % _Left()) for one in PROBLEMS],
        position=last_position(),
        most=f"{rules.MOST_ROWS:,}",
        usual=rules.USUAL_ROWS,
        settings=settings,
        limit=limiting.allowed(settings),
        openapi_url=f"{links.public_url()}{listing.ROOT}/openapi.json",
    )


def _described(dataset: Dataset) -> Described:
    rows, _ = listing.table_of(dataset).page(Filters(), after=None, limit=1)
    url = f"{links.public_url()}{listing.ROOT}/{dataset.name}"
    example = f"{url}/{quote(str(rows[0][ID.name]), safe='')}" if rows else None
    return Described(dataset, url, example, [_field(dataset, name) for name in dataset.filters])


def _field(dataset: Dataset, name: str) -> Field:
    schema, told = schemas.FILTERS[name]
    kind = "date" if schema.get("format") == "date" else "number" if schema["type"] == "integer" else "text"
    return Field(name, gettext(told), kind, [str(value) for value in dataset.choices.get(name, ())])
