"""Snapshots: whole, dated, never changed, never half, and gone once something in them must not be seen."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import openpyxl
import pyarrow.parquet as pq
import pytest
from frictionless import Package

from portal.exporting import registry as datasets
from portal.exporting import snapshots as kept
from portal.exporting.packages import FILE_NAME
from portal.kernel import clock
from portal.moderation.actions import hide
from portal.opendata import snapshots
from portal.outbox.actions import drain
from portal.procurement.redacting import redact_release
from portal.ring.rules import Kind
from portal.storage.database import db
from tests.factories.procurement import OCID, award_release, make_chain, seal, tender_release
from tests.servers import ROOT, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result
    from flask import Flask
    from flask.testing import FlaskClient

    from portal.settings import Settings

OTHER = "ocds-test00-0002"


def export(app: Flask, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["portal", "export", "bulk", *options])


def today() -> str:
    return clock.today().isoformat()


@pytest.fixture
def made(app: Flask) -> kept.Snapshot:
    seal(*make_chain(), tender_release(ocid=OTHER))
    drain(app.extensions["outbox_consumers"])
    done = export(app)
    assert done.exit_code == 0, done.output
    return next(snapshots.valid())


def test_a_snapshot_has_every_dataset_in_every_format(made: kept.Snapshot) -> None:
    wanted = [one for one in datasets.public_datasets() if one.is_in_snapshots]

    assert {f"{one.name}.{end}" for one in wanted for end in ("csv", "jsonl.gz", "xlsx", "parquet")} | {
        "ocds-releases-2026.jsonl.gz", FILE_NAME, kept.SUMS_NAME,
    } == set(made.files)  # fmt: skip
    assert "search.csv" not in made.files


def test_all_formats_hold_the_same_rows(made: kept.Snapshot) -> None:
    folder = made.folder
    lines = gzip.decompress((folder / "notices.jsonl.gz").read_bytes()).decode().splitlines()
    sheet = openpyxl.load_workbook(folder / "notices.xlsx").active
    rows = list(csv.DictReader(io.StringIO((folder / "notices.csv").read_text("utf-8"), newline="")))

    ids = [int(row["id"]) for row in rows]

    assert len(ids) == 4
    assert [json.loads(line)["id"] for line in lines] == ids
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ids
    assert pq.read_table(folder / "notices.parquet").column("id").to_pylist() == ids


def test_sizes_and_hashes_are_those_of_the_files(made: kept.Snapshot) -> None:
    data = {name: (made.folder / name).read_bytes() for name in made.files}

    assert {name: len(one) for name, one in data.items()} == {name: one.size for name, one in made.files.items()}
    assert all(hashlib.sha256(data[name]).hexdigest() == one.sha256 for name, one in made.files.items())
    done = subprocess.run(["sha256sum", "--check", "--quiet", kept.SUMS_NAME], cwd=made.folder, check=False)
    assert done.returncode == 0


def test_the_description_is_a_right_data_package_of_right_files(made: kept.Snapshot) -> None:
    told = json.loads((made.folder / FILE_NAME).read_bytes())
    tables = [one for one in told["resources"] if one["path"].endswith(".csv")]

    report = Package.from_descriptor(told | {"resources": tables}, basepath=str(made.folder)).validate()

    assert Package.validate_descriptor(told).valid
    assert report.flatten(["name", "rowNumber", "fieldName", "message"]) == []
    assert len(tables) > 10


def test_a_second_run_changes_nothing(app: Flask, made: kept.Snapshot) -> None:
    before = (made.folder / FILE_NAME).read_bytes()
    seal(tender_release(ocid="ocds-test00-later"))

    done = export(app)

    assert done.exit_code == 0
    assert (made.folder / FILE_NAME).read_bytes() == before


def test_only_the_newest_are_left(app: Flask, made: kept.Snapshot) -> None:
    for day in ("2020-01-01", "2021-01-01"):
        subprocess.run(["cp", "-r", str(made.folder), str(made.folder.parent / day)], check=True)

    done = export(app, "--keep", "2")

    assert "2020-01-01: deleted" in done.output
    assert [one.day for one in snapshots.valid()] == [today(), "2021-01-01"]


def test_a_file_is_served_with_its_hash_and_in_parts(client: FlaskClient, made: kept.Snapshot) -> None:
    address, file = f"/data/snapshots/{made.day}/notices.csv", made.files["notices.csv"]
    data = (made.folder / "notices.csv").read_bytes()

    with client.get(address) as whole:
        assert (whole.status_code, whole.data, whole.headers["ETag"]) == (200, data, f'"{file.sha256}"')
        assert whole.headers["Cache-Control"] == "no-cache"
        assert 'rel="license"' in whole.headers["Link"]
    with client.get(address, headers={"If-None-Match": f'"{file.sha256}"'}) as again:
        assert again.status_code == 304
    with client.get(address, headers={"Range": "bytes=10-19", "If-Range": f'"{file.sha256}"'}) as part:
        assert (part.status_code, part.data) == (206, data[10:20])


def test_the_newest_is_found_without_its_day(client: FlaskClient, made: kept.Snapshot) -> None:
    answer = client.get("/data/latest/notices.csv")

    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/data/snapshots/{made.day}/notices.csv")


@pytest.mark.parametrize("path", [
    "snapshots/{day}/none.csv", "snapshots/1999-01-01/notices.csv", "snapshots/../notices.csv", "latest/none.csv",
    "snapshots/{day}/..%2f..%2fportal.sqlite3", "snapshots/%2e%2e/portal.sqlite3", "snapshots/{day}/.lock.x",
])  # fmt: skip
def test_nothing_else_is_served(client: FlaskClient, made: kept.Snapshot, path: str) -> None:
    assert client.get("/data/" + path.format(day=made.day)).status_code == 404


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_page_lists_files_with_size_and_hash(client: FlaskClient, made: kept.Snapshot, prefix: str) -> None:
    page = client.get(f"{prefix}/data").text

    assert f"/data/snapshots/{made.day}/notices.parquet" in page
    assert made.files["notices.parquet"].sha256 in page


def test_a_snapshot_is_not_served_from_the_moment_something_in_it_is_hidden(
    client: FlaskClient, made: kept.Snapshot
) -> None:
    hide(Kind.PROCESS, OTHER, reason="x", by=None)

    gone = client.get(f"/data/snapshots/{made.day}/notices.csv")

    assert gone.status_code == 410
    assert client.get("/data/latest/notices.csv").status_code == 404
    assert made.day not in client.get("/data").text.partition("<main")[2]


def test_it_is_deleted_when_the_outbox_is_followed_and_made_anew_without_what_was_hidden(
    app: Flask, client: FlaskClient, made: kept.Snapshot
) -> None:
    hide(Kind.PROCESS, OTHER, reason="x", by=None)
    drain(app.extensions["outbox_consumers"])
    is_deleted = not made.folder.exists()
    export(app)

    with client.get(f"/data/snapshots/{made.day}/notices.csv") as answer:
        text = answer.text

    assert is_deleted
    assert OCID in text
    assert OTHER not in text


def test_what_the_law_destroyed_is_in_no_file_on_the_disk(app: Flask, settings: Settings) -> None:
    seal(tender_release(), award_release() | {"description": "叶蜡石"})
    drain(app.extensions["outbox_consumers"])
    export(app)
    before = files_with(settings.data_dir / "snapshots", "叶蜡石".encode())
    redact_release(OCID, str(award_release()["id"]), reason="个人信息", basis="法", by="李四", approved_by="王五")
    drain(app.extensions["outbox_consumers"])
    export(app)

    assert before != []
    assert files_with(settings.data_dir / "snapshots", "叶蜡石".encode()) == []
    assert [one.day for one in snapshots.valid()] == [today()]


def files_with(folder: Path, word: bytes) -> list[str]:
    return [one.name for one in folder.rglob("*") if one.is_file() and word in one.read_bytes()]


def test_a_hidden_document_withdraws_the_snapshots_that_name_it(app: Flask, made: kept.Snapshot) -> None:
    assert list(snapshots.valid()) == [made]
    hide("document", "1", reason="x", by=None)
    drain(app.extensions["outbox_consumers"])

    assert list(snapshots.valid()) == []


def slow_parts(folder: Path) -> Iterator[kept.Part]:
    """Give a part, then wait until a file is there."""
    yield kept.Part("a.csv", "text/csv", lambda: [b"a"])
    wait_for((folder / "go").exists)
    yield kept.Part("b.csv", "text/csv", lambda: [b"b"])


def describe(files: object) -> bytes:
    del files
    return json.dumps({"created": "x", "event_position": 0, "resources": []}).encode()


def test_nobody_reads_half_a_snapshot_and_two_runs_make_one(tmp_path: Path) -> None:
    made: list[kept.Snapshot] = []

    def write() -> None:
        made.append(kept.write_snapshot(tmp_path, "2026-01-01", slow_parts(tmp_path), describe))

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    wait_for(lambda: list(tmp_path.glob(".2026-01-01.part/a.csv")))
    seen = list(kept.snapshots(tmp_path))
    (tmp_path / "go").touch()
    for thread in threads:
        thread.join()

    assert seen == []
    assert made[0] == made[1]
    assert [one.day for one in kept.snapshots(tmp_path)] == ["2026-01-01"]


def test_a_fault_in_the_middle_leaves_nothing_that_is_read(tmp_path: Path) -> None:
    def parts() -> Iterator[kept.Part]:
        yield kept.Part("a.csv", "text/csv", lambda: [b"a"])
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        kept.write_snapshot(tmp_path, "2026-01-01", parts(), describe)
    left = list(kept.snapshots(tmp_path))
    kept.write_snapshot(tmp_path, "2026-01-01", [], describe)

    assert left == []
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.3])
def test_a_killed_export_is_made_by_the_next_run(app: Flask, settings: Settings, seconds: float) -> None:
    seal(*(tender_release(ocid=f"ocds-test00-{number}") for number in range(300)))
    drain(app.extensions["outbox_consumers"])
    db.session.remove()
    root = settings.data_dir / "snapshots"
    environment = os.environ | {"SANWEN_DATA_DIR": str(settings.data_dir), "SANWEN_DATABASE_URL": settings.database}
    command = [sys.executable, "-c", "from portal.app import main; main()", "export", "bulk"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    wait_for(lambda: list(root.glob(".*.part/*")) or list(root.glob("2*")))
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()

    done = export(app)

    assert done.exit_code == 0, done.output
    [snapshot] = snapshots.valid()
    assert (snapshot.folder / "notices.csv").read_text("utf-8").count("ocds-test00-299") > 0
    assert list(root.glob(".*.part")) == []
