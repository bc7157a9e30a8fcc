"""A word that only a destroyed release said stands nowhere any more: on no page, in no file, in no table."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import openpyxl
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portal.kernel.canonical import canonical_json, sha256_hex
from portal.kernel.errors import NotFoundError
from portal.ledger import checking
from portal.outbox.actions import drain
from portal.parties.models import Organization
from portal.parties.queries import organization
from portal.procurement import queries
from portal.procurement.actions import rebuild_processes
from portal.procurement.models import Contract, Release
from portal.procurement.redacting import redact_release
from portal.procurement.withholding import titles
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.factories.procurement import (
    OCID,
    award_release,
    contract_release,
    make_release,
    money,
    seal,
    tender_release,
)

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from portal.settings import Settings

WORD, WORD_EN = "叶蜡石张三丰", "Pyrophyllite"
SAID = {"reason": "个人信息", "basis": "个人信息保护法第四十七条", "by": "李四", "approved_by": "王五"}
ECHO = re.compile(
    r'<title>[^<]*</title>|<strong>[^<]*</strong>|(?:value|title)="[^"]*"|\bq=[^"&<\s]*|^\["[^"]*"'
    r'|"title": "[^"]* · [^"]*"|og:title" content="[^"]*"'
)
"""What a search tells back of what was asked."""
OTHER = {"id": "S2", "name": f"{WORD}工作室", "name_en": f"{WORD_EN} Studio"}


def telling_release() -> dict[str, object]:
    """Give a contract notice that says the word in every way it can."""
    contract = {
        "id": "C1", "awardID": "A1", "title": f"{WORD}合同", "status": "active", "value": money(110_000),
        "suppliers": [OTHER], "description": f"由{WORD}承担", "dateSigned": "2026-05-01T09:00:00+08:00",
    }  # fmt: skip
    tender = {"id": "T1", "title": f"{WORD}项目", "title_en": f"{WORD_EN} project", "description": f"联系人{WORD}"}
    award = {"id": "A1", "status": "active", "suppliers": [OTHER], "title": f"{WORD}中标"}
    return make_release(
        "contract", day="2026-05-01", parties=[{**OTHER, "roles": ["supplier"]}], tender=tender, awards=[award],
        contracts=[contract],
    )  # fmt: skip


def publish(app: Flask) -> dict[str, object]:
    """Publish a purchase whose third notice says the word; what follows it shows the title that it gave."""
    telling = telling_release()
    later = make_release("implementation", day="2026-06-01", contracts=[{"id": "C1", "status": "active"}])
    seal(tender_release(), award_release())
    seal(telling, source=f"{WORD}.json")
    seal(later)
    drain(app.extensions["outbox_consumers"])
    return telling


def erase(said: dict[str, object]) -> int:
    return redact_release(OCID, str(said["id"]), **SAID)


def addresses() -> list[str]:
    asked = [quote(WORD), quote("社区助餐"), quote("叶蜡石"), WORD_EN]
    numbers = db.session.scalars(select(Release.id)).all()
    lists = [f"/{name}.{form}" for name in ("notices", "processes", "contracts", "organizations", "services")
             for form in ("csv", "jsonl")]  # fmt: skip
    feeds = [f"/{name}.{form}" for name in ("notices", "services") for form in ("rss", "atom", "feed.json")]
    pages = ["/", "/data/api", "/notices", "/processes", "/organizations", f"/processes/{OCID}",
             f"/processes/{OCID}/history",
             *(f"/processes/{OCID}/releases/{one}" for one in numbers),
             *(f"/organizations/{one}" for one in db.session.scalars(select(Organization.id)))]  # fmt: skip
    found = [f"/search{form}?q={word}" for word in asked for form in ("", ".csv", ".jsonl", ".rss", ".atom")]
    found += [f"/search/suggestions{form}?q={word}" for word in asked for form in ("", ".json")]
    machine = [
        "/ocds/releases.json",
        "/ocds/records.json",
        "/ocds/releases/2026.jsonl",
        f"/ocds/records/{OCID}.json",
        "/sitemap.xml",
        "/sitemaps/processes-0.xml",
        "/sitemaps/organizations-0.xml",
        "/data/usage.csv",
        "/catalog.jsonld",
        "/api/v1/",
        "/api/v1/openapi.json",
        *(
            f"/api/v1/{name}{more}"
            for name in ("notices", "processes", "contracts", "organizations", "services")
            for more in ("", "?updated_since=0", f"?q={quote(WORD)}", "/1", "/2", "/3")
        ),
        f"/api/v1/processes/{OCID}",
        f"/api/v1/contracts/{OCID}%23C1",
        *(f"/processes/{OCID}/releases/{one}.json" for one in numbers),
        "/hsds/organizations",
        "/ledger/openings/0.jsonl",
        *(f"/ledger/entries/{one}{end}" for one in range(7) for end in ("", ".json")),
    ]
    return lists + feeds + [f"{spoken}{one}" for one in pages + found for spoken in ("", "/en")] + machine


def public_text(client: FlaskClient, address: str) -> str:
    """Fetch something public as text; what was asked is not told back."""
    with client.get(address) as answer:
        found = answer.get_data(as_text=True)
    return ECHO.sub("", found) if "/search" in address else found


def cells_of(client: FlaskClient, name: str) -> str:
    with client.get(f"/{name}.xlsx") as answer:
        book = openpyxl.load_workbook(BytesIO(answer.data), read_only=True)
    return repr([list(sheet.iter_rows(values_only=True)) for sheet in book])


def tables_with(word: str) -> list[str]:
    """List the tables in which a word stands, as text, as JSON or as bytes."""
    signs = (word, json.dumps(word)[1:-1], repr(word.encode())[2:-1], word.encode().hex())
    rows = {
        name: repr([
            tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row)
            for row in db.session.execute(select(table)).all()
        ])
        for name, table in sorted(db.metadata.tables.items())
    }  # fmt: skip
    return [name for name, said in rows.items() if any(sign in said for sign in signs)]


def places_with(client: FlaskClient, word: str) -> list[str]:
    return [one for one in addresses() if word in public_text(client, one)]


def test_the_word_is_on_no_page_in_no_file_and_in_no_table(app: Flask, client: FlaskClient) -> None:
    telling = publish(app)
    before, kept = places_with(client, WORD), tables_with(WORD)
    erase(telling)
    drain(app.extensions["outbox_consumers"])

    assert len(before) > 40
    assert len(kept) > 5
    assert places_with(client, WORD) == places_with(client, WORD_EN) == []
    assert tables_with(WORD) == tables_with(WORD_EN) == []
    assert WORD not in "".join(cells_of(client, name) for name in ("notices", "processes", "contracts", "search"))
    assert checking.check().faults == []


def test_nobody_finds_the_word_before_the_index_has_followed(app: Flask, client: FlaskClient) -> None:
    telling = publish(app)
    found = client.get(f"/search.jsonl?q={quote(WORD)}").text
    erase(telling)

    assert found.count("\n") >= 3
    assert places_with(client, WORD) == places_with(client, WORD_EN) == []
    for form in ("csv", "jsonl"):
        assert OCID not in client.get(f"/search.{form}?q={quote(WORD)}").text
    assert client.get(f"/search/suggestions.json?q={quote(WORD)}").get_json()[1] == []


def test_what_is_left_of_the_purchase_is_found_again(app: Flask, client: FlaskClient) -> None:
    telling = publish(app)
    position = erase(telling)
    drain(app.extensions["outbox_consumers"])

    assert OCID in client.get(f"/search.jsonl?q={quote('社区助餐')}").text
    assert f"账本第 {position} 条" in client.get("/notices.jsonl").text
    assert queries.process(OCID).title == "社区助餐服务"


@pytest.mark.sqlite_only
def test_the_word_is_in_no_file_of_the_database_any_more(app: Flask, settings: Settings) -> None:
    erase(publish(app))
    drain(app.extensions["outbox_consumers"])

    assert files_with(settings.data_dir, WORD.encode()) == []


def files_with(folder: Path, word: bytes) -> list[str]:
    databases = [one for one in folder.rglob("*") if one.is_file() and "search" not in one.parts]
    assert databases
    return [one.name for one in databases if word in one.read_bytes()]


def test_every_list_says_by_which_entry_and_why(app: Flask, client: FlaskClient) -> None:
    telling = publish(app)
    position = erase(telling)

    chinese, english = titles(position, "个人信息 (个人信息保护法第四十七条)")
    assert chinese in client.get("/notices").text
    assert english in client.get("/en/notices").text
    assert chinese in client.get("/notices.atom").text


def test_the_page_is_a_tombstone_that_leads_on(app: Flask, client: FlaskClient) -> None:
    telling = publish(app)
    position = erase(telling)
    gone, successor = queries.release(3), queries.releases_of(OCID)[-1]
    address, following = (f"/en/processes/{OCID}/releases/{one.id}" for one in (gone, successor))

    page, after = client.get(address), client.get(following)
    notice = client.get(f"/en/notices/{gone.id}")

    assert page.status_code == 410
    assert page.headers["Cache-Control"] == "no-store"
    assert f"withheld by entry {position}" in page.text
    assert f'href="/en/ledger/entries/{position}"' in page.text
    assert f'href="{following}"' in page.text
    assert (after.status_code, f'href="{address}"' in after.text) == (200, True)
    assert (notice.status_code, notice.headers["Location"]) == (301, address)


def test_machines_are_told_the_same(app: Flask, client: FlaskClient) -> None:
    position = erase(publish(app))

    answer = client.get(f"/processes/{OCID}/releases/3.json", headers={"Accept": "*/*"})
    said = json.loads(answer.data)

    assert (answer.status_code, answer.mimetype) == (410, "application/problem+json")
    assert (said["status"], said["code"]) == (410, "payload-withheld")
    assert said["ledger_entry"].endswith(f"/ledger/entries/{position}.json")
    assert client.get(urlsplit(said["successor"]).path).status_code == 200


def test_nothing_is_left_to_guess_the_content_by(app: Flask) -> None:
    telling = publish(app)
    digest = queries.release(3).sha256
    erase(telling)

    assert queries.release(3).sha256 == ""
    assert digest == sha256_hex(canonical_json(telling))
    assert tables_with(digest) == []


def test_a_destroyed_release_is_not_taken_in_again(app: Flask) -> None:
    telling = publish(app)
    position = erase(telling)
    same, changed = seal(telling), seal(telling | {"tender": {"id": "T1", "title": "另一个标题"}})

    for report in (same, changed):
        assert (report.sealed, report.unchanged) == ([], 0)
        assert f"cannot be published again (ledger entry {position})" in report.refused[0].reason
    assert seal(tender_release()).unchanged == 1
    drain(app.extensions["outbox_consumers"])
    assert tables_with(WORD) == []


def test_a_title_that_another_release_gave_stays(app: Flask) -> None:
    first, second = (
        tender_release("甲项目"),
        tender_release("乙项目") | {"id": "2", "date": "2026-03-02T09:00:00+08:00"},
    )
    seal(first, second, award_release())
    redact_release(OCID, str(second["id"]), **SAID)

    assert [one.title for one in queries.releases_of(OCID)][::2] == ["甲项目", "甲项目"]


def test_a_contract_that_nothing_tells_of_any_more_is_not_listed(app: Flask) -> None:
    award, contract = award_release(), contract_release()
    seal(tender_release(), award, contract)
    redact_release(OCID, str(contract["id"]), **SAID)

    assert db.session.scalars(select(Contract)).all() == []
    assert rebuild_processes() == 1


def test_an_organisation_that_others_name_stays_and_one_that_none_names_goes(app: Flask) -> None:
    seal(tender_release(), tender_release(ocid="ocds-test00-0002"), award_release())
    names = {one.name: one.id for one in db.session.scalars(select(Organization))}
    redact_release(OCID, str(tender_release()["id"]), **SAID)
    redact_release(OCID, str(award_release()["id"]), **SAID)

    assert organization(names["郑州市民政局"]).name == "郑州市民政局"
    with pytest.raises(NotFoundError):
        organization(names["郑州市和乐社会工作服务中心"])


@pytest.mark.parametrize("change", [
    "sha256 = ''", "title = 'x'", "title = 'x', sha256 = ''", "source = 'x'", "title_en = 'x'", "sealed_by = 'x'",
    "title = ocid, sealed_at = CURRENT_TIMESTAMP", "title = ocid, sha256 = ''", "title = NULL",
])  # fmt: skip
def test_a_release_that_is_not_destroyed_stays_guarded(app: Flask, change: str) -> None:
    seal(tender_release())

    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text(f"UPDATE release SET {change}"))  # noqa: S608 - of the list above


@pytest.mark.parametrize("change", ["title = 'x'", "sha256 = 'x'", "title = 'x', sha256 = ''", "tag = 'award'"])
def test_a_destroyed_release_stays_guarded_too(app: Flask, change: str) -> None:
    erase(publish(app))

    with pytest.raises(DatabaseError, match="append-only"), transaction():
        db.session.execute(text(f"UPDATE release SET {change} WHERE id = 3"))  # noqa: S608 - of the list above
