"""Reads of reference data. Names are kept in the process: the tables change with a reload only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import null, select

from portal.classification.models import Category, OrganizationType, Region, Workday
from portal.classification.rules import Calendar
from portal.storage.database import db
from portal.web.locale import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_EXTENSION = "classification"


@dataclass(frozen=True)
class Names:
    """Every code with its two names, and the children of every code."""

    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    children: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def name(self, code: str | None) -> str:
        """Name a code in the reader's language; an unknown code is its own name."""
        if not code:
            return ""
        return pick(*self.names[code]) if code in self.names else code

    def subtree(self, code: str) -> list[str]:
        """List a code and everything below it."""
        return [code, *(below for child in self.children.get(code, ()) for below in self.subtree(child))]


def region_name(code: str | None) -> str:
    """Name a region in the reader's language."""
    return regions().name(code)


def category_name(code: str | None) -> str:
    """Name a category in the reader's language."""
    return categories().name(code)


def organization_type_name(code: str | None) -> str:
    """Name a kind of organisation in the reader's language."""
    return organization_types().name(code)


def region_subtree(code: str) -> list[str]:
    """List a region and every region in it."""
    return regions().subtree(code)


def category_subtree(code: str) -> list[str]:
    """List a category and every category below it."""
    return categories().subtree(code)


def region_choices(*, levels: Sequence[str] = ("province", "prefecture")) -> list[tuple[str, str]]:
    """List the regions of some levels as (code, name), in the order of their codes."""
    codes = db.session.scalars(select(Region.code).where(Region.level.in_(levels)).order_by(Region.code))
    return [(code, region_name(code)) for code in codes]


def category_choices(*, level: int = 2) -> list[tuple[str, str]]:
    """List the categories of one level as (code, name), in the order of their codes."""
    codes = db.session.scalars(select(Category.code).where(Category.level == level).order_by(Category.code))
    return [(code, category_name(code)) for code in codes]


def regions() -> Names:
    """Read the names of all regions."""
    return _kept("region", lambda: _names(Region))


def categories() -> Names:
    """Read the names of all categories."""
    return _kept("category", lambda: _names(Category))


def organization_types() -> Names:
    """Read the names of all kinds of organisations."""
    return _kept("organization_type", lambda: _names(OrganizationType))


def population(code: str) -> int | None:
    """Tell how many people live in a region; None where it is not known."""
    return db.session.scalar(select(Region.population).where(Region.code == code))


def calendar() -> Calendar:
    """Read the working-day calendar."""
    exceptions: dict[date, bool] = dict(db.session.execute(select(Workday.day, Workday.is_workday)).all())
    settled = date(max(exceptions).year, 12, 31) if exceptions else date.min
    return Calendar(exceptions, settled)


def is_loaded() -> bool:
    """Tell whether the reference data are there."""
    return db.session.scalar(select(Region.code).limit(1)) is not None


def forget() -> None:
    """Forget what is kept in the process, after the tables have changed."""
    current_app.extensions.pop(_EXTENSION, None)


def _kept(table: str, read: Callable[[], Names]) -> Names:
    kept: dict[str, Names] = current_app.extensions.setdefault(_EXTENSION, {})
    if table not in kept:
        found = read()
        if not found.names:
            return found
        kept[table] = found
    return kept[table]


def _names(model: type[Region | Category | OrganizationType]) -> Names:
    names: dict[str, tuple[str, str]] = {}
    children: dict[str, list[str]] = {}
    parents = {Region: Region.parent_code, Category: Category.parent_code}
    query = select(model.code, model.name, model.name_en, parents.get(model, null())).order_by(model.code)
    for code, name, name_en, parent in db.session.execute(query):
        names[code] = (name, name_en)
        if parent:
            children.setdefault(parent, []).append(code)
    return Names(names, children)
