"""A large answer is written once until something public changes, and by nobody but who reads it to its end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from portal.web import kept_files
from portal.web.kept_files import SMALLEST, KeptFiles
from tests.factories.demand import make_place, make_proposal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

PIECE, PIECES = b"x" * 40_000, 5


@pytest.fixture
def store(app: Flask, tmp_path: Path) -> KeptFiles:
    made = KeptFiles(tmp_path, most=500_000)
    made.enter("first")
    app.extensions["kept_files"] = made
    return made


def begun(times: list[int]) -> Iterator[bytes]:
    times.append(1)
    yield from [PIECE] * PIECES


def read(app: Flask, tag: str, times: list[int], *, pieces: int = PIECES + 1) -> bytes:
    with app.test_request_context("/"):
        answer = kept_files.answer(tag, lambda: begun(times), media_type="text/plain")
        found = [piece for _, piece in zip(range(pieces), answer.response, strict=False)]
        answer.close()
        return b"".join(found)


def test_what_was_read_to_its_end_is_not_made_again(app: Flask, store: KeptFiles) -> None:
    times: list[int] = []
    answers = [read(app, "tag", times) for _ in range(3)]

    assert answers == [PIECE * PIECES] * 3
    assert len(times) == 1
    assert store.get("tag") is not None


def test_what_was_broken_off_is_made_again(app: Flask, store: KeptFiles) -> None:
    times: list[int] = []
    read(app, "tag", times, pieces=2)

    assert store.get("tag") is None
    assert read(app, "tag", times) == PIECE * PIECES
    assert len(times) == 2


def test_another_tag_is_another_answer(app: Flask, store: KeptFiles) -> None:
    times: list[int] = []
    read(app, "one", times)
    read(app, "other", times)

    assert len(times) == 2
    assert store.get("one") is not store.get("other")


def test_a_change_lets_go_of_everything(app: Flask, store: KeptFiles) -> None:
    read(app, "tag", [])
    store.enter("second")

    assert store.get("tag") is None


def test_what_was_begun_before_a_change_is_not_kept_after_it(app: Flask, store: KeptFiles) -> None:
    with app.test_request_context("/"):
        answer = kept_files.answer("tag", lambda: begun([]), media_type="text/plain")
        pieces = iter(answer.response)
        next(pieces)
        store.enter("second")
        assert len(list(pieces)) == PIECES - 1
        answer.close()

    assert store.get("tag") is None


def test_the_oldest_goes_when_there_is_too_much(app: Flask, store: KeptFiles) -> None:
    for tag in ("one", "two", "three"):
        read(app, tag, [])

    assert [tag for tag in ("one", "two", "three") if store.get(tag)] == ["two", "three"]


def test_a_reader_goes_on_with_what_was_let_go(app: Flask, store: KeptFiles) -> None:
    read(app, "tag", [])
    found = store.get("tag")
    assert found is not None
    pieces = found.pieces()
    first = next(pieces)
    store.enter("second")
    del found

    assert first + b"".join(pieces) == PIECE * PIECES


def test_a_full_disk_breaks_nothing_off(app: Flask, store: KeptFiles, tmp_path: Path) -> None:
    store.folder = tmp_path / "nowhere"

    assert read(app, "tag", []) == PIECE * PIECES
    assert store.get("tag") is None


def test_many_readers_at_once_get_the_same(app: Flask, store: KeptFiles) -> None:
    read(app, "tag", [])
    found = store.get("tag")
    assert found is not None
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(b"".join(found.pieces()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [PIECE * PIECES] * 8


def test_nobody_finds_the_file(app: Flask, store: KeptFiles, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    read(app, "tag", [])

    assert store.get("tag") is not None
    assert set(tmp_path.iterdir()) == before


def test_small_answers_are_not_worth_a_file(app: Flask, store: KeptFiles) -> None:
    with app.test_request_context("/"):
        answer = kept_files.answer("tag", lambda: iter([b"x" * (SMALLEST - 1)]), media_type="text/plain")
        list(answer.response)
        answer.close()

    assert store.get("tag") is None


def test_a_dataset_is_told_anew_after_a_change(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_files, "SMALLEST", 1)
    place = make_place()
    make_proposal(place, title="第一条建议")
    first = client.get("/proposals.csv").data
    again = client.get("/proposals.csv")
    assert (again.data, again.content_length) == (first, len(first))

    make_proposal(place, title="第二条建议")
    changed = client.get("/proposals.csv").data

    assert "第二条建议".encode() not in first
    assert "第二条建议".encode() in changed
    assert client.get("/proposals.csv?bom=1").data != changed
