"""What a correction leaves out: OCDS lets nothing go from a list, so each row says itself that it is gone, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.procurement.values import REMOVAL, children, first_text
from portal.publishing.notices import paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.procurement.rules import Json
    from portal.publishing.notices.model import FieldSpec, NoticeType
    from portal.publishing.notices.occasion import Occasion


def take_out(notice: NoticeType, body: Json, on: Occasion, parts: Mapping[str, str]) -> None:
    """Say in a correction which rows and organisations of the corrected release are gone.

    Args:
        notice: the notice type.
        body: the correction as it is written so far; it is added to.
        on: its occasion; `before` is the release that it corrects.
        parts: the names of the parts of the notice.
    """
    taker = _Taker(notice, body, on, parts)
    for one in notice.fields:
        for path in one.path:
            if one.kind == "table":
                taker.rows(one, path)
            elif one.kind == "organisation":
                taker.organisations(path, on.before, body)


def rows_before(on: Occasion, path: str, parts: Mapping[str, str]) -> list[Json]:
    """List the rows of a table in the release that is corrected, those that are gone too."""
    found = paths.get(on.before, path, parts)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


class _Taker:
    """One correction while rows are taken out of it."""

    def __init__(self, notice: NoticeType, body: Json, on: Occasion, parts: Mapping[str, str]) -> None:
        self.body, self.on, self.parts = body, on, parts
        self.fixed = {*(part.id for part in notice.parts.values()), *parts.values()}

    def rows(self, table: FieldSpec, path: str) -> None:
        """Empty the rows that are not there any more, and organisations within those that are."""
        kept = {str(row.get("id")): row for row in _objects(self.body, path, self.parts)}
        for before in rows_before(self.on, path, self.parts):
            number = str(before.get("id"))
            if number not in kept and number not in self.fixed:
                status = {"status": table.row_status} if table.row_status else {}
                paths.put(self.body, f"{path}[]", _emptied(before) | status | self._removal(before), self.parts)
            elif number in kept:
                for place in _places(table.columns):
                    if not place.startswith("/"):
                        self.organisations(place, before, kept[number])
        for place in _places(table.columns):
            if place.startswith("/"):
                self.organisations(place.removeprefix("/"), self.on.before, self.body)

    def organisations(self, path: str, before: Json, now: Json) -> None:
        """Empty the organisations of a list that are not there any more."""
        if not path.endswith("[]"):
            return
        place = path.removesuffix("[]")
        there = {str(one.get("id")) for one in _objects(now, place, self.parts)}
        for one in _objects(before, place, self.parts):
            if str(one.get("id")) not in there:
                paths.put(now, path, {"id": one.get("id"), "name": None} | self._removal(one), self.parts)

    def _removal(self, what: Json) -> Json:
        bidders = "、".join(first_text(one.get("name")) for one in children(what, "tenderers"))
        title = first_text(what.get("title"), what.get("name"), what.get("description"), bidders)
        said = {"date": self.on.at, "rationale": self.on.reason, "releaseID": self.on.release_id}
        return {REMOVAL: {**({"title": title} if title else {}), **said}}


def _places(columns: Sequence[FieldSpec]) -> list[str]:
    """List where organisations of a table stand: within its row, or (with a slash) in the release."""
    return [place for column in columns if column.kind == "organisation" for place in column.path]


def _objects(root: Json, path: str, parts: Mapping[str, str]) -> list[Json]:
    return children({"found": paths.get(root, path, parts)}, "found")


def _emptied(row: Json) -> Json:
    """Keep of an object in a list only who it is."""
    emptied: Json = {}
    for name, value in row.items():
        if isinstance(value, dict) and name != REMOVAL:
            emptied[name] = _emptied(value)
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            emptied[name] = [_emptied(one) for one in value]
        elif name != REMOVAL:
            emptied[name] = value if name == "id" else None
    return emptied
