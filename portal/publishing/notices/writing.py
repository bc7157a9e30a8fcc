"""A filled notice becomes an OCDS release: one pure function for forms, sheets and everything else."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING

from portal.procurement.rules import InitiationType
from portal.publishing.notices import paths
from portal.publishing.notices.model import codelists
from portal.publishing.notices.removing import rows_before, take_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.procurement.rules import Json
    from portal.publishing.notices.model import FieldSpec, NoticeType
    from portal.publishing.notices.occasion import Occasion

Values = dict[str, object]
SCHEME = "CN-USCI"


def release_of(notice: NoticeType, values: Values, on: Occasion) -> Json:
    """Make the release of a filled notice. What is empty is left out; a correction takes away what it empties."""
    writer = _Writer(notice, values, on)
    release: Json = {
        "ocid": on.ocid, "id": on.release_id, "date": on.at, "tag": _tags(notice, on),
        "initiationType": InitiationType.TENDER.value, "language": "zh",
    }  # fmt: skip
    return release | writer.write()


def _tags(notice: NoticeType, on: Occasion) -> list[str]:
    tags = notice.tags
    if on.corrects:
        return [tag.value for tag in tags.correction]
    return [tag.value for tag in (tags.continuing if on.before and tags.continuing else tags.new)]


def parts_of(notice: NoticeType, values: Values, number: int, corrected: Json | None = None) -> dict[str, str]:
    """Name the parts of a notice; those that each notice has of its own keep their name in a correction."""
    found: dict[str, str] = {}
    for name, part in notice.parts.items():
        if part.field:
            found[name] = str(values.get(part.field) or part.default.format(number=number) or number)
        elif part.is_new and corrected is not None:
            begin = part.id.split("{number}", maxsplit=1)[0]
            found[name] = _id_like(corrected, begin) or part.id.format(number=number)
        else:
            found[name] = part.id.format(number=number)
    return found


def _id_like(value: object, begin: str) -> str | None:
    if isinstance(value, dict):
        if str(value.get("id", "")).startswith(begin) and begin:
            return str(value["id"])
        return next((found for item in value.values() if (found := _id_like(item, begin))), None)
    if isinstance(value, list):
        return next((found for item in value if (found := _id_like(item, begin))), None)
    return None


class _Writer:
    """One release while it is being written."""

    def __init__(self, notice: NoticeType, values: Values, on: Occasion) -> None:
        self.notice, self.values, self.on = notice, values, on
        self.parts = parts_of(notice, values, on.number, on.before if on.corrects else None)
        self.body: Json = {}
        self.parties: dict[str, Json] = {}
        self.named: dict[str, str] = {}

    def write(self) -> Json:
        """Write the fields in an order in which each finds what it rests on."""
        for path, constant in self.notice.sets.items():
            self._put(self.body, path, constant)
        for one in sorted(self.notice.fields, key=_turn):
            self._field(one)
        self._keep_references()
        self._amend()
        if self.on.corrects:
            take_out(self.notice, self.body, self.on, self.parts)
        for document in self.on.documents:
            self._put(self.body, f"{self.notice.documents}[]", document)
        parties = {"parties": list(self.parties.values())} if self.parties else {}
        return parties | self.body

    def _field(self, one: FieldSpec) -> None:
        value = self.values.get(one.name)
        if one.kind == "table":
            self._rows(one, value if isinstance(value, list) else [])
        elif value is None:
            self._take_away(one, self.body)
        else:
            self._write(self.body, one, value)

    def _write(self, target: Json, one: FieldSpec, value: object) -> None:
        if one.kind == "organisation" and isinstance(value, dict):
            written: object = self._party(one, value)
        else:
            written = _written(one, value)
        for path in one.path:
            place = self.body if path.startswith("/") else target
            self._put(place, path.removeprefix("/"), written)
        if one.name_path:
            self._put(target, one.name_path, self._name_of(one, str(value)))
        for path, constant in one.sets.items():
            self._put(target, path, constant)

    def _put(self, target: Json, path: str, value: object) -> None:
        if not path.startswith("@"):
            paths.put(target, path, value, self.parts)
            return
        who, _, rest = path[1:].partition("/")
        party = self.parties.get(self.named.get(who, ""))
        if party is not None and value is not None:
            paths.put(party, rest, value, self.parts)

    def _name_of(self, one: FieldSpec, code: str) -> object:
        if one.kind == "choice":
            return codelists()[one.codelist][code].name
        return self.on.names.get(code)

    def _party(self, one: FieldSpec, value: Mapping[str, object]) -> Json:
        code, name = str(value.get("code") or ""), str(value["name"])
        number = f"{SCHEME}-{code}" if code else name
        party = self.parties.setdefault(number, {"id": number, "name": name, "roles": []})
        roles = party["roles"]
        assert isinstance(roles, list)  # noqa: S101 - made above
        roles += [role for role in one.roles if role not in roles]
        if code:
            party["identifier"] = {"scheme": SCHEME, "id": code, "legalName": name}
        self.named[one.name] = number
        return {"id": number, "name": name}

    def _rows(self, one: FieldSpec, rows: Sequence[Mapping[str, object]]) -> None:
        ids = self._row_ids(one, rows)
        for number, row in zip(ids, rows, strict=True):
            target: Json = {"id": number, **one.row_sets}
            for column in one.columns:
                if (value := row.get(column.name)) is not None:
                    self._write(target, column, value)
            for path in one.path:
                self._put(self.body, f"{path}[]", target)

    def _row_ids(self, one: FieldSpec, rows: Sequence[Mapping[str, object]]) -> list[str]:
        """Name rows; one that a correction adds gets no name that another row has or had."""
        names = [self._row_id(one, row, place) for place, row in enumerate(rows, start=1)]
        taken = {str(row["id"]) for row in rows if row.get("id")}
        if self.on.corrects:
            taken |= {str(row.get("id")) for path in one.path for row in rows_before(self.on, path, self.parts)}
        for at, row in enumerate(rows):
            place = at + 1
            while not row.get("id") and names[at] in taken and "{n}" in one.row_id:
                place += 1
                names[at] = self._row_id(one, row, place)
            taken.add(names[at])
        return names

    def _row_id(self, one: FieldSpec, row: Mapping[str, object], place: int) -> str:
        if row.get("id"):
            return str(row["id"])
        said = {name: str(value) for name, value in row.items() if isinstance(value, str)}
        return one.row_id.format_map({**self.parts, **said, "number": self.on.number, "n": place})

    def _take_away(self, one: FieldSpec, target: Json) -> None:
        """Say in a correction that what stood there is gone: OCDS does so with null."""
        if not self.on.corrects or one.kind in {"organisation", "part"}:
            return
        if one.gone and paths.get(self.on.before, one.path[0], self.parts) is not None:
            for path, constant in one.gone.items():
                self._put(target, path, constant)
            return
        for path in [*one.path, *filter(None, [one.name_path])]:
            found = None if path.startswith("@") else paths.get(self.on.before, path, self.parts)
            if isinstance(found, dict):
                self._put(target, path, dict.fromkeys(found))
            elif found is not None:
                self._put(target, path, None)

    def _keep_references(self) -> None:
        """Give tender and contracts the identifiers that the standard asks for."""
        if "tender" in self.body:
            tender = self.body["tender"]
            assert isinstance(tender, dict)  # noqa: S101 - written above
            known = self.on.before.get("tender")
            earlier = known.get("id") if isinstance(known, dict) else None
            self.body["tender"] = {
                "id": earlier or self.on.ocid,
                **{name: one for name, one in tender.items() if one is not None or name != "id"},
            }
        contracts = self.body.get("contracts")
        for contract in contracts if isinstance(contracts, list) else []:
            path = "contracts[contract]/awardID"
            contract.setdefault("awardID", self.parts.get("award") or paths.get(self.on.before, path, self.parts))

    def _amend(self) -> None:
        if not self.on.corrects:
            return
        said = {
            "id": self.on.release_id, "date": self.on.at, "rationale": self.on.reason,
            "amendsReleaseID": self.on.corrects, "releaseID": self.on.release_id,
        }  # fmt: skip
        path = "awards[*]" if self.notice.amends == "awards" else self.notice.amends
        self._put(self.body, f"{path}/amendments[]", said)


def _turn(one: FieldSpec) -> int:
    """Organisations first, for other fields tell of them; last what goes to every row of a table."""
    return 0 if one.roles else 2 if any("[*]" in path for path in one.path) else 1


def _written(one: FieldSpec, value: object) -> object:
    """Write a value as OCDS has it."""
    text = str(value)
    if one.kind == "amount" and isinstance(value, dict):
        whole, cents = divmod(int(value["fen"]), 100)
        return {"amount": whole if not cents else float(f"{whole}.{cents:02d}"), "currency": "CNY"}
    if one.kind == "choice":
        return codelists()[one.codelist][text].ocds or text
    if one.kind in {"day", "month", "moment", "year"}:
        return _moment(one, text)
    if one.kind == "count":
        return int(text)
    if one.kind in {"number", "percent"}:
        return float(text) if "." in text else int(text)
    return value


def _moment(one: FieldSpec, text: str) -> object:
    """Write a day, month, year or moment as the moments of OCDS; an end means the end of its day."""
    match one.kind:
        case "day":
            return f"{text}T{'23:59:59' if one.end else '00:00:00'}+08:00"
        case "month":
            year, month = (int(part) for part in text.split("-"))
            return f"{text}-{monthrange(year, month)[1]:02d}T23:59:59+08:00"
        case "moment":
            return f"{text}:00+08:00"
        case _:
            return {"startDate": f"{text}-01-01T00:00:00+08:00", "endDate": f"{text}-12-31T23:59:59+08:00"}
