"""The rows of a sheet as notices: what each would become, and every cell that does not fit, with its reason."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask_babel import gettext

from portal.classification.queries import categories, regions
from portal.kernel import clock
from portal.kernel.canonical import sha256_hex
from portal.kernel.errors import Reason
from portal.kernel.text import N_, nfkc_fold
from portal.procurement.cells import NoChoiceError
from portal.procurement.sheet_lines import Line
from portal.procurement.values import first_text
from portal.publishing import queries
from portal.publishing.forms import fault_text
from portal.publishing.notices import checking
from portal.publishing.notices.filling import options_of, values_of
from portal.publishing.notices.model import notice_types
from portal.publishing.notices.sheets import columns_of, values_of_rows
from portal.publishing.rules import UnknownPurchaseError, rests_on
from portal.publishing.sheet_columns import PURCHASE
from portal.publishing.upload_rules import RowState
from portal.web.errors import told, told_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from portal.classification.queries import Names
    from portal.parties.models import Government
    from portal.procurement.models import Process
    from portal.procurement.rules import Json
    from portal.publishing.notices.model import FieldSpec, NoticeType
    from portal.publishing.notices.writing import Values
    from portal.publishing.sheet_columns import Header

NO_HEADING = N_("Something stands here, but the column has no heading.")
MUST_CONTINUE = N_("A notice of this type continues a purchase. Write its identifier or project number here.")
SAME_AS = N_("This row says the same as row %(row)s. Keep one of them.")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell: its row in the sheet, its column (from 0, None for the row), and the reason."""

    row: int
    column: int | None
    heading: str
    text: str
    reason: str


@dataclass
class Candidate:
    """One notice of a sheet: its rows, what it would become, and what is wrong."""

    lines: Sequence[Line]
    title: str = ""
    ocid: str | None = None
    values: Values = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    draft_id: int | None = None

    @property
    def number(self) -> int:
        """Tell the number of its first row."""
        return self.lines[0].number

    @property
    def state(self) -> RowState:
        """Tell what becomes of it."""
        if self.problems:
            return RowState.BAD
        return RowState.GOOD if self.draft_id is None else RowState.KNOWN

    def repeat(self, row: int) -> None:
        """Object that an earlier row says the same."""
        self.problems.append(Problem(self.number, None, "", "", str(gettext(SAME_AS)) % {"row": row}))

    def digest(self, code: str) -> str:
        """Tell it from every other notice: equal rows are equal, in whatever file they come."""
        said = json.dumps([code, self.ocid, self.values], ensure_ascii=False, sort_keys=True)
        return sha256_hex(said.encode("utf-8", "surrogatepass"))


def groups_of(lines: Iterable[Line], header: Header) -> Iterator[list[Line]]:
    """Go through the notices of a sheet; rows that fill only columns of a table go on with the row above."""
    tables = {column.heading for column in columns_of(header.notice) if column.table is not None}
    group: list[Line] = []
    for line in lines:
        if line.number <= header.line or list(line.cells) == list(header.texts):
            continue
        said = {header.columns.get(at, "") for at, text in enumerate(line.cells) if text} | {
            header.columns.get(at, "") for at in line.faults
        }
        if group and said <= tables:
            group.append(line)
            continue
        if group:
            yield group
        group = [line]
    if group:
        yield group


def said_in(lines: Sequence[Line]) -> list[dict[str, object]]:
    """Write the rows of a notice as they are kept."""
    return [
        {
            "number": line.number, "cells": list(line.cells),
            "faults": [[at, one.message, one.values] for at, one in sorted(line.faults.items())],
        }
        for line in lines
    ]  # fmt: skip


def lines_from(said: Sequence[Any]) -> list[Line]:
    """Give the rows of a notice that were kept (JSON of `said_in`)."""
    return [
        Line(one["number"], one["cells"], {at: Reason(message, **values) for at, message, values in one["faults"]})
        for one in said
    ]


class SheetReader:
    """Reads notices of one sheet: what each would become; remembers the purchases that it has met."""

    def __init__(self, header: Header, government: Government) -> None:
        """Keep what its columns mean, and for whom it was brought."""
        self._header, self._notice, self._government = header, header.notice, government
        self._places = {heading: at for at, heading in header.columns.items()}
        self._columns = {column.heading: column for column in columns_of(header.notice)}
        self._purchases: dict[str, Process | None] = {}

    def read(self, lines: Sequence[Line]) -> Candidate:
        """Read the rows of one notice."""
        found = Candidate(lines)
        rows = [self._row(line, found) for line in lines]
        found.values, faults = values_of_rows(self._notice, rows)
        for fault in faults:
            self._object(found, lines[fault.row], fault.heading, told(fault.error))
        purchase = self._purchase(rows[0].get(PURCHASE, ""), found)
        state: Json = purchase.compiled if purchase is not None else {}
        found.ocid = purchase.ocid if purchase is not None else None
        filled = values_of(self._notice, state, number=0, corrects=False, said=found.values)
        self._check(found, filled, state)
        found.title = first_text(filled.get("title"), filled.get("contract_title"))
        return found

    def _row(self, line: Line, found: Candidate) -> dict[str, str]:
        """Read the cells of a row by heading; codes of regions and categories are looked up."""
        row: dict[str, str] = {}
        for at, text in enumerate(line.cells):
            heading = self._header.columns.get(at)
            if heading is None:
                if text and not (at < len(self._header.texts) and self._header.texts[at]):
                    found.problems.append(Problem(line.number, at, "", text, str(gettext(NO_HEADING))))
            elif at not in line.faults:
                row[heading] = self._cell(heading, text, line, found)
        for at, reason in line.faults.items():
            if heading := self._header.columns.get(at):
                self._object(found, line, heading, told_reason(reason))
        return row

    def _cell(self, heading: str, text: str, line: Line, found: Candidate) -> str:
        column = self._columns.get(heading)
        if column is None or column.is_code or not text:
            return text
        if column.field.kind in {"region", "category"}:
            code = _code(regions() if column.field.kind == "region" else categories(), text)
            if code is None:
                self._object(found, line, heading, told(NoChoiceError()))
            return code or ""
        return _shortened(column.field, text)

    def _purchase(self, said: str, found: Candidate) -> Process | None:
        line = found.lines[0]
        if not said:
            if not self._notice.begins:
                self._object(found, line, PURCHASE, str(gettext(MUST_CONTINUE)))
            return None
        if said not in self._purchases:
            self._purchases[said] = _purchase_named(said, self._government)
        purchase = self._purchases[said]
        if purchase is None:
            self._object(found, line, PURCHASE, told(UnknownPurchaseError()))
        elif not self._notice.begins and not purchase.compiled.get(rests_on(self._notice.code)):
            self._object(found, line, PURCHASE, str(gettext(MUST_CONTINUE)))
        return purchase

    def _check(self, found: Candidate, filled: Values, state: Json) -> None:
        """Look for what is missing or does not fit together, as at the end of the form."""
        known = {problem.heading for problem in found.problems}
        basis = values_of(notice_types()["tender"], state, number=0, corrects=False)
        category = str(basis.get("category") or "")
        for fault in checking.faults_of(self._notice, filled, today=clock.today(), category=category):
            heading, line = self._place(fault, found.lines)
            if heading not in known:
                self._object(found, line, heading, fault_text(fault))
        for spec in self._notice.fields:
            chosen = found.values.get(spec.name)
            if spec.kind == "part" and chosen is not None and chosen not in dict(options_of(spec, state)):
                self._object(found, found.lines[0], _heading(self._notice, spec), told(NoChoiceError()))

    def _place(self, fault: checking.Fault, lines: Sequence[Line]) -> tuple[str, Line]:
        """Tell in which cell a fault stands: of the n-th row that says something in the table."""
        heading = _heading(self._notice, fault.field)
        if not fault.row:
            return heading, lines[0]
        column = self._columns.get(heading)
        table = column.table if column is not None else None
        places = [
            self._places[one.heading] for one in columns_of(self._notice)
            if one.table is not None and one.table == table and one.heading in self._places
        ]  # fmt: skip
        filled = [line for line in lines if any(at < len(line.cells) and line.cells[at] for at in places)]
        return heading, filled[fault.row - 1] if fault.row <= len(filled) else lines[0]

    def _object(self, found: Candidate, line: Line, heading: str, reason: str) -> None:
        at = self._places.get(heading)
        text = line.cells[at] if at is not None and at < len(line.cells) else ""
        found.problems.append(Problem(line.number, at, heading, text, reason))


def _heading(notice: NoticeType, spec: FieldSpec) -> str:
    for column in columns_of(notice):
        if spec is column.field or (column.table is not None and spec is column.table):
            return column.heading
    return spec.label


def _code(names: Names, text: str) -> str | None:
    """Find a code that stands alone, before its name, or is the only one of that name."""
    first = text.split(maxsplit=1)[0]
    if first in names.names:
        return first
    wanted = nfkc_fold(text)
    found = [code for code, both in names.names.items() if wanted in {nfkc_fold(name) for name in both}]
    return found[0] if len(found) == 1 else None


def _shortened(spec: FieldSpec, text: str) -> str:
    """Take the month out of a day, which spreadsheets make of it."""
    is_day = len(text) == len("2026-03-05") and text[4:5] == text[7:8] == "-"
    return text[:7] if spec.kind == "month" and is_day else text


def _purchase_named(said: str, government: Government) -> Process | None:
    """Find a purchase by its ocid, else by its project number where only one has it."""
    purchase = queries.purchase_of(said, government)
    if purchase is not None:
        return purchase
    for find in (queries.purchases_numbered, _purchases_like):
        found = [one for one in find(said, government) if _project_number(one) == said]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _purchases_like(said: str, government: Government) -> Sequence[Process]:
    return queries.purchases_like(said, [government])


def _project_number(purchase: Process) -> object:
    return values_of(notice_types()["tender"], purchase.compiled, number=0, corrects=False).get("project_number")


def said_by(candidate: Candidate, header: Header) -> list[tuple[int, list[tuple[str, str, list[str]]]]]:
    """List what stands in every row of a notice: (row, (heading, text, reasons) for each cell that says something)."""
    wrong: Mapping[tuple[int, int | None], list[str]] = _reasons(candidate.problems)
    found = []
    for line in candidate.lines:
        cells = [
            (header.texts[at] if at < len(header.texts) else "", text, wrong.get((line.number, at), []))
            for at, text in enumerate(line.cells)
            if text or (line.number, at) in wrong
        ]
        found.append((line.number, cells))
    return found


def _reasons(problems: Sequence[Problem]) -> dict[tuple[int, int | None], list[str]]:
    found: dict[tuple[int, int | None], list[str]] = {}
    for one in problems:
        found.setdefault((one.row, one.column), []).append(one.reason)
    return found
