"""What a filled notice lacks before it can be handed on: plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.kernel import personal_numbers
from portal.kernel.text import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from portal.publishing.notices.model import FieldSpec, NoticeType, Rule
    from portal.publishing.notices.writing import Values

MISSING = N_("Fill this in.")
NO_ROWS = N_("Add at least one row.")
ASK_USERS = N_("This is a service for the public: ask its users and say what they told (Regulation art. 45).")
TWICE = N_("Row %(row)s has this number already. Give each row a number of its own.")
NOT_BEFORE = N_("This is earlier than “%(other)s”. Correct one of the two.")
NOT_MORE = N_("This is more than “%(other)s”. Correct one of the two.")
NOT_FUTURE = N_("This day has not come yet. Write the day on which it happened.")
NEEDS = N_("Fill in “%(other)s” too.")
ONE_OF = N_("Fill in at least one of: %(others)s.")
PERSONAL = N_("There is a mobile or identity number of a person in it. Take it out: it would be public for ever.")
PUBLIC = "A"  # the letter that categories of services for the public begin with (guiding catalogue)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field (and row), as a msgid with parameters; names of other fields come as fields."""

    field: FieldSpec
    message: str
    row: int | None = None
    others: Sequence[FieldSpec] = ()
    of_row: int | None = None


def faults_of(notice: NoticeType, values: Values, *, today: date, category: str = "") -> list[Fault]:
    """List what must be put right before a notice can be handed on.

    Args:
        notice: the notice type.
        values: what was filled in.
        today: the present day in Shanghai.
        category: the category of the purchase; services for the public ask for more.
    """
    faults: list[Fault] = []
    is_public = str(values.get("category") or category).startswith(PUBLIC)
    for one in notice.fields:
        faults += _faults(one, values, notice.fields, today=today, is_public=is_public)
        if one.kind == "table":
            faults += _rows(one, values, today)
    for rule in notice.rules:
        faults += _together(rule, values, notice.fields, None)
    return faults


def personal_in(value: object) -> bool:
    """Tell whether a mobile or identity number of a person stands in a value."""
    if isinstance(value, dict):
        return any(personal_in(item) for name, item in value.items() if name not in {"code", "fen"})
    if isinstance(value, list):
        return any(personal_in(item) for item in value)
    return isinstance(value, str) and bool(personal_numbers.kinds_in(value))


def _faults(
    one: FieldSpec, values: Mapping[str, object], fields: Sequence[FieldSpec], *, today: date, is_public: bool,
    row: int | None = None,
) -> Iterator[Fault]:  # fmt: skip
    value = values.get(one.name)
    if value is None or value == []:
        if one.required is True:
            yield Fault(one, NO_ROWS if one.kind == "table" else MISSING, row)
        elif one.required == "public" and is_public:
            yield Fault(one, ASK_USERS, row)
        return
    if one.kind != "table" and personal_in(value):
        yield Fault(one, PERSONAL, row)
    if one.past and str(value) > today.isoformat():
        yield Fault(one, NOT_FUTURE, row)
    yield from _beside(one, value, values, fields, row)


def _beside(
    one: FieldSpec, value: object, values: Mapping[str, object], fields: Sequence[FieldSpec], row: int | None
) -> Iterator[Fault]:
    """Compare a value with those of other fields."""
    if (other := _named(one.after, fields)) and (begin := values.get(other.name)) and str(value)[:10] < str(begin)[:10]:
        yield Fault(one, NOT_BEFORE, row, [other])
    if (other := _named(one.at_most, fields)) and (most := values.get(other.name)) and _size(value) > _size(most):
        yield Fault(one, NOT_MORE, row, [other])
    for name in one.needs:
        if values.get(name) is None:
            yield Fault(one, NEEDS, row, [found for found in fields if found.name == name])


def _rows(table: FieldSpec, values: Mapping[str, object], today: date) -> Iterator[Fault]:
    rows = values.get(table.name)
    for number, row in enumerate(rows if isinstance(rows, list) else [], start=1):
        for column in table.columns:
            yield from _faults(column, row, table.columns, today=today, is_public=False, row=number)
        for rule in table.rules:
            if all(row.get(name) == value for name, value in rule.when.items()):
                yield from _together(rule, row, table.columns, number)
    yield from _twice(table, rows if isinstance(rows, list) else [])


def _twice(table: FieldSpec, rows: Sequence[Mapping[str, object]]) -> Iterator[Fault]:
    """Find rows that would be one and the same in the release: what numbers them is equal."""
    numbering = next((column for column in table.columns if table.row_id == f"{{{column.name}}}"), None)
    if numbering is None:
        return
    known: dict[object, int] = {}
    for number, row in enumerate(rows, start=1):
        said = row.get(numbering.name)
        if said is not None and said in known:
            yield Fault(numbering, TWICE, number, of_row=known[said])
        known.setdefault(said, number)


def _together(
    rule: Rule, values: Mapping[str, object], fields: Sequence[FieldSpec], row: int | None
) -> Iterator[Fault]:
    for one in fields:
        if one.name in rule.needs and values.get(one.name) is None:
            yield Fault(one, MISSING, row)
    choice = [one for one in fields if one.name in rule.one_of]
    if choice and all(values.get(one.name) is None for one in choice):
        yield Fault(choice[0], ONE_OF, row, choice)


def _named(name: str, fields: Sequence[FieldSpec]) -> FieldSpec | None:
    return next((one for one in fields if one.name == name), None)


def _size(value: object) -> float:
    return float(value["fen"]) if isinstance(value, dict) else float(str(value))
