"""Residents sign in by a mailed code, staff by password and authenticator."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest

from portal.accounts import actions, queries, rules
from portal.kernel import clock
from portal.mail.backends import MemoryMailer
from portal.storage.transactions import transaction

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "correct horse battery"


@pytest.fixture
def mailer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> MemoryMailer:
    memory = MemoryMailer()
    monkeypatch.setitem(app.extensions, "mailer", memory)
    return memory


def code_in(mailer: MemoryMailer) -> str:
    found = re.search(r"\d{6}", mailer.sent[-1].body)
    assert found
    return found[0]


def add_officer() -> None:
    actions.add_staff("officer@example.org", name="王干事", password=PASSWORD, totp_secret=SECRET)


def totp(at: datetime = NOW) -> str:
    return pyotp.TOTP(SECRET).at(at)


def test_a_resident_signs_in_by_the_code_in_the_mail(mailer: MemoryMailer) -> None:
    number = actions.send_code("Li@Example.org")

    token = actions.confirm_code(number, code_in(mailer))

    actor = queries.actor_of(token)
    assert actor is not None
    assert (queries.person(actor.person_id).email, actor.is_staff) == ("li@example.org", False)


def test_a_second_sign_in_is_the_same_person(mailer: MemoryMailer) -> None:
    tokens = [actions.confirm_code(actions.send_code("li@example.org"), code_in(mailer)) for _ in range(2)]

    people = {actor.person_id for actor in map(queries.actor_of, tokens) if actor}
    assert len(people) == 1


def test_a_code_may_be_typed_with_full_width_digits_and_spaces(mailer: MemoryMailer) -> None:
    number = actions.send_code("li@example.org")
    typed = " ".join(chr(ord(digit) + 0xFEE0) for digit in code_in(mailer))

    assert queries.actor_of(actions.confirm_code(number, typed)) is not None


def test_a_code_works_only_once(mailer: MemoryMailer) -> None:
    number = actions.send_code("li@example.org")
    actions.confirm_code(number, code_in(mailer))

    with pytest.raises(rules.WrongCodeError):
        actions.confirm_code(number, code_in(mailer))


def test_a_code_is_closed_after_five_wrong_tries(mailer: MemoryMailer) -> None:
    number = actions.send_code("li@example.org")
    right = code_in(mailer)
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    for attempt in [wrong] * rules.CODE_ATTEMPTS + [right]:
        with pytest.raises(rules.WrongCodeError):
            actions.confirm_code(number, attempt)


def test_a_code_is_too_old_after_a_quarter_of_an_hour(mailer: MemoryMailer) -> None:
    with clock.frozen(NOW):
        number = actions.send_code("li@example.org")

    with clock.frozen(NOW + timedelta(minutes=15)), pytest.raises(rules.WrongCodeError):
        actions.confirm_code(number, code_in(mailer))


def test_no_more_than_five_codes_are_sent_in_an_hour(mailer: MemoryMailer) -> None:
    for _ in range(rules.CODES_PER_HOUR):
        actions.send_code("li@example.org")

    with pytest.raises(rules.TooManyCodesError):
        actions.send_code("li@example.org")

    assert len(mailer.sent) == rules.CODES_PER_HOUR


@pytest.mark.parametrize(
    "raw", ["", "li", "li@", "@example.org", "a b@example.org", "a@b@c", "x" * 300 + "@example.org", "li@exa..mple.org"]
)
def test_what_is_no_address_is_refused(raw: str) -> None:
    with pytest.raises(rules.NotAnEmailError):
        rules.normal_email(raw)


def test_staff_sign_in_by_password_and_authenticator(app: Flask) -> None:
    add_officer()

    with clock.frozen(NOW):
        actor = queries.actor_of(actions.sign_in_staff("officer@example.org", PASSWORD, totp()))

    assert actor is not None


@pytest.mark.parametrize(("password", "shift"), [("wrong password", 0), (PASSWORD, 3600)])
def test_staff_need_both_factors(app: Flask, password: str, shift: int) -> None:
    add_officer()

    with clock.frozen(NOW), pytest.raises(rules.WrongSignInError):
        actions.sign_in_staff("officer@example.org", password, totp(NOW + timedelta(seconds=shift)))


def test_the_code_of_an_authenticator_counts_once(app: Flask) -> None:
    add_officer()

    with clock.frozen(NOW):
        actions.sign_in_staff("officer@example.org", PASSWORD, totp())
        with pytest.raises(rules.WrongSignInError):
            actions.sign_in_staff("officer@example.org", PASSWORD, totp())


def test_an_account_is_locked_after_ten_wrong_tries_and_opens_again(app: Flask) -> None:
    add_officer()
    with clock.frozen(NOW):
        for _ in range(rules.FAILURES_BEFORE_LOCK):
            with pytest.raises(rules.WrongSignInError):
                actions.sign_in_staff("officer@example.org", "wrong password", totp())

        with pytest.raises(rules.WrongSignInError):
            actions.sign_in_staff("officer@example.org", PASSWORD, totp())
    later = NOW + rules.LOCK_TIME

    with clock.frozen(later):
        assert queries.actor_of(actions.sign_in_staff("officer@example.org", PASSWORD, totp(later)))


def test_signing_out_ends_the_sign_in_on_the_server(mailer: MemoryMailer) -> None:
    token = actions.confirm_code(actions.send_code("li@example.org"), code_in(mailer))

    actions.sign_out(token)

    assert queries.actor_of(token) is None


def test_a_closed_account_is_signed_out_everywhere(mailer: MemoryMailer) -> None:
    token = actions.confirm_code(actions.send_code("li@example.org"), code_in(mailer))
    actor = queries.actor_of(token)
    assert actor is not None
    with transaction():
        queries.person(actor.person_id).closed_at = clock.now()

    assert queries.actor_of(token) is None


def test_a_resident_walks_through_the_pages(client: FlaskClient, mailer: MemoryMailer) -> None:
    asked = client.get("/account")
    client.get(asked.headers["Location"])
    sent = post_form(client, "/account/sign-in", email="li@example.org")
    entered = post_form(client, sent.headers["Location"], code=code_in(mailer))

    home = client.get(entered.headers["Location"])

    assert "li@example.org" in home.text
    assert home.headers["Cache-Control"] == "private, no-store"


def test_a_wrong_code_keeps_what_was_typed(client: FlaskClient, mailer: MemoryMailer) -> None:
    post_form(client, "/account/sign-in", email="li@example.org")

    answer = post_form(client, "/account/code", code="12")

    assert answer.status_code == 422
    assert 'value="12"' in answer.text


def test_a_stale_form_keeps_what_was_typed_and_gets_a_fresh_token(client: FlaskClient, mailer: MemoryMailer) -> None:
    answer = client.post("/account/sign-in", data={"email": "li@example.org", "csrf_token": "old"})

    assert answer.status_code == 422
    assert 'value="li@example.org"' in answer.text
    assert post_token(answer.text) not in {"", "old"}
    assert mailer.sent == []


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\n"]
)
def test_sign_in_never_leads_off_the_site(client: FlaskClient, mailer: MemoryMailer, target: str) -> None:
    client.get("/account/sign-in", query_string={"next": target})
    post_form(client, "/account/sign-in", email="li@example.org")

    entered = post_form(client, "/account/code", code=code_in(mailer))

    assert entered.headers["Location"] == "/account"


def post_token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    return found[1] if found else ""


def post_form(client: FlaskClient, url: str, **data: str) -> TestResponse:
    return client.post(url, data=data | {"csrf_token": post_token(client.get(url).text)})


def test_the_token_of_forms_comes_with_the_sign_in_and_no_page_writes_the_cookie_again(
    client: FlaskClient, mailer: MemoryMailer
) -> None:
    post_form(client, "/account/sign-in", email="lan@example.org")
    post_form(client, "/account/code", code=code_in(mailer))

    with client.session_transaction() as kept:
        token = kept.get("csrf_token")
    answers = [client.get(address) for address in ("/account", "/proposals/new", "/account")]

    assert token
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not any("Set-Cookie" in answer.headers for answer in answers)
