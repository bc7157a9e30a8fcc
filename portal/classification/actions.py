"""Loading reference data from the files of the project, as often as wanted."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.classification import queries
from portal.classification.models import Category, OrganizationType, Region, Workday
from portal.storage.batches import insert_rows
from portal.storage.database import db
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    Row = dict[str, object]  # a row of a table, by the names of its columns

DATA = Path(__file__).parent / "data"


def load_reference_data(folder: Path = DATA) -> dict[str, int]:
    """Read the four files of a folder into their tables; twice changes nothing.

    Returns:
        How many rows each table was given.
    """
    with transaction():
        counts = {
            "region": _load(Region, "code", _regions(folder)),
            "category": _load(Category, "code", _categories(folder)),
            "workday": _load(Workday, "day", _workdays(folder)),
            "organization_type": _load(OrganizationType, "code", _organization_types(folder)),
        }
    queries.forget()
    return counts


def _load(model: type[Region | Category | Workday | OrganizationType], key: str, rows: Iterator[Row]) -> int:
    """Change the rows that are there and insert the others, with one query for all of them."""
    given = {row[key]: row for row in rows}
    known = {getattr(one, key): one for one in db.session.scalars(select(model))}
    for name in known.keys() & given.keys():
        for column, value in given[name].items():
            setattr(known[name], column, value)
    db.session.flush()
    insert_rows(model, [row for name, row in given.items() if name not in known])
    return len(given)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


def _regions(folder: Path) -> Iterator[Row]:
    for row in _rows(folder / "regions.csv"):
        population = int(row["population"]) if row["population"] else None
        yield {
            "code": row["code"], "name": row["name"], "name_en": row["name_en"], "level": row["level"],
            "parent_code": row["parent_code"] or None, "population": population, "source": row["source"],
        }  # fmt: skip


def _categories(folder: Path) -> Iterator[Row]:
    for row in _rows(folder / "catalogue.csv"):
        yield {
            "code": row["code"], "name": row["name"], "name_en": row["name_en"], "level": int(row["level"]),
            "parent_code": row["parent_code"] or None, "scheme": row["scheme"],
            "valid_from": date.fromisoformat(row["valid_from"]), "status": row["status"],
        }  # fmt: skip


def _workdays(folder: Path) -> Iterator[Row]:
    for row in _rows(folder / "workdays.csv"):
        yield {"day": date.fromisoformat(row["day"]), "is_workday": row["is_workday"] == "1", "source": row["source"]}


def _organization_types(folder: Path) -> Iterator[Row]:
    for row in _rows(folder / "organization_types.csv"):
        yield {
            "code": row["code"], "name": row["name"], "name_en": row["name_en"],
            "credit_code_prefix": row["credit_code_prefix"],
            "is_social_organisation": row["is_social_organisation"] == "1", "status": row["status"],
        }  # fmt: skip
