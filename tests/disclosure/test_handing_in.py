"""Officials hand documents in with a notice; somebody else looks through them and publishes."""

from __future__ import annotations

import io
import struct
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING

import olefile
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal.accounts.actions import grant_role
from portal.accounts.rules import Role
from portal.disclosure import files, rules
from portal.disclosure.actions import Received, publish, receive
from portal.disclosure.models import Document
from portal.storage.database import db
from portal.storage.transactions import transaction
from tests.disclosure.extraction.test_hostile import encrypted
from tests.factories.demand import make_person, make_place
from tests.factories.purchases import OCID, make_release
from tests.factories.purchases import publish as publish_releases
from tests.factories.web import send, signed_in, status_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

PERSONAL = "联系人 张三，手机138-1234-5678。"
OTHER = "ocds-test00-2"
NEW = "/office/documents/new"


@pytest.fixture
def release(app: Flask) -> int:
    """Publish a purchase, and another one."""
    numbers = publish_releases(make_release(1))
    publish_releases(make_release(2, ocid=OTHER))
    return numbers[0]


@pytest.fixture
def staff(app: Flask, client: FlaskClient, release: int) -> Callable[[Role], FlaskClient]:
    """Give a way to sign in as somebody new with a role, in the one browser there is."""
    place, names = make_place(), count()

    def sign_in(role: Role) -> FlaskClient:
        person = make_person(f"{role.value}{next(names)}")
        grant_role(person, role, government_id=place)
        signed_in(app, person)
        return client

    return sign_in


def handed_in(client: FlaskClient, **said: object) -> Document:
    fields = {"ocid": OCID, "files": (io.BytesIO(PERSONAL.encode()), "合同.txt"), **said}
    assert send(client, NEW, **fields).status_code == HTTPStatus.SEE_OTHER
    return db.session.scalars(select(Document)).one()


def test_one_official_hands_in_and_another_publishes(staff: Callable[[Role], FlaskClient], client: FlaskClient) -> None:
    draft = handed_in(staff(Role.PUBLISHER))
    approver = staff(Role.APPROVER)

    shown = approver.get(f"/office/documents/{draft.id}").text
    answer = send(approver, f"/office/documents/{draft.id}", how="withhold", reason="")

    assert draft.title == "合同"
    assert "张三" not in shown
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert "138*" in text_of(client, f"/documents/{draft.id}")


def test_whoever_handed_a_document_in_cannot_publish_it(staff: Callable[[Role], FlaskClient]) -> None:
    approver = staff(Role.APPROVER)
    draft = handed_in(approver)

    answer = send(approver, f"/office/documents/{draft.id}", how="withhold", reason="")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert "由您提交" in answer.text
    assert draft.published_at is None
    assert send(approver, f"/office/documents/{draft.id}", how="discard").status_code == HTTPStatus.SEE_OTHER


def test_a_publisher_sees_a_draft_and_cannot_publish_it(staff: Callable[[Role], FlaskClient]) -> None:
    handed_in(staff(Role.PUBLISHER))
    other = staff(Role.PUBLISHER)
    draft = db.session.scalars(select(Document)).one()

    assert other.get(f"/office/documents/{draft.id}").status_code == HTTPStatus.OK
    answer = send(other, f"/office/documents/{draft.id}", how="withhold", reason="")

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert other.get(f"/office/documents/{draft.id}/original").status_code == HTTPStatus.FORBIDDEN
    assert draft.published_at is None


def test_the_database_refuses_that_one_person_does_both(release: int) -> None:
    draft = receive(b"x", Received(OCID, "a.txt", by=rules.person(3)))

    with pytest.raises(rules.OwnDocumentError):
        publish(draft.id, by=rules.person(3))
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Document).values(published_by=rules.person(3)))


def test_an_operator_at_the_command_line_does_both_in_one_name(release: int) -> None:
    draft = receive(b"x", Received(OCID, "a.txt", by="王科长"))

    assert publish(draft.id, by="王科长").published_by == draft.added_by == "王科长"


def test_whoever_decides_sees_the_original_of_a_draft_and_nobody_else(
    app: Flask, staff: Callable[[Role], FlaskClient]
) -> None:
    draft = handed_in(staff(Role.PUBLISHER))
    address = f"/office/documents/{draft.id}/original"
    approver = staff(Role.APPROVER)

    with approver.get(address) as answer:
        assert answer.data == files.store().get(draft.sha256)
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert address in approver.get(f"/office/documents/{draft.id}").text
    signed_in(app, make_person())
    assert status_of(approver, address) == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "told", ["{id}", "ocds-test00-1-01", "https://x.example/processes/ocds-test00-1/releases/{id}"]
)
def test_a_document_handed_in_with_a_notice_stands_on_its_page(
    staff: Callable[[Role], FlaskClient], client: FlaskClient, release: int, told: str
) -> None:
    draft = handed_in(staff(Role.PUBLISHER), release=told.format(id=release))
    publish(draft.id, by="tester")
    address = f"/documents/{draft.id}"

    assert address in text_of(client, f"/processes/{OCID}/releases/{release}")
    assert address in text_of(client, f"/processes/{OCID}")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"ocid": "none"}, "ocid"),
        ({"ocid": "none", "release": "1"}, "ocid"),
        ({"release": "99"}, "release"),
        ({"release": "2"}, "release"),
        ({"release": "²"}, "release"),
        ({"release": "9" * 30}, "release"),
    ],
)
def test_what_a_document_belongs_to_must_be_there(
    staff: Callable[[Role], FlaskClient], said: dict[str, str], field: str
) -> None:
    publisher = staff(Role.PUBLISHER)
    given = {"ocid": OCID, "title": "我的题目", "files": (io.BytesIO(b"x"), "a.txt"), **said}

    answer = send(publisher, NEW, **given)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="{field}-error"' in answer.text
    assert "我的题目" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Document)) == 0


def test_the_form_offers_the_notices_of_the_purchase(staff: Callable[[Role], FlaskClient], release: int) -> None:
    shown = staff(Role.PUBLISHER).get(f"{NEW}?ocid={OCID}").text

    assert f'<option value="{release}">' in shown
    assert 'list="releases"' in shown


def test_links_to_add_a_document_are_for_officials_only(
    staff: Callable[[Role], FlaskClient], client: FlaskClient, release: int
) -> None:
    publisher = staff(Role.PUBLISHER)
    handed_in(publisher)

    assert f"{NEW}?ocid={OCID}" in publisher.get("/office/documents").text
    assert NEW not in text_of(client, f"/processes/{OCID}")
    assert NEW not in text_of(client, f"/processes/{OCID}/releases/{release}")


@pytest.mark.parametrize(
    ("name", "kept", "sent"),
    [
        ("C:\\桌面\\合同.txt", "合同.txt", "%E5%90%88%E5%90%8C.txt"),
        ("../../etc/a b.txt", "a b.txt", "a%20b.txt"),
        ("a\r\nX: y\u202etxt.exe", "a X: ytxt.exe", "a%20X%3A%20ytxt.exe"),
    ],
)
def test_of_the_name_of_a_file_only_the_base_is_kept(
    release: int, client: FlaskClient, name: str, kept: str, sent: str
) -> None:
    found = publish(receive(b"x", Received(OCID, name, title="附件")).id, by="tester")

    with client.get(f"/documents/{found.id}/original") as answer:
        assert found.filename == kept
        assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{sent}"


def test_of_several_files_none_is_kept_when_one_cannot_be(staff: Callable[[Role], FlaskClient]) -> None:
    given = [(io.BytesIO(b"x"), "a.txt"), (io.BytesIO(b""), "b.txt")]

    answer = send(staff(Role.PUBLISHER), NEW, ocid=OCID, files=given)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert db.session.scalar(select(func.count()).select_from(Document)) == 0


def test_every_line_that_is_told_of_a_document_is_masked(release: int) -> None:
    draft = receive(b"x", Received(OCID, "a.txt", title="联系人：张三", title_en="Call 138-1234-5678"))

    assert draft.title == "联系人：张*"
    assert draft.title_en == "Call 138******5678"


def test_a_locked_pdf_handed_in_ends_in_a_clear_status(staff: Callable[[Role], FlaskClient]) -> None:
    draft = handed_in(staff(Role.PUBLISHER), files=(io.BytesIO(encrypted()), "锁.pdf"))

    shown = staff(Role.APPROVER).get(f"/office/documents/{draft.id}").text

    assert draft.status == "encrypted"
    assert "密码" in shown


def with_macros(data: bytes) -> bytes:
    """Turn the last entry of the directory ([MS-CFB] 2.6) into a storage of macros with a module in it."""
    names = [name.encode("utf-16-le") for name in ("\x05DocumentSummaryInformation", "Macros", "ThisDocument")]
    at = data.index(names[0])
    stream, empty = bytearray(data[at : at + 128]), slice(at + 128, at + 256)
    storage = stream.copy()
    for entry, name in ((storage, names[1]), (stream, names[2])):
        entry[:66] = name.ljust(64, b"\x00") + struct.pack("<H", len(name) + 2)
    stream[68:80] = struct.pack("<III", *[0xFFFFFFFF] * 3)
    storage[66], storage[76:80] = 1, struct.pack("<I", 7)
    storage[116:128] = b"\x00" * 12
    changed = bytearray(data)
    changed[at : at + 128], changed[empty] = storage, stream
    module = b"Attribute VB_Name\r\nSub AutoOpen()\r\nEnd Sub\r\n"
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        place = data.index(container.openstream("\x05DocumentSummaryInformation").read()[:64])
    changed[place : place + len(module)] = module
    return bytes(changed)


def test_an_old_word_file_with_macros_handed_in_gives_its_text(
    staff: Callable[[Role], FlaskClient], shared_data: Path
) -> None:
    macros = with_macros((shared_data / "zh" / "samples" / "notice.doc").read_bytes())

    draft = handed_in(staff(Role.PUBLISHER), files=(io.BytesIO(macros), "宏.doc"))

    with olefile.OleFileIO(io.BytesIO(macros)) as container:
        assert b"AutoOpen" in container.openstream("Macros/ThisDocument").read()
    assert (draft.status, draft.media_type) == ("read", "application/msword")
    assert "采购" in draft.pages[0]
    assert "AutoOpen" not in "".join(draft.pages)
