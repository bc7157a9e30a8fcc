"""Files of every form and size are read as a stream; what unpacks to more than can be meant is refused."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.procurement import json_stream, reading, unpacking
from portal.procurement.json_stream import JsonStream
from portal.procurement.unpacking import UnreadableError
from tests.factories.procurement import OCID, make_chain, make_release, tender_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

CHAIN = make_chain()
COMPILED = make_release("compiled", buyer={"id": "B1"}, tender={"id": "T1", "title": "旧档"})
LINKS = [{"url": "https://example.org/1", "date": "2026-03-01T09:00:00+08:00", "tag": ["tender"]}]


class Trickle:
    """A stream that gives a few bytes at a time, so that every value is cut somewhere."""

    def __init__(self, data: bytes, step: int) -> None:
        self._rest, self._step = io.BytesIO(data), step

    def read(self, size: int, /) -> bytes:
        return self._rest.read(min(size, self._step))


def places(data: bytes, step: int = 10_000) -> list[str]:
    return [place for place, _ in reading._values(JsonStream(Trickle(data, step)), "")]  # noqa: SLF001 - no file needed


def written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(JSON_VALUES, st.integers(1, 9), st.booleans())
def test_any_json_is_read_whole_however_it_is_cut(value: object, step: int, ascii_only: bool) -> None:  # noqa: FBT001 - drawn
    data = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    try:
        data.decode()
    except UnicodeDecodeError:
        return

    stream = JsonStream(Trickle(data, step))

    assert stream.value() == value
    assert stream.peek() == ""


@given(st.integers(1, 40))
def test_places_do_not_depend_on_how_the_text_is_cut(step: int) -> None:
    data = written(
        [{"uri": "x", "releases": CHAIN, "publisher": {"name": "[}"}}, {"records": [{"ocid": OCID, "releases": CHAIN}]}]
    )

    assert places(data, step) == places(data)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"uri": "x", "releases": CHAIN[:2], "version": "1.1"}, ["/releases/0", "/releases/1"]),
        ({"releases": CHAIN[:1], "compiledRelease": COMPILED, "ocid": OCID}, ["/releases/0"]),
        ({"ocid": OCID, "releases": LINKS, "compiledRelease": COMPILED}, ["/compiledRelease"]),
        ({"compiledRelease": COMPILED, "ocid": OCID, "releases": LINKS}, ["/compiledRelease"]),
        ({"ocid": OCID, "releases": LINKS}, [""]),
        ({"records": [{"ocid": OCID, "versionedRelease": {}, "releases": CHAIN[:1]}]}, ["/records/0/releases/0"]),
        ([[CHAIN[0]], {"releases": CHAIN[1:2]}], ["/0/0", "/1/releases/0"]),
    ],
)
def test_each_release_is_named_by_its_place(value: object, expected: list[str]) -> None:
    assert places(written(value)) == expected


def pack(kind: str, folder: Path, data: bytes) -> Path:
    path = folder / f"data.{kind}"
    if kind == "json.gz":
        path.write_bytes(gzip.compress(data))
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("b/second.jsonl", written(tender_release(ocid="ocds-test00-0009")) + b"\n")
            archive.writestr("a.json", data)
            archive.writestr("__MACOSX/._a.json", b"litter")
            archive.writestr("readme.txt", b"nothing")
    else:
        path.write_bytes(data)
    return path


@pytest.mark.parametrize(("kind", "more"), [("json", 0), ("json.gz", 0), ("zip", 1)])
def test_packed_files_are_unpacked(import_ocds: Callable[..., Result], tmp_path: Path, kind: str, more: int) -> None:
    result = import_ocds(str(pack(kind, tmp_path, written({"releases": CHAIN}))))

    assert (result.exit_code, f"{3 + more} sealed" in result.output) == (0, True), result.output


def test_a_folder_is_searched_for_every_form(import_ocds: Callable[..., Result], tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    pack("json.gz", folder, written(CHAIN[0]))
    pack("jsonl", folder, b"\n".join(map(written, CHAIN[1:])) + b"\n")
    (folder / "notes.txt").write_text("nothing")

    result = import_ocds(str(folder))

    assert (result.exit_code, "3 sealed" in result.output) == (0, True), result.output


def test_a_line_that_is_no_json_is_named_and_the_others_are_taken(
    import_ocds: Callable[..., Result], tmp_path: Path
) -> None:
    path = pack("jsonl", tmp_path, b"\n".join([written(CHAIN[0]), b'{"half": ', written(CHAIN[1]), b"7", b"", b"[1"]))

    result = import_ocds(str(path))

    assert result.exit_code == 1
    assert "2 sealed" in result.output
    assert all(f"refused #{number}" in result.output for number in (2, 4, 5))


@pytest.mark.parametrize(
    "data",
    [
        written({"releases": CHAIN})[:-1],
        written({"releases": CHAIN})[:-40],
        written({"releases": CHAIN}) + b"]",
        written({"releases": CHAIN}) + b'{"releases": []}',
        written({"releases": CHAIN}).replace(b"]", b",]"),
        b'{"releases": [' + written(CHAIN[0]) + b" " + written(CHAIN[1]) + b"]}",
        b'{"releases": [' + written(CHAIN[0]) + b", NaN]}",
        b"{1: 2}",
        b'{"a" 1}',
        b'{"a": "' + b"x" * 1000 + b"\xff" + b'"}',
        b'"' + b"x" * 5000,
    ],
)
def test_a_fault_at_the_end_keeps_all_of_a_file_out(import_ocds: Callable[..., Result], data: bytes) -> None:
    result = import_ocds(data)

    assert result.exit_code == 2, result.output
    assert "0 sealed" in result.output
    assert "file-0.json: is no" in result.output


def bombs(folder: Path) -> Iterator[Path]:
    nothing = b" " * 30_000_000
    yield pack("json.gz", folder, nothing)
    with zipfile.ZipFile(folder / "many.zip", "w") as archive:
        for number in range(12):
            archive.writestr(f"{number}.json", "")
    yield folder / "many.zip"
    with zipfile.ZipFile(folder / "deep.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep.json", nothing)
    yield folder / "deep.zip"
    with zipfile.ZipFile(folder / "spread.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"{number}.json", written(tender_release(ocid=f"ocds-{number}")) + nothing[:6_000_000])
    yield folder / "spread.zip"
    whole = pack("zip", folder, written(CHAIN)).read_bytes()
    for name, data in {
        "cut.zip": whole[:-30],
        "cut.json.gz": gzip.compress(written(CHAIN))[:-9],
        "empty.zip": b"PK\x05\x06" + bytes(18),
    }.items():
        (folder / name).write_bytes(data)
        yield folder / name


def test_bombs_and_damaged_archives_are_refused_without_a_trace(
    import_ocds: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 10)
    for path in bombs(tmp_path):
        result = import_ocds(str(path))

        assert (result.exit_code, "0 sealed" in result.output) == (2, True), (path.name, result.output)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "LARGEST_FILE", 1000)

    with pytest.raises(UnreadableError, match="larger"):
        reading.check_file(pack("json", tmp_path, written({"releases": CHAIN})))


def test_a_value_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "LARGEST_VALUE", 5000)

    with pytest.raises(UnreadableError, match="single value"):
        places(b'"' + b"x" * 1_000_000 + b'"')


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    release = written(tender_release("长" * 5000))
    peaks = []
    for count in (50, 1000):
        path = tmp_path / f"{count}.json"
        path.write_bytes(b'{"releases": [' + b",".join([release] * count) + b"]}")
        tracemalloc.start()
        assert sum(1 for _ in reading.stream_file(path)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < peaks[0] * 1.5


def test_progress_is_told_by_bytes(tmp_path: Path) -> None:
    for kind in ("json", "json.gz", "zip"):
        path, told = pack(kind, tmp_path, written({"releases": CHAIN * 200})), [0]

        reading.check_file(path, told.append)

        assert path.stat().st_size <= sum(told) < path.stat().st_size + 10_000, kind
