"""Filling a notice from what is published already, so that nobody types it again: the way back of `writing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.kernel import clock
from portal.procurement.values import amount, children, first_text, moment
from portal.publishing.notices import paths
from portal.publishing.notices.model import codelists
from portal.publishing.notices.writing import SCHEME, parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.procurement.rules import Json
    from portal.publishing.notices.model import FieldSpec, NoticeType
    from portal.publishing.notices.writing import Values


def values_of(notice: NoticeType, body: Json, *, number: int, corrects: bool, said: Values | None = None) -> Values:
    """Read the values of a notice from a release that it corrects, or from the state of a purchase it continues.

    Args:
        notice: the notice type.
        body: the release, or the compiled release.
        number: the draft's number.
        corrects: whether `body` is a release of this type that is corrected: then everything is read.
        said: what is known already; the parts that were chosen stand in it.
    """
    if not body:
        return dict(said or {})
    values: Values = _only_parts(notice, body) | (said or {})
    parts = parts_of(notice, values, number, body if corrects else None)
    reader = _Reader(notice, body, parts, everything=corrects)
    for field in notice.fields:
        if field.name not in values and (found := reader.read(field)) is not None:
            values[field.name] = found
    return values


def options_of(field: FieldSpec, body: Json) -> list[tuple[str, str]]:
    """List the contracts or awards of a purchase that a notice may be about: (id, what it is)."""
    return [
        (str(one.get("id")), " · ".join(filter(None, [str(one.get("id")), first_text(one.get("title")), _winner(one)])))
        for one in children(body, field.of)
        if one.get("id") is not None and one.get("status") not in {"unsuccessful", "cancelled"}
    ]


def _winner(one: Json) -> str:
    return "、".join(first_text(supplier.get("name")) for supplier in children(one, "suppliers"))


def _only_parts(notice: NoticeType, body: Json) -> Values:
    """Choose the part that a notice is about where there is only one."""
    chosen: Values = {}
    for part in notice.parts.values():
        if part.field:
            field = notice.field(part.field)
            options = options_of(field, body) if field.kind == "part" else []
            said = paths.get(body, "contracts[*]", {}) if field.kind != "part" else None
            if len(options) == 1:
                chosen[field.name] = options[0][0]
            elif said and field.carried:
                chosen[field.name] = str(said.get("id"))
    return chosen


class _Reader:
    """One body while it is being read."""

    def __init__(self, notice: NoticeType, body: Json, parts: Mapping[str, str], *, everything: bool) -> None:
        self.notice, self.body, self.everything = notice, body, everything
        self.parts = dict(parts)
        if everything and (own := next((one for one in children(body, "contracts")), None)):
            self.parts["contract"] = str(own.get("id"))
            self.parts["award"] = str(own.get("awardID"))

    def read(self, field: FieldSpec) -> object:
        """Read one field; None where nothing is said, or where each notice says it anew."""
        if field.kind == "part":
            return self.parts.get({"contracts": "contract", "awards": "award"}[field.of]) if self.everything else None
        if not self.everything and (not field.carried or self._is_new(field)):
            return None
        if field.kind == "organisation" and not field.path:
            return self._organisation_with(field.roles)
        if field.kind == "table":
            return self._rows(field)
        anywhere = [path.replace("[main]", "[*]") for path in field.path]  # imported purchases number their items
        places = dict.fromkeys([*field.path, *anywhere])
        return next((found for path in places if (found := self._at(field, self.body, path)) is not None), None)

    def _is_new(self, field: FieldSpec) -> bool:
        new = [f"[{name}]" for name, part in self.notice.parts.items() if part.is_new]
        return "{number}" in field.row_id or any(
            mark in path for path in (*field.path, field.name_path) for mark in new
        )

    def _at(self, field: FieldSpec, target: Json, path: str) -> object:
        if path.startswith("@"):
            who, _, rest = path[1:].partition("/")
            found = paths.get(self._party(who) or {}, rest, self.parts)
        else:
            found = paths.get(self.body if path.startswith("/") else target, path.removeprefix("/"), self.parts)
        if field.gone and all(paths.get(target, place, self.parts) == said for place, said in field.gone.items()):
            return None
        if field.name == "project_number" and found == self.body.get("ocid"):
            return None
        if field.name_path and field.kind == "choice":
            named = paths.get(target, field.name_path, self.parts)
            return _code_of(field, found, named)
        return None if found is None else self._value(field, found)

    def _value(self, field: FieldSpec, found: object) -> object:
        match field.kind:
            case "organisation":
                return self._organisation(found) if isinstance(found, dict) else None
            case "amount":
                worth = amount(found) if isinstance(found, dict) else None
                return {"fen": worth.minor, "unit": field.unit} if worth and worth.currency == "CNY" else None
            case "day" | "month" | "year" | "moment":
                raw = found.get("startDate") if isinstance(found, dict) else found
                at = moment(raw)
                form = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y", "moment": "%Y-%m-%dT%H:%M"}[field.kind]
                return at.astimezone(clock.SHANGHAI).strftime(form) if at else None
            case "choice":
                return _code_of(field, found, None)
            case _:
                return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else None

    def _rows(self, field: FieldSpec) -> list[Values] | None:
        fixed = {self.parts[name] for name in self.notice.parts if name in self.parts}
        found = [
            one
            for one in children({"rows": paths.get(self.body, field.path[0], self.parts)}, "rows")
            if str(one.get("id")) not in fixed
        ]
        if field.row_id.startswith("{contract}-"):
            found = [one for one in found if str(one.get("id")).startswith(f"{self.parts.get('contract')}-")]
        rows = [
            {"id": str(one.get("id"))}
            | {column.name: said for column in field.columns if (said := self._cell(column, one)) is not None}
            for one in found
        ]
        return rows or None

    def _cell(self, column: FieldSpec, row: Json) -> object:
        return next((found for path in column.path if (found := self._at(column, row, path)) is not None), None)

    def _party(self, who: str) -> Json | None:
        field = self.notice.field(who)
        said = paths.get(self.body, field.path[0], self.parts) if field.path else None
        number = said.get("id") if isinstance(said, dict) else None
        return next((one for one in children(self.body, "parties") if one.get("id") == number), None)

    def _organisation(self, said: Json) -> object:
        party = next((one for one in children(self.body, "parties") if one.get("id") == said.get("id")), said)
        identifier = party.get("identifier")
        code = identifier.get("id") if isinstance(identifier, dict) and identifier.get("scheme") == SCHEME else ""
        name = first_text(party.get("name"), said.get("name"))
        return {"name": name, "code": str(code or "")} if name else None

    def _organisation_with(self, roles: list[str]) -> object:
        for party in children(self.body, "parties"):
            has = party.get("roles")
            if isinstance(has, list) and set(has) & set(roles):
                return self._organisation(party)
        return None


def _code_of(field: FieldSpec, code: object, name: object) -> str | None:
    by_name = (known for known, choice in codelists()[field.codelist].items() if name and choice.name == name)
    by_code = (known for known, choice in codelists()[field.codelist].items() if code in {known, choice.ocds} and code)
    return next(by_name, None) or next(by_code, None)
