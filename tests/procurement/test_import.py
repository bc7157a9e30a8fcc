"""Real packages and sheets are taken in; what is wrong is named, and what is right is kept."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.ledger.queries import size
from portal.procurement import queries
from portal.procurement.models import Process, Release
from portal.storage.database import db
from tests.factories.purchases import make_contract_release, make_release

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from flask import Flask

SHEET = """info_id,announce_type,channel_code,city,region,agency,title,pub_time,views,detail_url,has_body
1,采购公告,E1,郑州,金水区,郑州市民政局,社区助餐项目,2026-08-14 07:27,5,https://example.org/1,0
info_id,announce_type,channel_code,city,region,agency,title,pub_time,views,detail_url,has_body
2,合同公告,E1,郑州,金水区,郑州市民政局,社区助餐项目合同,2026-08-15 07:27,5,https://example.org/2,0
3,采购公告,E1,郑州,金水区,,没有单位,2026-08-15 07:27,5,https://example.org/3,0
4,奇怪公告,E1,郑州,金水区,郑州市民政局,类型不明,2026-08-15 07:27,5,https://example.org/4,0
5,采购公告,E1,郑州,金水区,郑州市民政局,日期不明,昨天,5,https://example.org/5,0
"""


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["portal", "import", *map(str, arguments), "--by", "tester"])


def count(model: type[Release | Process]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def write(folder: Path, name: str, value: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def package(*releases: object) -> object:
    return {
        "uri": "https://example.org/p",
        "version": "1.1",
        "publishedDate": "2026-01-01T00:00:00Z",
        "releases": releases,
    }


def test_a_package_is_taken_in_once(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "p.json", package(make_release(1), make_contract_release(3)))

    codes = [run(app, "ocds", path).exit_code for _ in range(2)]

    assert codes == [0, 0]
    assert (count(Release), count(Process), size()) == (2, 1, 2)


def test_the_source_keeps_its_dates_and_the_operator_is_named(app: Flask, tmp_path: Path) -> None:
    run(app, "ocds", write(tmp_path, "p.json", package(make_release(5))))

    release = db.session.scalars(select(Release)).one()
    assert (release.date_at.isoformat(), release.sealed_by, release.source) == (
        "2026-03-05T01:00:00+00:00",
        "tester",
        "p.json",
    )


def test_a_record_without_releases_becomes_one_release(app: Flask, tmp_path: Path) -> None:
    compiled = make_contract_release() | {"tag": ["compiled"]}
    links = [{"url": "https://example.org/r", "date": "2026-01-01T00:00:00Z", "tag": ["tender"]}]
    records = {"records": [{"ocid": compiled["ocid"], "releases": links, "compiledRelease": compiled}]}

    run(app, "ocds", write(tmp_path, "r.json", records))

    assert db.session.scalars(select(Release.tag)).all() == ["contract"]


def test_repairs_are_reported_one_by_one(app: Flask, tmp_path: Path) -> None:
    broken = make_contract_release()
    broken["contracts"][0] |= {"dateSigned": "2026-02-01", "description": ""}  # type: ignore[index]
    del broken["initiationType"]

    result = run(app, "ocds", write(tmp_path, "p.json", package(broken)))

    assert result.exit_code == 0
    assert all(name in result.stderr for name in ("date-without-time", "empty", "no-initiation-type"))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"date": "yesterday"}, "/date"),
        ({"tag": ["gift"]}, "/tag"),
        ({"tag": []}, "/tag"),
        ({"ocid": 7}, "/ocid"),
        ({"contracts": [{"id": "C"}]}, "/contracts/0/awardID"),
        ({"buyer": "B"}, "/buyer"),
        ({"tender": {"title": "x"}}, "/tender/id"),
        ({"tender": {"id": "T", "value": {"amount": "12"}}}, "/tender/value/amount"),
        ({"tender": {"id": "T", "title": "a\x00b"}}, "/tender/title"),
    ],
)
def test_what_cannot_be_repaired_is_refused_by_name_and_the_rest_is_kept(
    app: Flask, tmp_path: Path, change: dict[str, object], path: str
) -> None:
    file = write(tmp_path, "p.json", package(make_release(1), make_release(2) | change))

    result = run(app, "ocds", file)

    assert result.exit_code == 1
    assert "p.json: refused /releases/1 release " in result.stderr
    assert f" {path}" in result.stderr
    assert count(Release) == 1


def test_other_content_under_a_sealed_identifier_is_refused(app: Flask, tmp_path: Path) -> None:
    run(app, "ocds", write(tmp_path, "p.json", package(make_release(1))))

    result = run(app, "ocds", write(tmp_path, "q.json", package(make_release(1, language="en"))))

    assert (result.exit_code, count(Release)) == (1, 1)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"null", b"7", b'"x"', "中文".encode("gb18030"), b'{"a": NaN}', b"[" * 50_000]
)
def test_what_is_no_data_is_told_and_crashes_nothing(app: Flask, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(data)

    result = run(app, "ocds", path)

    assert result.exit_code in {1, 2}
    assert isinstance(result.exception, SystemExit)
    assert count(Release) == 0


def test_a_sheet_keeps_its_good_rows_and_names_the_bad_ones(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(SHEET.encode("gb18030"))

    first, second = (run(app, "sheet", path, "--mapping", "henan_notices") for _ in range(2))

    assert (first.exit_code, second.exit_code, count(Release)) == (1, 1, 2)
    for place in ("row 5: column agency", "row 6: column announce_type", "row 7: column pub_time"):
        assert place in first.stderr
    assert "0 sealed, 2 unchanged" in second.stdout


def test_a_sheet_of_another_shape_is_refused_whole(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")

    assert run(app, "sheet", path, "--mapping", "henan_notices").exit_code == 2


def test_the_real_packages_are_taken_in(app: Flask, shared_data: Path) -> None:
    folders = [shared_data / "ocds" / name for name in ("portugal", "paraguay", "portland", "sample-data")]

    first, second = run(app, "ocds", *folders), run(app, "ocds", *folders)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert count(Release) == 109
    assert queries.process("ocds-213czf-000-00001").title != ""


def test_the_messy_files_neither_crash_nor_slip_in(app: Flask, shared_data: Path) -> None:
    result = run(app, "ocds", shared_data / "ocds" / "messy")

    assert result.exit_code == 1
    assert count(Release) == 0


@pytest.mark.parametrize(
    ("name", "mapping", "rows", "bad"),
    [
        ("notices_henan_2026_meta.csv", "henan_notices", 699, 1),
        ("notices_intention_shandong_2026.csv", "shandong_intentions", 79, 0),
    ],
)
def test_the_real_sheets_are_taken_in(
    app: Flask, shared_data: Path, name: str, mapping: str, rows: int, bad: int
) -> None:
    result = run(app, "sheet", shared_data / "zh" / name, "--mapping", mapping)

    assert result.exit_code == (1 if bad else 0)
    assert count(Release) == rows
    assert len(set(re.findall(r"row \d+", result.stderr))) == bad


@pytest.mark.parametrize(
    "text", ["电话13800138000", "手机：138 0013 8000", "身份证11010519491231002X", "１３８００１３８０００"]
)
def test_a_number_of_a_person_is_refused_with_its_place_and_taken_when_somebody_has_checked(
    app: Flask, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "package.json"
    bad, good = make_release(2, description=text), make_release()
    file.write_text(json.dumps({"releases": [bad, good]}), "utf-8")
    args = ["portal", "import", "ocds", str(file), "--by", "张三"]

    refused = app.test_cli_runner().invoke(args=args)
    taken = app.test_cli_runner().invoke(args=[*args, "--personal-data-checked"])

    assert (refused.exit_code, taken.exit_code) == (1, 0)
    assert "package.json: refused /releases/0 /description: has a" in refused.stderr
    assert text not in refused.stderr
    assert "1 sealed" in refused.stdout
    assert "1 sealed, 1 unchanged" in taken.stdout


def test_what_can_hardly_be_meant_is_sealed_as_it_was_published_and_told(app: Flask, tmp_path: Path) -> None:
    garbled = "社区助餐服务".encode().decode("latin-1")
    value = {"amount": -5, "currency": "CNY"}
    awards = [{"id": "A", "title": "好", "value": value}, {"id": "B", "title": garbled}]
    file = write(tmp_path, "p.json", package(make_release(1), make_release(2) | {"awards": awards}))

    result = run(app, "ocds", file)

    assert (result.exit_code, count(Release)) == (0, 2)
    assert "p.json: doubtful /releases/1 /awards/0/value/amount: This amount is below nought." in result.stderr
    assert "p.json: doubtful /releases/1 /awards/1/title: is garbled" in result.stderr
    assert "/releases/0" not in result.stderr


def test_a_row_with_a_number_of_a_person_is_refused_with_its_row(app: Flask, tmp_path: Path) -> None:
    sheet = tmp_path / "notices.csv"
    sheet.write_text("\n".join(SHEET.splitlines()[:2]).replace("社区助餐项目", "社区助餐项目13800138000"), "utf-8")
    args = ["portal", "import", "sheet", str(sheet), "--mapping", "henan_notices", "--by", "张三"]

    refused = app.test_cli_runner().invoke(args=args)
    taken = app.test_cli_runner().invoke(args=[*args, "--personal-data-checked"])

    assert "notices.csv: refused row 2: /tender/title: has a mobile number" in refused.stderr
    assert "0 sealed" in refused.stdout
    assert "1 sealed" in taken.stdout
