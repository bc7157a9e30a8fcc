"""Reading a dataset whole leaves little behind in memory."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from portal.procurement.exports import NOTICES
from portal.storage.database import SQLITE_CACHE_KB, db
from portal.storage.scanning import SCAN_CACHE_KB
from portal.web.filters import Filters
from tests.factories.procurement import make_chain, seal

pytestmark = [pytest.mark.sqlite_only, pytest.mark.usefixtures("app")]


def cache_size() -> int:
    return int(db.session.execute(text("PRAGMA cache_size")).scalar_one())


def test_the_database_keeps_few_pages_while_a_dataset_is_read_and_as_many_as_before_after_it() -> None:
    seal(*make_chain())
    rows = iter(NOTICES.rows(Filters()))
    next(rows)

    during = cache_size()
    rest = list(rows)

    assert (during, cache_size()) == (-SCAN_CACHE_KB, -SQLITE_CACHE_KB)
    assert len(rest) == 2


def test_a_reader_who_leaves_in_the_middle_leaves_the_cache_as_it_was() -> None:
    seal(*make_chain())
    rows = NOTICES.rows(Filters())
    next(rows)
    rows.close()  # type: ignore[attr-defined]  # rows of a table are made by a generator

    assert cache_size() == -SQLITE_CACHE_KB
