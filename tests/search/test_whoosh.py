"""The Whoosh backend survives what happens to files and processes."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest
from whoosh import index as whoosh_index
from whoosh.query import And, Or, Term

from portal.search import analysis
from portal.search.backends import ranking, whoosh_writer
from portal.search.backends import whoosh_fields as names
from portal.search.backends.memory import MemoryBackend
from portal.search.backends.ranking import TITLE_BOOST
from portal.search.backends.whoosh import CURRENT, WhooshBackend
from portal.search.backends.whoosh_query import Evaluation, Snapshot
from portal.search.backends.whoosh_reader import Cache, Segment
from portal.search.backends.whoosh_writer import stored_columns
from portal.search.faults import IndexDamagedError, RebuildRunningError
from portal.search.matching import body_text, full_text, title_text
from portal.search.port import SearchDocument, SearchQuery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


ALPHABET = "养老服务社区居家残疾人康复训练心理疏导第三方评估购买项目郑州洛阳市公告abc12，。 "


def make_document(number: int, body: str) -> SearchDocument:
    return SearchDocument(f"notice:{number}", "notice", str(number), f"公告{number}", body=body)


def begun(folder: Path) -> WhooshBackend:
    """Give a backend on a folder; where there is no index yet, an empty one is made."""
    backend = WhooshBackend(folder)
    if not backend.state():
        backend.rebuild([])
    return backend


def keys(backend: WhooshBackend, text: str) -> set[str]:
    return {hit.key for hit in backend.search(SearchQuery(text, limit=None)).hits}


def test_random_terms_find_the_same_as_looking_through_every_text(tmp_path: Path) -> None:
    chance = random.Random(20260301)
    texts = ["".join(chance.choices(ALPHABET, k=120)) for _ in range(300)]
    documents = [make_document(number, text) for number, text in enumerate(texts)]
    whoosh, truth = begun(tmp_path), MemoryBackend()
    whoosh.update(documents)
    truth.update(documents)
    asked = [text[(start := chance.randrange(100)) : start + chance.randint(1, 6)] for text in texts[:100]]
    asked += [f"{first} {second}" for first, second in zip(asked[::2], asked[1::2], strict=True)]

    for query in asked:
        true_keys = {hit.key for hit in truth.search(SearchQuery(query, limit=None)).hits}
        assert keys(whoosh, query) == true_keys, query


def test_another_process_sees_what_was_committed(tmp_path: Path) -> None:
    writer, reader = begun(tmp_path), begun(tmp_path)
    writer.update([make_document(1, "养老")])
    assert keys(reader, "养老") == {"notice:1"}

    writer.update([make_document(2, "养老")], deleted=["notice:1"])

    assert keys(reader, "养老") == {"notice:2"}


def test_a_rebuild_changes_over_for_readers_that_are_open(tmp_path: Path) -> None:
    writer, reader = begun(tmp_path), begun(tmp_path)
    writer.update([make_document(1, "养老")])
    assert keys(reader, "养老") == {"notice:1"}

    for number in range(2, 6):
        writer.rebuild([make_document(number, "养老")])

    assert keys(reader, "养老") == {"notice:5"}
    assert len(list(tmp_path.glob("*gen-*"))) == 2


def test_a_rebuild_that_fails_leaves_the_old_index(tmp_path: Path) -> None:
    backend = begun(tmp_path)
    backend.update([make_document(1, "养老")])

    with pytest.raises(RuntimeError):
        backend.rebuild(failing_documents())

    assert keys(backend, "养老") == {"notice:1"}
    assert backend.update([make_document(3, "养老")]) == 1


def failing_documents() -> Iterator[SearchDocument]:
    yield make_document(2, "养老")
    raise RuntimeError


@pytest.mark.usefixtures("left_open")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_index_is_reported_and_a_rebuild_mends_it(tmp_path: Path) -> None:
    backend = begun(tmp_path)
    backend.update([make_document(1, "养老")])
    generation = tmp_path / (tmp_path / CURRENT).read_text()
    for segment in generation.glob("*.seg"):
        segment.write_bytes(segment.read_bytes()[:40])

    is_reported = is_unavailable(tmp_path)
    backend.rebuild([make_document(1, "养老")])

    assert is_reported
    assert keys(begun(tmp_path), "养老") == {"notice:1"}


def is_unavailable(folder: Path) -> bool:
    try:
        keys(begun(folder), "养老")
    except IndexDamagedError:
        return True
    return False


def test_a_missing_index_is_never_taken_for_an_empty_one(tmp_path: Path) -> None:
    backend = begun(tmp_path)
    backend.update([make_document(1, "养老"), make_document(2, "养老")])
    shutil.rmtree(tmp_path)

    for act in (
        lambda: backend.search(SearchQuery("养老")),
        lambda: backend.titles({"notice"}),
        lambda: backend.update([make_document(3, "养老")]),
        backend.keys,
    ):
        with pytest.raises(IndexDamagedError):
            act()
    assert backend.faults() != []

    backend.rebuild([make_document(1, "养老")])

    assert keys(backend, "养老") == {"notice:1"}


def test_a_garbled_pointer_is_damage_and_not_an_error(tmp_path: Path) -> None:
    backend = begun(tmp_path)
    (tmp_path / CURRENT).write_bytes(b"\xff\xfe")

    for act in (backend.state, backend.keys, lambda: backend.update([make_document(1, "养老")])):
        with pytest.raises(IndexDamagedError):
            act()
    assert backend.faults() != []


def test_rebuilds_that_fail_leave_nothing_behind(tmp_path: Path) -> None:
    backend = begun(tmp_path)

    for _ in range(3):
        with pytest.raises(RuntimeError):
            backend.rebuild(failing_documents())

    assert len(list(tmp_path.glob("*gen-*"))) == 1


def test_short_things_are_split_before_a_column_overflows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh_writer, "MOST_DOCUMENTS", 40)
    backend = begun(tmp_path)
    backend.rebuild(
        SearchDocument(f"notice:{number}", "notice", str(number), "养老", within=(f"process:{number}",))
        for number in range(100)
    )

    hidden = {f"process:{number}" for number in range(100) if number % 2}
    result = backend.search(SearchQuery("养老", hidden=hidden, limit=None))

    assert result.total == 50
    assert not {int(hit.object_id) % 2 for hit in result.hits} - {0}


def write_for_ever(folder: Path, log: Path, start: int) -> None:
    """Put documents in, take every third out again, and note what was acknowledged."""
    backend = begun(folder)
    with log.open("a", encoding="utf-8", buffering=1) as acknowledged:
        for number in range(start, start + 100_000):
            backend.update([make_document(number, "养老服务")])
            acknowledged.write(f"+{number}\n")
            if number % 3 == 0:
                backend.update([], deleted=[f"notice:{number}"])
                acknowledged.write(f"-{number}\n")


def test_a_killed_indexer_loses_nothing_acknowledged_and_searching_goes_on(tmp_path: Path) -> None:
    chance = random.Random(20261124)
    folder, log = tmp_path / "index", tmp_path / "acknowledged"
    log.touch()
    reader, undecided = begun(folder), set[str]()
    for kill in range(int(os.environ.get("SANWEN_KILLS", "20"))):
        before = log.stat().st_size
        process = multiprocessing.get_context("fork").Process(target=write_for_ever, args=(folder, log, kill * 1_000))
        process.start()
        deadline = time.monotonic() + chance.uniform(0.02, 0.3)
        while time.monotonic() < deadline or log.stat().st_size == before:
            assert reader.search(SearchQuery("养老")).is_partial is False
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()

        found, lines = keys(begun(folder), "养老"), log.read_text().splitlines()
        gone = {f"notice:{line[1:]}" for line in lines if line.startswith("-")}
        put = {f"notice:{line[1:]}" for line in lines if line.startswith("+") and line[1:].isdigit()}
        undecided.add(f"notice:{lines[-1][1:]}")  # it may have been taken out before that could be noted
        assert put - gone - undecided <= found
        assert not gone & found
        assert reader.faults() == []


def write_some(folder: Path, start: int) -> None:
    backend = begun(folder)
    for number in range(start, start + 15):
        backend.update([make_document(number, "养老服务")])


def test_two_indexers_at_once_lose_nothing(tmp_path: Path) -> None:
    begun(tmp_path)
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=write_some, args=(tmp_path, start)) for start in (0, 100)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert keys(begun(tmp_path), "养老") == {f"notice:{start + number}" for start in (0, 100) for number in range(15)}


@pytest.mark.usefixtures("left_open")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_segment_that_was_deleted_is_noticed_by_whoever_reads_and_by_whoever_writes(tmp_path: Path) -> None:
    begun(tmp_path).update([make_document(1, "养老")])
    for segment in tmp_path.rglob("*.seg"):
        segment.unlink()

    assert is_unavailable(tmp_path)
    assert begun(tmp_path).faults() != []
    with pytest.raises(IndexDamagedError):
        begun(tmp_path).update([make_document(2, "养老")], deleted=["notice:1"])


def random_documents(count: int) -> list[SearchDocument]:
    chance = random.Random(7)
    return [
        SearchDocument(
            f"notice:{number}", "notice", str(number), "".join(chance.choices(ALPHABET, k=12)),
            body="".join(chance.choices(ALPHABET, k=chance.randint(20, 400))),
        )
        for number in range(count)
    ]  # fmt: skip


WORDS = ("养老", "服务", "社区", "康复", "心理", "abc")


def test_stock_whoosh_reads_what_is_written_in_bulk_and_scores_it_the_same(tmp_path: Path) -> None:
    backend = begun(tmp_path)
    backend.rebuild(random_documents(300))
    index = whoosh_index.open_dir(str(tmp_path / (tmp_path / CURRENT).read_text()))

    for word in WORDS:
        question = Or([Term(ranking.TITLE_WORDS, word, boost=TITLE_BOOST), Term(ranking.BODY_WORDS, word)])
        grams = And([Term(ranking.GRAMS, gram) for gram in analysis.needed_grams(word)])
        with index.searcher() as stock:
            column = stock.reader().column_reader("key")
            scores = {column[number]: score for number, score in stock.search(question, limit=None).items()}
            found = {column[number] for number in stock.docs_for_query(grams)}
        for hit in backend.search(SearchQuery(word, limit=None)).hits:
            assert hit.score == pytest.approx(scores.get(hit.key, 0), rel=1e-3, abs=2e-3), word
            assert hit.key in found


def test_what_the_stock_writer_wrote_is_read_the_same(tmp_path: Path) -> None:
    documents = random_documents(200)
    bulk, stock_folder = begun(tmp_path / "bulk"), tmp_path / "stock"
    bulk.rebuild(documents)
    stock_folder.mkdir()
    writer = whoosh_index.create_in(str(stock_folder), names.schema()).writer()
    for document in documents:
        writer.add_document(**stock_fields(document))
    writer.commit()
    index = whoosh_index.open_dir(str(stock_folder))
    segment = Segment(index.storage, index.schema, index._segments()[0], Cache())  # noqa: SLF001 - whoosh's own list

    for query in (
        SearchQuery("养老 服务"),
        SearchQuery("abc"),
        SearchQuery("社区居"),
        SearchQuery("心", facets={"kind"}),
    ):
        assert Evaluation(Snapshot("stock", [segment]), query).answer() == bulk.search(query)


def stock_fields(document: SearchDocument) -> dict[str, object]:
    title, body, text = title_text(document), body_text(document), full_text(document)
    return {
        ranking.TITLE_WORDS: analysis.words(title), ranking.BODY_WORDS: analysis.words(body),
        ranking.GRAMS: analysis.grams(text), names.KEY: document.key,
        **{name: value for name, value in stored_columns(document, text).items() if name != names.KEY},
    }  # fmt: skip


def test_many_small_commits_are_merged_and_lose_nothing(tmp_path: Path) -> None:
    backend = begun(tmp_path)
    documents = random_documents(120)
    for document in documents:
        backend.update([document], deleted=["notice:3"] if document.object_id == "60" else ())
    whole = begun(tmp_path / "whole")
    whole.rebuild([document for document in documents if document.object_id != "3"])

    merged = backend._open()  # noqa: SLF001 - how many segments there are is seen from inside only

    assert merged is not None
    assert len(merged.segments) <= 8
    for word in (*WORDS, "服务社区", "老服"):
        assert keys(backend, word) == keys(whole, word), word


def test_what_is_updated_while_the_index_is_rebuilt_is_in_the_new_one(tmp_path: Path) -> None:
    backend = begun(tmp_path)
    database = {f"notice:{number}": make_document(number, "养老") for number in range(5)}
    backend.rebuild(database.values())

    def reading() -> Iterator[SearchDocument]:
        yield from list(database.values())
        database["notice:9"] = make_document(9, "养老")
        del database["notice:2"]
        backend.update([database["notice:9"]], deleted=["notice:2"])

    backend.rebuild(reading(), refresh=lambda touched: [database[key] for key in touched if key in database])

    assert keys(backend, "养老") == set(database)


def test_only_one_rebuild_runs_at_a_time(tmp_path: Path) -> None:
    backend = begun(tmp_path)

    def rebuilding() -> Iterator[SearchDocument]:
        with pytest.raises(RebuildRunningError):
            begun(tmp_path).rebuild([])
        yield make_document(1, "养老")

    assert backend.rebuild(rebuilding()) == 1


@pytest.mark.usefixtures("left_open")
def test_changed_bytes_in_a_segment_are_noticed(tmp_path: Path) -> None:
    backend = begun(tmp_path)
    backend.update([make_document(1, "养老")])
    assert backend.faults() == []
    segment = next(tmp_path.rglob("*.seg"))
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 0xFF
    segment.write_bytes(data)

    assert [fault for fault in backend.faults() if "has changed" in fault]


def test_when_files_cannot_grow_the_last_commit_stands_and_writing_goes_on_later(tmp_path: Path) -> None:
    begun(tmp_path).update([make_document(1, "养老")])
    process = multiprocessing.get_context("fork").Process(target=write_without_room, args=(tmp_path,))
    process.start()
    process.join()

    backend = begun(tmp_path)
    assert process.exitcode == REFUSED
    assert keys(backend, "养老") == {"notice:1"}
    assert backend.update([make_document(2, "养老")]) == 1
    assert keys(backend, "养老") == {"notice:1", "notice:2"}


REFUSED = 7


def write_without_room(folder: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
    backend = begun(folder)
    for _ in range(2):
        try:
            backend.update(random_documents(50))
        except OSError:
            continue
        return
    os._exit(REFUSED)


def test_the_cache_of_postings_stays_within_its_bounds() -> None:
    cache = Cache(limit=10_000)

    for number in range(100):
        cache.put((str(number),), b"", 900)

    assert cache.size <= 10_000
    assert cache.get(("99",)) is not None
    assert cache.get(("0",)) is None
