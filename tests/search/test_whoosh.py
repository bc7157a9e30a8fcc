"""The Whoosh backend survives what happens to files and processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import random
import signal
import time
import warnings
from typing import TYPE_CHECKING

import pytest

from portal.search.backends.memory import MemoryBackend
from portal.search.backends.whoosh import CURRENT, SearchUnavailableError, WhooshBackend
from portal.search.port import SearchDocument, SearchQuery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALPHABET = "养老服务社区居家残疾人康复训练心理疏导第三方评估购买项目郑州洛阳市公告abc12，。 "


def make_document(number: int, body: str) -> SearchDocument:
    return SearchDocument(f"notice:{number}", "notice", str(number), f"公告{number}", body=body)


def keys(backend: WhooshBackend, text: str) -> set[str]:
    return {hit.document.key for hit in backend.search(SearchQuery(text, limit=None)).hits}


def test_random_terms_find_the_same_as_looking_through_every_text(tmp_path: Path) -> None:
    chance = random.Random(20260301)
    texts = ["".join(chance.choices(ALPHABET, k=120)) for _ in range(300)]
    documents = [make_document(number, text) for number, text in enumerate(texts)]
    whoosh, truth = WhooshBackend(tmp_path), MemoryBackend()
    whoosh.update(documents)
    truth.update(documents)
    asked = [text[(start := chance.randrange(100)) : start + chance.randint(1, 6)] for text in texts[:100]]
    asked += [f"{first} {second}" for first, second in zip(asked[::2], asked[1::2], strict=True)]

    for query in asked:
        true_keys = {hit.document.key for hit in truth.search(SearchQuery(query, limit=None)).hits}
        assert keys(whoosh, query) == true_keys, query


def test_another_process_sees_what_was_committed(tmp_path: Path) -> None:
    writer, reader = WhooshBackend(tmp_path), WhooshBackend(tmp_path)
    writer.update([make_document(1, "养老")])
    assert keys(reader, "养老") == {"notice:1"}

    writer.update([make_document(2, "养老")], deleted=["notice:1"])

    assert keys(reader, "养老") == {"notice:2"}


def test_a_rebuild_changes_over_for_readers_that_are_open(tmp_path: Path) -> None:
    writer, reader = WhooshBackend(tmp_path), WhooshBackend(tmp_path)
    writer.update([make_document(1, "养老")])
    assert keys(reader, "养老") == {"notice:1"}

    for number in range(2, 6):
        writer.rebuild([make_document(number, "养老")])

    assert keys(reader, "养老") == {"notice:5"}
    assert len(list(tmp_path.glob("*gen-*"))) == 2


def test_a_rebuild_that_fails_leaves_the_old_index(tmp_path: Path) -> None:
    backend = WhooshBackend(tmp_path)
    backend.update([make_document(1, "养老")])

    with pytest.raises(RuntimeError):
        backend.rebuild(failing_documents())

    assert keys(backend, "养老") == {"notice:1"}
    assert backend.update([make_document(3, "养老")]) == 1


def failing_documents() -> Iterator[SearchDocument]:
    yield make_document(2, "养老")
    raise RuntimeError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_index_is_reported_and_a_rebuild_mends_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    backend = WhooshBackend(tmp_path)
    backend.update([make_document(1, "养老")])
    generation = tmp_path / (tmp_path / CURRENT).read_text()
    for segment in generation.glob("*.seg"):
        segment.write_bytes(segment.read_bytes()[:40])

    is_reported = is_unavailable(tmp_path)
    let_go_of_what_whoosh_left_open(caplog)
    backend.rebuild([make_document(1, "养老")])

    assert is_reported
    assert keys(WhooshBackend(tmp_path), "养老") == {"notice:1"}


def is_unavailable(folder: Path) -> bool:
    try:
        keys(WhooshBackend(folder), "养老")
    except SearchUnavailableError:
        return True
    return False


def test_nothing_is_searched_before_there_is_an_index(tmp_path: Path) -> None:
    backend = WhooshBackend(tmp_path / "none")

    assert keys(backend, "养老") == set()
    assert backend.keys() == frozenset()


def let_go_of_what_whoosh_left_open(caplog: pytest.LogCaptureFixture) -> None:
    """Whoosh does not close a segment that it cannot read; that is its own and no fault of ours."""
    caplog.clear()
    caplog.handler.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def write_for_ever(folder: Path, acknowledged: Path) -> None:
    backend = WhooshBackend(folder)
    for number in range(100_000):
        backend.update([make_document(number, "养老服务")])
        acknowledged.write_text(str(number))


def test_a_killed_writer_loses_nothing_acknowledged(tmp_path: Path) -> None:
    folder, acknowledged = tmp_path / "index", tmp_path / "acknowledged"
    for pause in (0.15, 0.22, 0.31):
        acknowledged.write_text("-1")
        process = multiprocessing.get_context("spawn").Process(target=write_for_ever, args=(folder, acknowledged))
        process.start()
        wait_for_first(acknowledged)
        time.sleep(pause)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()

        backend = WhooshBackend(folder)
        last = int(acknowledged.read_text() or "-1")
        assert {f"notice:{number}" for number in range(last + 1)} <= keys(backend, "养老")
        assert backend.update([make_document(999_999, "写得进去")]) == 1


def wait_for_first(acknowledged: Path) -> None:
    deadline = time.monotonic() + 20
    while acknowledged.read_text() in {"", "-1"} and time.monotonic() < deadline:
        time.sleep(0.02)
