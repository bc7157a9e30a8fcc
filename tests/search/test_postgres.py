"""The PostgreSQL backend survives what happens to tables, connections and processes."""

from __future__ import annotations

import base64
import multiprocessing
import os
import random
import signal
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from portal.search.backends import postgres_query
from portal.search.backends.postgres import PostgresBackend
from portal.search.faults import IndexDamagedError, RebuildRunningError
from portal.search.port import FACETS, Match, SearchDocument, SearchQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

pytestmark = pytest.mark.postgresql_only
PATIENCE = 60
BREAKAGES = {
    "the table": "DROP TABLE search.documents_{number}",
    "a column": "ALTER TABLE search.documents_{number} DROP COLUMN tokens",
    "the values": "DROP TABLE search.values_{number}",
    "what is current": "DROP TABLE search.current",
    "the row that says what is current": "DELETE FROM search.current",
    "everything": "DROP SCHEMA search CASCADE",
}


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = create_engine(database)
    yield made
    made.dispose()


@pytest.fixture
def backend(engine: Engine) -> PostgresBackend:
    made = PostgresBackend(lambda: engine)
    made.rebuild([])
    return made


def make_document(number: int, body: str = "养老服务", **said: object) -> SearchDocument:
    return SearchDocument(f"notice:{number}", "notice", str(number), f"公告{number}", body=body, **said)  # type: ignore[arg-type]  # fields


def keys(backend: PostgresBackend, asked: str) -> set[str]:
    return {hit.key for hit in backend.search(SearchQuery(asked, limit=None)).hits}


def execute(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        number = connection.execute(text("SELECT generation FROM search.current")).scalar()
        connection.execute(text(statement.format(number=number)))


def is_damaged(act: Callable[[], object]) -> bool:
    try:
        act()
    except IndexDamagedError:
        return True
    return False


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES)
def test_what_is_missing_is_noticed_by_whoever_writes_and_a_rebuild_mends_it(
    engine: Engine, backend: PostgresBackend, breakage: str
) -> None:
    backend.update([make_document(1), make_document(2)])
    execute(engine, breakage)

    fresh = PostgresBackend(lambda: engine)
    noticed = [is_damaged(partial(one.update, [make_document(3, region="41")])) for one in (backend, fresh)]
    count = backend.rebuild([make_document(1)])

    assert (noticed, count) == ([True, True], 1)
    assert keys(backend, "养老") == keys(fresh, "养老") == {"notice:1"}
    assert backend.update([make_document(4)]) == 1
    assert keys(backend, "养老") == {"notice:1", "notice:4"}
    assert backend.faults() == ()


@pytest.mark.parametrize("breakage", ["the table", "what is current", "everything"])
def test_a_missing_index_is_never_taken_for_an_empty_one(
    engine: Engine, backend: PostgresBackend, breakage: str
) -> None:
    backend.update([make_document(1)])
    execute(engine, BREAKAGES[breakage])

    for act in (
        lambda: backend.search(SearchQuery("养老")),
        lambda: backend.titles({"notice"}),
        lambda: list(backend.texts()),
        backend.keys,
    ):
        assert is_damaged(act)
    assert backend.faults() != ()


def test_before_the_first_rebuild_there_is_no_index(engine: Engine) -> None:
    backend = PostgresBackend(lambda: engine)

    assert is_damaged(lambda: backend.search(SearchQuery("养老")))
    assert is_damaged(lambda: backend.update([make_document(1)]))
    assert backend.state() == ""
    assert backend.faults() == ["there is no index"]


def test_an_index_that_was_dropped_and_made_anew_is_not_mixed_up_with_the_old(
    engine: Engine, backend: PostgresBackend
) -> None:
    backend.rebuild([make_document(1, region="41"), make_document(2, region="42")])
    before = backend.search(SearchQuery("养老", facets=FACETS)), backend.state()

    execute(engine, BREAKAGES["everything"])
    backend.rebuild([make_document(3, region="42"), make_document(2, region="41")])
    after = backend.search(SearchQuery("养老", facets=FACETS, filters={"region": {"42"}}))

    assert before[0].total == 2
    assert [hit.key for hit in after.hits] == ["notice:3"]
    assert backend.state() != before[1]


def test_readers_notice_nothing_of_rebuilds(engine: Engine, backend: PostgresBackend) -> None:
    backend.rebuild([make_document(number) for number in range(20)])
    over, results, faults = threading.Event(), set[int](), list[BaseException]()

    def read() -> None:
        reader = PostgresBackend(lambda: engine)
        while not over.is_set():
            try:
                results.add(reader.search(SearchQuery("养老", facets=FACETS)).total)
                reader.titles({"notice"})
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test tells it
                faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(8):
        backend.rebuild([make_document(number) for number in range(20)])
    over.set()
    for reader in readers:
        reader.join(PATIENCE)

    assert (faults, results) == ([], {20})
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'search'")).scalar()
    assert tables == 5  # two generations of two tables, and which is read


def test_a_rebuild_that_fails_leaves_the_old_index_and_nothing_else(engine: Engine, backend: PostgresBackend) -> None:
    backend.update([make_document(1)])

    def failing() -> Iterator[SearchDocument]:
        yield make_document(2)
        raise RuntimeError

    for _ in range(2):
        with pytest.raises(RuntimeError):
            backend.rebuild(failing())

    assert keys(backend, "养老") == {"notice:1"}
    assert backend.update([make_document(3)]) == 1
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'search'")).scalar()
    assert tables == 3


def test_what_is_updated_while_the_index_is_rebuilt_is_in_the_new_one(engine: Engine, backend: PostgresBackend) -> None:
    database = {f"notice:{number}": make_document(number) for number in range(5)}
    backend.rebuild(database.values())

    def reading() -> Iterator[SearchDocument]:
        yield from list(database.values())
        database["notice:9"] = make_document(9)
        del database["notice:2"]
        PostgresBackend(lambda: engine).update([database["notice:9"]], deleted=["notice:2"])

    backend.rebuild(reading(), refresh=lambda touched: [database[key] for key in touched if key in database])

    assert keys(backend, "养老") == set(database)


def test_only_one_rebuild_runs_at_a_time(engine: Engine, backend: PostgresBackend) -> None:
    def rebuilding() -> Iterator[SearchDocument]:
        with pytest.raises(RebuildRunningError):
            PostgresBackend(lambda: engine).rebuild([])
        yield make_document(1)

    assert backend.rebuild(rebuilding()) == 1


def test_another_process_sees_what_was_committed_and_counts_it(engine: Engine, backend: PostgresBackend) -> None:
    reader = PostgresBackend(lambda: engine)
    backend.update([make_document(1, region="41")])
    assert keys(reader, "养老") == {"notice:1"}

    backend.update([make_document(2, region="42"), make_document(3, region="41")], deleted=["notice:1"])
    result = reader.search(SearchQuery("养老", facets={"region"}))

    assert {hit.key for hit in result.hits} == {"notice:2", "notice:3"}
    assert result.facets == {"region": {"41": 1, "42": 1}}


def test_a_long_run_of_letters_is_indexed_and_found_by_any_part_of_it(backend: PostgresBackend) -> None:
    run = base64.b64encode(random.Random(1).randbytes(9_000)).decode().replace("+", "A").replace("/", "b")
    backend.rebuild([make_document(1, f"养老 {run}")])

    backend.update([make_document(2, f"服务 {run}"), make_document(3)])

    for start in (0, 5_000, len(run) - 64):
        assert keys(backend, run[start : start + 64]) == {"notice:1", "notice:2"}
    assert keys(backend, "养老") == {"notice:1", "notice:3"}


def test_two_keys_that_are_one_take_one_place(backend: PostgresBackend) -> None:
    assert backend.rebuild([make_document(1, "旧的"), make_document(1, "新的")]) == 1

    assert (keys(backend, "旧的"), keys(backend, "新的")) == (set(), {"notice:1"})


def test_what_takes_too_long_is_told_to_be_partial(backend: PostgresBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    backend.update([make_document(1)])
    monkeypatch.setattr(postgres_query, "MILLISECONDS_ALLOWED", 300)
    monkeypatch.setattr(postgres_query.Question, "_conditions", lambda *_: iter(["pg_sleep(5) IS NOT NULL"]))

    start = time.monotonic()
    result = backend.search(SearchQuery("养老 服务", facets=FACETS))

    assert (result.is_partial, list(result.hits)) == (True, [])
    assert time.monotonic() - start < 2


def test_when_the_time_is_over_what_was_looked_into_by_then_is_shown(
    backend: PostgresBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.rebuild([make_document(number, "社区养老服务") for number in range(40)])
    monkeypatch.setattr(postgres_query, "READ_AT_ONCE", 10)
    run, asked = postgres_query.Clock.run, []

    def run_three_times(clock: postgres_query.Clock, statement: str, values: dict[str, object]) -> object:
        asked.append(statement)
        if len(asked) > 3:
            raise postgres_query.OutOfTimeError
        return run(clock, statement, values)

    monkeypatch.setattr(postgres_query.Clock, "run", run_three_times)

    result = backend.search(SearchQuery("区养老", facets={"kind"}))

    assert result.is_partial
    assert {hit.key for hit in result.hits} == {f"notice:{number}" for number in range(20)}
    assert (result.total, result.facets) == (20, {"kind": {"notice": 20}})


def test_of_very_many_hits_the_newest_are_ranked_and_all_are_counted(
    backend: PostgresBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [SearchDocument(f"notice:{n}", "notice", str(n), "公告", body="养老") for n in range(1, 41)]
    documents[4] = SearchDocument("notice:5", "notice", "5", "养老")
    documents[34] = SearchDocument("notice:35", "notice", "35", "养老")
    backend.rebuild(documents)
    monkeypatch.setattr(postgres_query, "MOST_RANKED", 10)

    result = backend.search(SearchQuery("养老", limit=None))

    assert result.total == len(result.hits) == 40
    assert result.hits[0].key == "notice:5"
    assert [hit.key for hit in result.hits[10:]] == [f"notice:{number}" for number in range(11, 41)]


def write_for_ever(address: str, log: Path, start: int) -> None:
    """Put documents in, take every third out again, and note what was acknowledged."""
    engine = create_engine(address)
    backend = PostgresBackend(lambda: engine)
    with log.open("a", encoding="utf-8", buffering=1) as acknowledged:
        for number in range(start, start + 100_000):
            backend.update([make_document(number)])
            acknowledged.write(f"+{number}\n")
            if number % 3 == 0:
                backend.update([], deleted=[f"notice:{number}"])
                acknowledged.write(f"-{number}\n")


@pytest.mark.timeout(300)
def test_a_killed_indexer_loses_nothing_acknowledged_and_searching_goes_on(
    backend: PostgresBackend, database: str, tmp_path: Path
) -> None:
    chance, log, undecided = random.Random(20261124), tmp_path / "acknowledged", set[str]()
    log.touch()
    for kill in range(int(os.environ.get("SANWEN_KILLS", "20"))):
        before = log.stat().st_size
        process = multiprocessing.get_context("fork").Process(target=write_for_ever, args=(database, log, kill * 1_000))
        process.start()
        deadline = time.monotonic() + chance.uniform(0.02, 0.3)
        while time.monotonic() < deadline or log.stat().st_size == before:
            assert backend.search(SearchQuery("养老")).is_partial is False
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        if kill == 10:
            backend.rebuild([make_document(int(key[7:])) for key in sorted(backend.keys())])

        found, lines = keys(backend, "养老"), log.read_text().splitlines()
        gone = {f"notice:{line[1:]}" for line in lines if line.startswith("-")}
        put = {f"notice:{line[1:]}" for line in lines if line.startswith("+") and line[1:].isdigit()}
        undecided.add(f"notice:{lines[-1][1:]}")  # it may have been taken out before that could be noted
        assert put - gone - undecided <= found
        assert not gone & found
        assert backend.faults() == ()


def rebuild_for_ever(address: str) -> None:
    engine = create_engine(address)
    while True:
        PostgresBackend(lambda: engine).rebuild([make_document(number) for number in range(5)])


def test_a_rebuild_killed_at_any_moment_leaves_an_index_that_can_be_rebuilt(
    backend: PostgresBackend, database: str
) -> None:
    chance = random.Random(7)
    backend.rebuild([make_document(number) for number in range(5)])
    for _ in range(8):
        process = multiprocessing.get_context("fork").Process(target=rebuild_for_ever, args=(database,))
        process.start()
        time.sleep(chance.uniform(0.1, 0.5))
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        assert len(keys(backend, "养老")) == 5
        assert backend.update([make_document(1)]) == 1

    deadline = time.monotonic() + PATIENCE
    while rebuilt(backend) is None and time.monotonic() < deadline:
        time.sleep(0.1)  # the server has not noticed yet that its client is gone

    assert keys(backend, "养老") == {"notice:1"}


def rebuilt(backend: PostgresBackend) -> int | None:
    try:
        return backend.rebuild([make_document(1)])
    except RebuildRunningError:
        return None


def test_two_indexers_and_a_rebuild_at_once_lose_nothing(engine: Engine, backend: PostgresBackend) -> None:
    database: dict[str, SearchDocument] = {}

    def documents() -> Iterator[SearchDocument]:
        """Read as the portal does: not before the rebuild remembers what is touched."""
        yield from list(database.values())

    def write(start: int) -> None:
        own = PostgresBackend(lambda: engine)
        for number in range(start, start + 25):
            database[f"notice:{number}"] = make_document(number)
            own.update([database[f"notice:{number}"]])

    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 100)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        backend.rebuild(documents(), refresh=lambda touched: [database[key] for key in touched if key in database])
    for writer in writers:
        writer.join(PATIENCE)

    assert keys(backend, "养老") == backend.keys() == set(database)
    assert len(database) == 50


def test_a_loose_search_whose_words_are_too_many_still_answers(backend: PostgresBackend) -> None:
    backend.update([make_document(1, "老人上门护理")])

    result = backend.search(
        SearchQuery("上门护理 " + " ".join(f"词{number}" * 20 for number in range(20)), match=Match.SOME)
    )

    assert not result.is_partial
