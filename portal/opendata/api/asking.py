"""What is asked of a dataset: filters, columns, how many rows, and where to go on."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from flask import current_app

from portal.kernel.clock import SHANGHAI
from portal.kernel.errors import BadFilterError
from portal.opendata.api import rules
from portal.web.filters import Filters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.exporting.dataset import Dataset

SINCE, LONGEST_POSITION = "updated_since", 18
_FILTER_NAMES = tuple("from" if item.name == "from_" else item.name for item in fields(Filters))


@dataclass(frozen=True)
class Asked:
    """One question to a dataset, read from the address.

    `names` are the columns wanted, `after` is the text to go on from, `since` is what is asked to have changed.
    """

    dataset: Dataset
    filters: Filters
    names: Sequence[str]
    limit: int
    after: str
    since: int | datetime | None = None
    said_since: str = ""

    @classmethod
    def read(cls, dataset: Dataset, args: Mapping[str, str]) -> Self:
        """Read a question.

        Raises:
            BadFilterError: something that cannot be meant, or that does not apply to the dataset.
        """
        for name in _FILTER_NAMES:
            if args.get(name) and name not in dataset.filters:
                raise rules.UnusedFilterError(name=name, known=", ".join(dataset.filters) or "-")
        return cls(
            dataset=dataset,
            filters=Filters.read(args),
            names=read_names(dataset, args),
            limit=_limit(args.get("limit", "").strip()),
            after=args.get("after", "").strip(),
            since=_since(dataset, args.get(SINCE, "").strip()),
            said_since=args.get(SINCE, "").strip(),
        )

    def place(self) -> Sequence[object] | None:
        """Tell where to go on; None at the beginning.

        Raises:
            BadCursorError: the text is damaged, or comes from another list.
        """
        return rules.read_cursor(self.after, bound_to=self._bound_to(), secret=_secret()) if self.after else None

    def args(self, place: Sequence[object] | None) -> dict[str, object]:
        """Write the question as parameters of an address, going on from a place."""
        cursor = rules.written_cursor(place, bound_to=self._bound_to(), secret=_secret()) if place else None
        said = self.filters.as_args() | {
            "fields": ",".join(self.names) if len(self.names) < len(self.dataset.columns) else None,
            "limit": self.limit if self.limit != rules.USUAL_ROWS else None,
            SINCE: self.said_since or None,
            "after": cursor,
        }
        return {name: value for name, value in said.items() if value is not None}

    def _bound_to(self) -> str:
        return json.dumps([self.dataset.name, self.filters.as_args(), self.said_since], default=str)


def read_names(dataset: Dataset, args: Mapping[str, str]) -> Sequence[str]:
    """Read which columns are wanted, in the order of the dataset; all where nothing is said.

    Raises:
        UnknownFieldError: the dataset has no such column.
    """
    known = [column.name for column in dataset.columns]
    wanted = {name.strip() for name in args.get("fields", "").split(",")} - {""}
    for name in sorted(wanted.difference(known)):
        raise rules.UnknownFieldError(name="fields", field_name=name[:40], known=", ".join(known))
    return [name for name in known if not wanted or name in wanted]


def _limit(raw: str) -> int:
    if not raw:
        return rules.USUAL_ROWS
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= len(str(rules.MOST_ROWS))):
        raise rules.LimitError(name="limit", most=rules.MOST_ROWS)
    if not 1 <= int(raw) <= rules.MOST_ROWS:
        raise rules.LimitError(name="limit", most=rules.MOST_ROWS)
    return int(raw)


def _since(dataset: Dataset, raw: str) -> int | datetime | None:
    """Read a position, a moment or a day; a moment without an offset is one of Shanghai."""
    if not raw:
        return None
    if dataset.follows is None:
        raise rules.UnusedFilterError(name=SINCE, known=", ".join(dataset.filters) or "-")
    if raw.isascii() and raw.isdecimal() and len(raw) <= LONGEST_POSITION:
        return int(raw)
    try:
        moment = datetime.fromisoformat(raw.replace(" ", "+"))  # a plus sign that nobody escaped
        return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadFilterError(name=SINCE) from error


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
