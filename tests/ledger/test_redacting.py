"""Lawful erasure: the content goes for good, the ledger stays whole and says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from portal.disclosure import actions as disclosure
from portal.disclosure.rules import DESTROYED
from portal.kernel.errors import NotFoundError
from portal.ledger import checking, queries
from portal.ledger.actions import NoReasonError
from portal.outbox.actions import drain
from portal.procurement import queries as procurement
from portal.procurement import redacting
from portal.procurement.redacting import SamePersonError, redact_release
from portal.procurement.standard import faults_of
from portal.storage.database import db
from tests.factories.ledgers import run_verifier
from tests.factories.procurement import OCID, award_release, make_release, seal, tender_release
from tests.servers import served

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from portal.settings import Settings
    from tests.ocds_schemas import Standard

SECRET = "叶蜡石张三丰"
SAID = {"reason": "个人信息", "basis": "个人信息保护法第四十七条", "by": "李四", "approved_by": "王五"}


def publish_secret() -> str:
    release = tender_release(description=f"联系人 {SECRET}")
    seal(release, award_release())
    return str(release["id"])


def everything_public(client: FlaskClient) -> str:
    paths = ["/notices.csv", "/notices.jsonl", "/notices.atom", "/ocds/releases.json", f"/ocds/records/{OCID}.json",
             f"/processes/{OCID}", f"/processes/{OCID}/history", "/search.jsonl?q=叶蜡石", "/processes.jsonl",
             "/ledger/openings/0.jsonl", "/ledger/entries/0", "/ledger/entries/0.json"]  # fmt: skip
    return " ".join(client.get(path).text for path in paths)


def test_what_a_release_said_is_gone_everywhere(app: Flask, client: FlaskClient) -> None:
    release_id = publish_secret()
    drain(app.extensions["outbox_consumers"])
    before = everything_public(client)

    redact_release(OCID, release_id, **SAID)
    drain(app.extensions["outbox_consumers"])

    assert SECRET in before
    assert SECRET not in everything_public(client)
    assert queries.salt(0) is None
    tables = [db.session.execute(text(f"SELECT * FROM {table}")).all() for table in ("release_payload", "process")]  # noqa: S608
    assert SECRET not in repr(tables)


def test_the_ledger_says_why_and_stays_whole(app: Flask, settings: Settings) -> None:
    release_id = publish_secret()
    position = redact_release(OCID, release_id, **SAID)
    drain(app.extensions["outbox_consumers"])
    db.session.remove()

    with served(settings) as (address, _):
        code, said = run_verifier(address)

    assert code == 0, said
    assert f"withheld by entry {position}: 个人信息 (个人信息保护法第四十七条)" in said
    assert checking.check().faults == []


def test_a_successor_agrees_with_the_patched_schema(app: Flask, ocds_standard: Standard) -> None:
    release_id = publish_secret()
    redact_release(OCID, release_id, **SAID)

    assert ocds_standard.faults_of_release(procurement.releases_of(OCID)[-1].body) == []


def test_a_valid_successor_says_what_was_withheld(app: Flask) -> None:
    release_id = publish_secret()

    position = redact_release(OCID, release_id, **SAID)

    successor = procurement.releases_of(OCID)[-1]
    assert faults_of(successor.body) == []
    assert successor.body["tag"] == ["tenderUpdate"]
    assert successor.body["withheldInformation"] == [
        {"id": f"ledger-{position}", "name": release_id, "field": "release",
         "rationale": "个人信息 (个人信息保护法第四十七条)"}
    ]  # fmt: skip
    assert "withheldInformation" in procurement.process(OCID).compiled
    assert "tender" not in procurement.process(OCID).compiled
    assert "awards" in procurement.process(OCID).compiled


def test_the_page_of_the_release_says_it_and_leads_to_the_entry(app: Flask, client: FlaskClient) -> None:
    release_id = publish_secret()
    position = redact_release(OCID, release_id, **SAID)

    page = client.get(f"/en/processes/{OCID}/releases/1").text
    entry = client.get("/en/ledger/entries/0").text

    assert f"withheld by entry {position}" in page
    assert "个人信息保护法第四十七条" in page
    assert f"withheld by entry {position}" in entry
    assert client.get(f"/processes/{OCID}/releases/1.json").status_code == 410


def test_withholding_twice_is_once(app: Flask) -> None:
    release_id = publish_secret()

    positions = [redact_release(OCID, release_id, **SAID) for _ in range(2)]

    assert positions[0] == positions[1]
    assert (queries.size(), len(procurement.releases_of(OCID))) == (5, 3)  # one for the buyer whom nothing else names


def test_a_failure_on_the_way_leaves_everything_as_it_was(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    release_id = publish_secret()

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(redacting, "seal_releases", fail)
    with pytest.raises(KeyboardInterrupt):
        redact_release(OCID, release_id, **SAID)

    assert (queries.size(), procurement.release(1).is_withheld, queries.salt(0) is None) == (2, False, False)


@pytest.mark.parametrize(
    ("said", "error"),
    [({"approved_by": "李四"}, SamePersonError), ({"approved_by": " "}, SamePersonError),
     ({"reason": " "}, NoReasonError), ({"basis": ""}, NoReasonError)],
)  # fmt: skip
def test_a_second_person_a_reason_and_a_law_are_needed(
    app: Flask, said: dict[str, str], error: type[Exception]
) -> None:
    release_id = publish_secret()

    with pytest.raises(error):
        redact_release(OCID, release_id, **(SAID | said))

    assert queries.size() == 2


def test_what_is_not_there_cannot_be_withheld(app: Flask) -> None:
    with pytest.raises(NotFoundError):
        redact_release(OCID, "none", **SAID)


def test_the_longest_identifier_has_a_successor_too(app: Flask) -> None:
    release = make_release(tender={"id": "1", "title": "x"}) | {"id": "r" * 99}
    seal(release)

    redact_release(OCID, "r" * 99, **SAID)

    assert len(procurement.releases_of(OCID)) == 2


def test_the_command_withholds_a_release(app: Flask) -> None:
    release_id = publish_secret()
    options = ["--reason", "个人信息", "--basis", "个人信息保护法第四十七条", "--by", "李四", "--approved-by"]
    runner = app.test_cli_runner()

    refused = runner.invoke(args=["portal", "releases", "redact", OCID, release_id, *options, "李四"])
    done = runner.invoke(args=["portal", "releases", "redact", OCID, release_id, *options, "王五"])

    assert refused.exit_code == 1
    assert (done.exit_code, done.output) == (0, "withheld by entry 2\n")


@pytest.mark.parametrize("option", ["--reason", "--basis"])
@pytest.mark.parametrize("said", ["本人13812345678申请删除", "身份证11010519491231002X", "联系人：王小明，请删除"])
@pytest.mark.parametrize("what", ["release", "document"])
def test_the_commands_refuse_personal_data_in_what_becomes_public(
    app: Flask, what: str, option: str, said: str
) -> None:
    release_id = publish_secret()
    number = disclosure.add_document("正文".encode(), ocid=OCID, title="合同", filename="a.txt").id
    whole = {"--reason": "个人信息", "--basis": "法", "--by": "李四", "--approved-by": "王五"} | {option: said}
    named = ["releases", "redact", OCID, release_id] if what == "release" else ["documents", "redact", str(number)]

    refused = app.test_cli_runner().invoke(args=["portal", *named, *(part for pair in whole.items() for part in pair)])

    assert refused.exit_code == 2
    assert option in refused.output
    assert "Take it out" in refused.output
    assert said not in refused.output
    assert queries.size() == 3


def test_a_document_is_destroyed_with_its_file(app: Flask, client: FlaskClient) -> None:
    publish_secret()
    found = disclosure.add_document(f"正文 {SECRET}".encode(), ocid=OCID, title="合同", filename=f"{SECRET}.txt")
    drain(app.extensions["outbox_consumers"])
    number, digest = found.id, found.sha256

    positions = [disclosure.redact(number, **SAID) for _ in range(2)]
    drain(app.extensions["outbox_consumers"])

    assert positions == [3, 3]
    assert not app.extensions["file_store"].exists(digest)
    for path in ("", "/original", "/rendition"):
        answer = client.get(f"/en/documents/{number}{path}")
        assert answer.status_code == 410
        assert "Withheld by ledger entry 3" in answer.text
    assert SECRET not in repr(db.session.execute(text("SELECT * FROM document")).all())
    assert checking.check().faults == []


def test_a_file_that_another_document_shares_stays(app: Flask) -> None:
    publish_secret()
    seal(tender_release(ocid="ocds-test00-2"))
    first, second = (
        disclosure.add_document("同样的正文".encode(), ocid=ocid, title="合同", filename="a.txt")
        for ocid in (OCID, "ocds-test00-2")
    )

    disclosure.redact(first.id, **SAID)

    assert first.status == DESTROYED
    assert app.extensions["file_store"].exists(second.sha256)


def test_a_draft_cannot_be_withheld(app: Flask) -> None:
    publish_secret()
    draft = disclosure.receive("正文".encode(), disclosure.Received(OCID, "a.txt"))

    with pytest.raises(NotFoundError):
        disclosure.redact(draft.id, **SAID)
