"""Writes of counts: many at once, added to what other processes have written."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from portal.kernel import clock
from portal.storage.database import db
from portal.storage.transactions import transaction
from portal.usage.models import UsageDay, UsageMonth
from portal.usage.rules import LIST, PAGE, Key, month_of, months_before

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def add_counts(counts: Mapping[Key, int], *, months_kept: int) -> None:
    """Add counts to those of today and of this month, and forget days that are too old: one transaction.

    What was counted just before midnight and is written just after belongs to the new day, so that a day that is
    over never changes.
    """
    today = clock.today()
    days = Counter[tuple[str, str, str]]()
    for key, count in counts.items():
        days[key.use, key.kind, key.object_id if key.kind in {LIST, PAGE} else ""] += count
    with transaction():
        _add(
            UsageMonth,
            ["month", "use", "kind", "object_id"],
            [
                {"month": month_of(today), "use": key.use, "kind": key.kind, "object_id": key.object_id, "count": count}
                for key, count in sorted(counts.items())
            ],
        )
        _add(
            UsageDay,
            ["day", "use", "kind", "list_name"],
            [
                {"day": today, "use": use, "kind": kind, "list_name": name, "count": count}
                for (use, kind, name), count in sorted(days.items())
            ],
        )
        db.session.execute(delete(UsageDay).where(UsageDay.day < months_before(today, months_kept)))


def _add(table: type[UsageMonth | UsageDay], key: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to a table, in one order for all processes; where a row is there already, add its count."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    more = {"count": table.count + statement.excluded.count}
    db.session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=more), list(rows))
