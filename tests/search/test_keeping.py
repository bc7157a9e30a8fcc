"""Searching and publishing go on while the index is damaged, and it is made anew."""

from __future__ import annotations

import errno
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from portal.search import keeping, registry
from portal.search.backends.whoosh import CURRENT, WhooshBackend
from portal.search.cli import search_group
from portal.search.port import Indexer, SearchDocument, SearchQuery, document_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("left_open"),
]
TEXTS = {"1": "养老服务", "2": "心理疏导", "3": "社区养老"}
PATIENCE = 20


def documents(ids: Sequence[str] | None) -> Iterator[SearchDocument]:
    for object_id, text in TEXTS.items():
        if ids is None or object_id in ids:
            yield SearchDocument(document_key("notice", object_id), "notice", object_id, text)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = Flask(__name__)
    registry.init_app(made, [Indexer("notice", documents)], backend=WhooshBackend(tmp_path))
    made.cli.add_command(search_group)
    with made.app_context():
        keeping.rebuild()
        yield made


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test wait for what another could not mend."""
    monkeypatch.setattr(keeping, "_not_before", 0.0)


def wait_until_mended() -> None:
    deadline = time.monotonic() + PATIENCE
    while keeping.search(SearchQuery("养老")).is_partial or registry.backend().faults():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def damage(folder: Path) -> None:
    for segment in folder.rglob("*.seg"):
        segment.write_bytes(segment.read_bytes()[:40])


def found(text: str) -> set[str]:
    return {hit.key for hit in keeping.search(SearchQuery(text)).hits}


def test_a_damaged_index_is_made_anew_while_the_database_answers(app: Flask, tmp_path: Path) -> None:
    damage(tmp_path)

    answered = keeping.search(SearchQuery("养老", facets={"kind"}))

    assert {hit.key for hit in answered.hits} == {"notice:1", "notice:3"}
    assert answered.is_partial
    assert answered.facets == {"kind": {"notice": 2}}
    wait_until_mended()
    assert found("养老") == {"notice:1", "notice:3"}
    assert registry.backend().faults() == []


def test_an_update_to_a_damaged_index_makes_it_anew(app: Flask, tmp_path: Path) -> None:
    damage(tmp_path)

    keeping.update(list(documents(["1"])), deleted=["notice:2"])

    assert registry.backend().keys() == {"notice:1", "notice:2", "notice:3"}


def test_the_check_names_damaged_files_and_the_rebuild_mends_them(app: Flask, tmp_path: Path) -> None:
    damage(tmp_path)
    runner = app.test_cli_runner()

    before, rebuilt, after = (runner.invoke(args=["search", word]) for word in ("check", "rebuild", "check"))

    assert before.exit_code == 1
    assert "damaged" in before.output
    assert (rebuilt.exit_code, after.exit_code) == (0, 0)
    assert "3 documents, index and database agree" in after.output


@pytest.mark.parametrize("lost", ["folder", "pointer", "segments"])
def test_an_index_that_is_gone_is_made_anew_and_never_looks_empty(app: Flask, tmp_path: Path, lost: str) -> None:
    if lost == "folder":
        shutil.rmtree(tmp_path)
    elif lost == "pointer":
        (tmp_path / CURRENT).unlink()
    else:
        for segment in tmp_path.rglob("*.seg"):
            segment.unlink()

    answered = keeping.search(SearchQuery("养老"))

    assert {hit.key for hit in answered.hits} == {"notice:1", "notice:3"}
    wait_until_mended()
    assert registry.backend().keys() == {"notice:1", "notice:2", "notice:3"}


def test_an_update_where_the_index_is_gone_brings_everything_back(app: Flask, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)

    keeping.update(list(documents(["1"])), deleted=[])

    assert registry.backend().keys() == {"notice:1", "notice:2", "notice:3"}


def test_damage_that_no_search_meets_is_noticed_by_looking(app: Flask, tmp_path: Path) -> None:
    segment = next(tmp_path.rglob("*.seg"))
    spoilt = bytearray(segment.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    segment.write_bytes(spoilt)

    keeping.examine()

    wait_until_mended()
    assert found("养老") == {"notice:1", "notice:3"}


def test_what_could_not_be_mended_is_not_tried_at_every_search(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[float] = []

    def no_room(*_: object, **__: object) -> int:
        tried.append(time.monotonic())
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(WhooshBackend, "rebuild", no_room)
    damage(tmp_path)

    for _ in range(20):
        assert found("养老") == {"notice:1", "notice:3"}
        time.sleep(0.02)

    assert len(tried) == 1


def test_the_check_notices_words_that_the_database_no_longer_has(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TEXTS, "2", "法律援助")

    checked = app.test_cli_runner().invoke(args=["search", "check"])

    assert checked.exit_code == 1
    assert "1 in the index with other words: notice:2" in checked.output
